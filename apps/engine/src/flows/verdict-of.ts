/** From the way a run ended to what the engine does, for each kind of flow. */
import type { RunResult, Value } from "@sluice/hsl";
import {
  isGiven,
  numberAt,
  optionFlag,
  optionNumber,
  optionsAt,
  optionText,
  rescheduleOptions,
  textAt,
} from "./arguments.ts";
import { defaultTexts, onError } from "./fallback.ts";
import type { RunEnvelope } from "./flow-host.ts";
import { linesOf, replyLines } from "./reply-lines.ts";
import { objectId } from "./values.ts";
import type {
  AfterDeliveryVerdict,
  AttemptChanges,
  AuthenticationVerdict,
  BeforeDeliveryVerdict,
  ContentAction,
  ContentVerdict,
  IpPolicyVerdict,
  RecipientVerdict,
} from "./verdict.ts";

export const ipPolicyVerdict = (result: RunResult): IpPolicyVerdict => {
  if (result.kind === "error") return onError["ip-policy"];
  if (result.kind === "action" && result.action === "Block") {
    return {
      kind: "block",
      lines: isGiven(result.args, 0) ? replyLines(result.args[0] ?? null) : [],
      ttlSeconds: Math.max(0, numberAt(result.args, 1)),
    };
  }
  const ttlSeconds = result.kind === "action" ? Math.max(0, numberAt(result.args, 0)) : 0;
  return { kind: "allow", ttlSeconds };
};

export const authenticationVerdict = (
  result: RunResult,
  userName: string,
): AuthenticationVerdict => {
  if (result.kind === "error") return onError.authentication;
  if (result.kind === "end") return { kind: "reject", text: defaultTexts.authenticationReject };
  switch (result.action) {
    case "Accept":
      return {
        kind: "accept",
        userName: optionText(optionsAt(result.args, 0), "username") ?? userName,
      };
    case "Defer":
      return { kind: "defer", text: reason(result.args, defaultTexts.defer) };
    default:
      return { kind: "reject", text: reason(result.args, defaultTexts.authenticationReject) };
  }
};

export const recipientVerdict = (result: RunResult, envelope: RunEnvelope): RecipientVerdict => {
  if (result.kind === "error") return onError.recipient;
  if (result.kind === "end") return { kind: "reject", text: defaultTexts.recipientReject };
  switch (result.action) {
    case "Accept": {
      const options = optionsAt(result.args, 0);
      const transport = optionText(options, "transportid");
      return {
        kind: "accept",
        sender: envelope.senderChanged ? envelope.sender : undefined,
        recipient:
          optionText(options, "recipient") ??
          (envelope.recipientChanged ? envelope.recipient : undefined),
        transport:
          transport !== undefined
            ? objectId("mailtransport", transport)
            : envelope.transportChanged
              ? (envelope.transport ?? undefined)
              : undefined,
      };
    }
    case "Defer":
      return { kind: "defer", text: reason(result.args, defaultTexts.defer) };
    default:
      return { kind: "reject", text: reason(result.args, defaultTexts.recipientReject) };
  }
};

/** `end` is what falling off the end adds: the delivery to the recipient. */
export const contentVerdict = (
  result: RunResult,
  gathered: readonly ContentAction[],
  isCopy: (action: ContentAction) => boolean,
  end: ContentAction,
): Pick<ContentVerdict, "answer" | "actions"> => {
  const accept = { kind: "accept" } as const;
  if (result.kind === "error") return onError.content;
  if (result.kind === "end") {
    const isDecided = gathered.some((action) => !isCopy(action));
    return {
      answer: quarantineAnswer(gathered, isCopy),
      actions: isDecided ? gathered : [...gathered, end],
    };
  }
  switch (result.action) {
    case "Reject":
      return {
        answer: { kind: "reject", text: reason(result.args, defaultTexts.contentReject) },
        actions: gathered,
      };
    case "Defer":
      return {
        answer: { kind: "defer", text: reason(result.args, defaultTexts.defer) },
        actions: [],
      };
    case "Quarantine":
      return { answer: quarantineAnswer(gathered, isCopy), actions: gathered };
    case "Done":
      return gathered.length === 0
        ? { answer: { kind: "defer", text: defaultTexts.defer }, actions: [] }
        : { answer: quarantineAnswer(gathered, isCopy), actions: gathered };
    default:
      return { answer: accept, actions: gathered };
  }
};

/** A quarantine may refuse the message although it keeps a copy. */
const quarantineAnswer = (
  actions: readonly ContentAction[],
  isCopy: (action: ContentAction) => boolean,
): ContentVerdict["answer"] => {
  const last = actions.findLast((action) => action.kind === "quarantine");
  const isDelivered = actions.some((action) => action.kind === "deliver" && !isCopy(action));
  if (last === undefined || !last.reject || isDelivered) return { kind: "accept" };
  return { kind: "reject", text: linesOf([last.reason]).join("\n") };
};

export const beforeVerdict = (
  result: RunResult,
  changes: AttemptChanges,
): BeforeDeliveryVerdict => {
  if (result.kind === "error") return onError.before;
  if (result.kind === "end") return { kind: "try", changes };
  switch (result.action) {
    case "Try":
      return { kind: "try", changes };
    case "Delete":
      return { kind: "delete" };
    case "GenerateDSN":
    case "Bounce":
      return { kind: "bounce", text: "Returned by local policy" };
    case "Queue":
    case "Reschedule": {
      const wait = waitOf(result.action, result.args);
      return {
        kind: "reschedule",
        ...wait,
        reason: wait.reason ?? "Rescheduled by the delivery flow",
      };
    }
    default:
      // Retry and Deliver belong behind the attempt
      return onError.before;
  }
};

export const afterVerdict = (result: RunResult): AfterDeliveryVerdict => {
  if (result.kind !== "action") return { kind: "default" };
  switch (result.action) {
    case "Retry":
      return { kind: "retry" };
    case "Queue":
    case "Reschedule":
      return { kind: "retry", ...waitOf(result.action, result.args) };
    case "Delete":
      return { kind: "delete" };
    case "GenerateDSN":
    case "Bounce":
      return { kind: "bounce" };
    case "Deliver":
      return {
        kind: "deliver",
        recipient: isGiven(result.args, 0) ? textAt(result.args, 0) : "",
        ...(isGiven(result.args, 1)
          ? { transport: objectId("mailtransport", textAt(result.args, 1)) }
          : {}),
      };
    default:
      return { kind: "default" };
  }
};

/** The delay and the options of Reschedule and Queue. */
const waitOf = (action: string, args: readonly Value[]) => {
  const options = action === "Queue" ? optionsAt(args, 0) : rescheduleOptions(args);
  const delay = action === "Queue" ? optionNumber(options, "delay") : numberAt(args, 0);
  const transport = optionText(options, "transportid");
  const why = optionText(options, "reason");
  return {
    ...(delay === undefined ? {} : { delaySeconds: Math.max(1, delay) }),
    countsAsAttempt: optionFlag(options, "increment_retry", true),
    ...(why === undefined ? {} : { reason: why }),
    ...(transport === undefined ? {} : { transport: objectId("mailtransport", transport) }),
    ...(optionFlag(options, "reset_retry", false) ? { isNewStart: true } : {}),
  };
};

const reason = (args: readonly Value[], otherwise: string): string => {
  if (!isGiven(args, 0)) return otherwise;
  const lines = replyLines(args[0] ?? null);
  return lines.length === 0 ? otherwise : lines.join("\n");
};
