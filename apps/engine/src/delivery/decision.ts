/** What becomes of a copy after an attempt: what the transport says, then what the delivery flow says. */
import type { Transport } from "@sluice/settings";
import type { AfterDeliveryVerdict } from "../flows/verdict.ts";
import type { QueueEntry } from "../queue/queue-store.ts";
import { planRetry } from "../queue/retry-schedule.ts";
import { classifyReply } from "./classify-reply.ts";
import type { RecipientResult } from "./smtp-message.ts";

export type Decision =
  | { readonly kind: "delivered" }
  | { readonly kind: "discarded" }
  | {
      readonly kind: "again";
      readonly delaySeconds: number;
      readonly countsAsAttempt: boolean;
      readonly transport: string | null;
      readonly recipient?: string | undefined;
      /** Sent elsewhere: the schedule begins anew. */
      readonly isNewStart?: boolean | undefined;
      /** When we give up at the latest; for the notice of delay. */
      readonly until?: Date | undefined;
    }
  | {
      readonly kind: "gone";
      readonly notify: boolean;
      readonly why: "refused" | "age" | "attempts" | "flow";
    };

type Copy = Pick<QueueEntry, "attempts" | "receivedAt" | "transport">;
type Schedule = Pick<Transport, "maximumAttempts" | "maximumAgeMinutes" | "onGivingUp"> & {
  readonly retryMinutes: readonly number[];
};

/** The transport's own decision. */
export const decideBySchedule = (
  schedule: Schedule,
  copy: Copy,
  result: Pick<RecipientResult, "code">,
  now: Date,
): Decision => {
  switch (classifyReply(result)) {
    case "delivered":
      return { kind: "delivered" };
    case "permanent":
      return { kind: "gone", notify: schedule.onGivingUp === "notify", why: "refused" };
    case "transient":
      return tryAgain(schedule, copy, now);
    default:
      throw new Error("a reply of no class");
  }
};

/** Later, or never again when the mail is too old or was tried too often. */
export const tryAgain = (
  schedule: Schedule,
  copy: Copy,
  now: Date,
  delaySeconds?: number,
): Decision => {
  const plan = planRetry(
    schedule,
    { attempts: copy.attempts + 1, receivedAt: copy.receivedAt },
    now,
  );
  if (plan.kind === "give-up")
    return { kind: "gone", notify: schedule.onGivingUp === "notify", why: plan.why };
  return {
    kind: "again",
    delaySeconds: delaySeconds ?? plan.delaySeconds,
    countsAsAttempt: true,
    transport: copy.transport,
    until: new Date(copy.receivedAt.getTime() + schedule.maximumAgeMinutes * 60_000),
  };
};

/** A wait that a flow wants; it has an end as well. */
export const wait = (
  schedule: Schedule,
  copy: Copy,
  now: Date,
  wanted: {
    readonly delaySeconds?: number | undefined;
    readonly countsAsAttempt?: boolean | undefined;
    readonly transport?: string | undefined;
    readonly isNewStart?: boolean | undefined;
  },
): Decision => {
  const { countsAsAttempt = true, isNewStart = false, transport = copy.transport } = wanted;
  const attempts = isNewStart || !countsAsAttempt ? 0 : copy.attempts;
  const decision = tryAgain(schedule, { ...copy, attempts }, now, wanted.delaySeconds);
  return decision.kind === "again"
    ? { ...decision, countsAsAttempt, isNewStart, transport }
    : decision;
};

/** The flow's word after the attempt, over the transport's. */
export const applyAfter = (
  verdict: AfterDeliveryVerdict,
  usual: Decision,
  schedule: Schedule,
  copy: Copy,
  now: Date,
): Decision => {
  if (usual.kind === "delivered") return usual; // nothing can be asked for after success
  switch (verdict.kind) {
    case "default":
      return usual;
    case "retry":
      return wait(schedule, copy, now, verdict);
    case "delete":
      return { kind: "gone", notify: false, why: "flow" };
    case "bounce":
      return { kind: "gone", notify: true, why: "flow" };
    case "deliver":
      return {
        kind: "again",
        delaySeconds: 0,
        countsAsAttempt: false,
        isNewStart: true,
        transport: verdict.transport ?? copy.transport,
        recipient: verdict.recipient,
      };
    default:
      return verdict satisfies never;
  }
};

/** When a sender who asked for notices of delay gets one, where the transport says nothing. */
export const askedMinutes = 240;

/** Whether this wait is worth a notice (RFC 3461 §5.2.4): once, and only when asked for by setting or sender. */
export const isLate = (
  decision: Decision,
  transportMinutes: number,
  entry: Pick<QueueEntry, "receivedAt" | "envelope">,
  now: Date,
): boolean => {
  const { notify, delayNoticed } = entry.envelope;
  if (decision.kind !== "again" || delayNoticed === true) return false;
  const asked = notify?.includes("DELAY") === true;
  const minutes = transportMinutes > 0 ? transportMinutes : asked ? askedMinutes : null;
  if (minutes === null || (notify !== null && !asked)) return false;
  return now.getTime() - entry.receivedAt.getTime() >= minutes * 60_000;
};
