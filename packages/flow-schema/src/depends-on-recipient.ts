import type { CompiledScript } from "@sluice/hsl";

/** Variables that differ from one recipient of a message to the next. */
const perRecipient: ReadonlySet<string> = new Set([
  "recipient",
  "recipientdomain",
  "recipientlocalpart",
  "transportid",
  "message",
  "arguments",
]);

/** Functions that change one recipient's copy, or answer for it. */
const perRecipientCalls: ReadonlySet<string> = new Set(["SetRecipient"]);

/**
 * Whether a content flow must run once for each recipient. If not, one run decides
 * for the whole message, and all recipients get the one reply after DATA.
 */
export const dependsOnRecipient = ({
  reads,
  calls,
}: Pick<CompiledScript, "reads" | "calls">): boolean =>
  !reads.isDisjointFrom(perRecipient) || !calls.isDisjointFrom(perRecipientCalls);
