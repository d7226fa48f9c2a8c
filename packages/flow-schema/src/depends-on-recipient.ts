import type { CompiledScript } from "@sluice/hsl";
import { originAt, type SourceMap } from "./origin.ts";

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
const perRecipientCalls: ReadonlySet<string> = new Set(["SetRecipient", "ScanBWList"]);

/**
 * Whether a content flow must run once for each recipient. If not, one run decides
 * for the whole message, and all recipients get the one reply after DATA.
 */
export const dependsOnRecipient = ({
  reads,
  calls,
}: Pick<CompiledScript, "reads" | "calls">): boolean =>
  !reads.isDisjointFrom(perRecipient) || !calls.isDisjointFrom(perRecipientCalls);

/** One thing that makes a flow look at the recipient, and the nodes it stands in. */
export type RecipientReason = {
  /** As it is written: `$recipient`, `SetRecipient()`. */
  readonly what: string;
  /** Empty: it stands in a file that a script includes. */
  readonly nodes: readonly string[];
};

/** Why `dependsOnRecipient` says yes; empty when it says no. */
export const recipientReasons = (
  { reads, calls }: Pick<CompiledScript, "reads" | "calls">,
  { text, origins }: { readonly text: string; readonly origins: SourceMap },
): readonly RecipientReason[] => {
  const nodesWith = (pattern: RegExp): readonly string[] => [
    ...new Set(
      [...text.matchAll(pattern)].flatMap(({ index }) => originAt(origins, index)?.node ?? []),
    ),
  ];
  return [
    ...[...perRecipient]
      .filter((name) => reads.has(name))
      .map((name) => ({
        what: `$${name}`,
        nodes: nodesWith(new RegExp(`\\$\\{?${name}\\b`, "g")),
      })),
    ...[...perRecipientCalls]
      .filter((name) => calls.has(name))
      .map((name) => ({
        what: `${name}()`,
        nodes: nodesWith(new RegExp(`\\b${name}\\s*\\(`, "gi")),
      })),
  ];
};
