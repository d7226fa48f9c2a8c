/** What is recorded of an attempt at one copy. */
import type { Settings } from "@sluice/settings";
import type { Outcome } from "../history/event.ts";
import type { Settled } from "../queue/settle-statement.ts";
import type { CopyResult } from "./deliver.ts";
import { nextHopName } from "./next-hop.ts";

export const settledOf = (settings: Settings, copy: CopyResult, at: Date): Settled => {
  const { entry, decision, result, host, tls } = copy;
  const { kind, outcome } = wordsOf(decision, result.code);
  return {
    queueId: entry.queueId,
    epoch: entry.epoch,
    messageId: entry.messageId,
    recipient: entry.recipient,
    outcome,
    traces: copy.traces,
    event: {
      at,
      kind,
      queueId: entry.queueId,
      recipient: entry.recipient,
      detail: {
        attempt: entry.attempts + 1,
        reply: result.text,
        code: result.code,
        nextHop: host === null ? entry.nextHop : `${host.name} [${host.address}]:${host.port}`,
        transport: entry.transport,
        tls:
          tls === null ? null : `${tls.protocol} ${tls.cipher}${tls.verified ? ", verified" : ""}`,
        milliseconds: copy.milliseconds,
        gaveUp: decision.kind === "gone" ? reasons[decision.why] : null,
        delaySeconds: decision.kind === "again" ? Math.round(decision.delaySeconds) : null,
      },
    },
    deferral:
      decision.kind === "again"
        ? {
            queueId: entry.queueId,
            delaySeconds: decision.delaySeconds,
            reply: result.text,
            countsAsAttempt: decision.countsAsAttempt,
            transport: decision.transport,
            nextHop: nextHopName(settings, {
              transport: decision.transport,
              recipient: decision.recipient ?? entry.recipient,
            }),
            recipient: decision.recipient,
            isNewStart: decision.isNewStart,
            envelope: {
              ...(copy.metadata === undefined ? {} : { metadata: copy.metadata }),
              ...(copy.isLate === true ? { delayNoticed: true } : {}),
            },
          }
        : null,
  };
};

const reasons = {
  refused: "refused",
  age: "too old",
  attempts: "tried too often",
  flow: null, // its trace tells
} as const;

const wordsOf = (
  decision: CopyResult["decision"],
  code: number,
): {
  kind: "attempt-delivered" | "attempt-deferred" | "attempt-refused" | "deleted" | "bounced";
  outcome: Outcome;
} => {
  switch (decision.kind) {
    case "delivered":
      return { kind: "attempt-delivered", outcome: "delivered" };
    case "discarded":
      return { kind: "deleted", outcome: "deleted" };
    case "again":
      return { kind: "attempt-deferred", outcome: "queued" };
    case "gone":
      if (!decision.notify) return { kind: "deleted", outcome: "deleted" };
      return { kind: code >= 500 ? "attempt-refused" : "bounced", outcome: "bounced" };
    default:
      return decision satisfies never;
  }
};
