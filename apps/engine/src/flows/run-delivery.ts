/** Runs delivery flows: once before each attempt, and again after it with `$attempted` true. */
import { LRUCache } from "lru-cache";
import type { DeliveryFlowRunner, DeliveryInput } from "./delivery-input.ts";
import type { AttemptState, RunEnvelope, RunFacts } from "./flow-host.ts";
import { createRunOnce, type FlowParts } from "./run-once.ts";
import type { NoticeChanges } from "./verdict.ts";
import { afterVerdict, beforeVerdict } from "./verdict-of.ts";

export const createDeliveryFlowRunner = (parts: FlowParts): DeliveryFlowRunner => {
  const runOnce = createRunOnce(parts);
  /** `$context` from before an attempt until after it. */
  const contexts = new LRUCache<string, Map<string, unknown>>({ max: 10_000, ttl: 3_600_000 });

  const factsOf = (input: DeliveryInput): RunFacts => ({
    snapshot: input.snapshot,
    messageId: input.messageId,
    queueId: input.queueId,
    context: new Map(),
    cancel: input.cancel,
    secrets: [],
    envelope: envelopeOf(input),
    content: null,
    attempt: null,
    notice: { changes: {} },
    attemptCode: null,
    metadata: input.envelope.metadata,
  });

  return {
    before: (flow, input) => {
      if (flow === null) return { verdict: { kind: "try", changes: {} }, trace: null };
      const attempt: AttemptState = { changes: {}, held: [] };
      const facts = { ...factsOf(input), attempt };
      const context = new Map<string, unknown>();
      const release = (): void => {
        for (const give of attempt.held.splice(0)) give();
      };
      return runOnce(flow, { ...facts, context }, input, (result) => {
        if (context.size > 0) contexts.set(input.queueId, context);
        const verdict = beforeVerdict(result, attempt.changes);
        if (verdict.kind !== "try") release();
        return {
          ...verdict,
          notice: noticeOf(facts),
          ...(attempt.held.length === 0 ? {} : { release }),
        };
      });
    },
    after: (flow, input) => {
      if (flow === null) return { verdict: { kind: "default" }, trace: null };
      const kept = contexts.size > 0 ? contexts.get(input.queueId) : undefined;
      if (kept !== undefined) contexts.delete(input.queueId);
      const context = kept ?? new Map<string, unknown>();
      const facts = { ...factsOf(input), context, attemptCode: input.attempt.code };
      return runOnce(flow, facts, input, (result) => {
        const verdict = afterVerdict(result);
        const notice = noticeOf(facts);
        return verdict.kind === "deliver" && verdict.recipient === ""
          ? { ...verdict, recipient: input.recipient, notice }
          : { ...verdict, notice };
      });
    },
  };
};

const envelopeOf = (input: DeliveryInput): RunEnvelope => ({
  sender: input.sender,
  recipient: input.recipient,
  transport: input.transport,
  senderChanged: false,
  recipientChanged: false,
  transportChanged: false,
});

/** Only what the flow has changed of it. */
const noticeOf = ({ notice }: Pick<RunFacts, "notice">): NoticeChanges | undefined =>
  notice === null || Object.keys(notice.changes).length === 0 ? undefined : notice.changes;
