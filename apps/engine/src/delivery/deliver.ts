/**
 * One attempt at one job: the delivery flow before it, a connection, one
 * transaction, the flow after it, and what becomes of each copy.
 *
 * Promises: every copy gets a result and a decision. An attempt that is cut short by
 * the end of the process leaves the entries as they were; the next hop may then get
 * the message twice (RFC 1047).
 */
import type { Snapshot } from "../config/snapshot.ts";
import type { AttemptResult, DeliveryFlowRunner, DeliveryInput } from "../flows/delivery-input.ts";
import type { LiveFlow } from "../flows/live-flow.ts";
import type { FlowTrace } from "../flows/trace.ts";
import type { AttemptChanges, NoticeChanges } from "../flows/verdict.ts";
import type { QueueEntry } from "../queue/queue-store.ts";
import { type AttemptParts, createAttempt, type Route } from "./attempt.ts";
import { applyAfter, type Decision, decideBySchedule, isLate, tryAgain, wait } from "./decision.ts";
import type { Job } from "./hop-queue.ts";
import { deliveryFlowId } from "./next-hop.ts";
import type { RecipientResult, ResolvedHost, SmtpClient } from "./smtp-message.ts";

export type { Decision } from "./decision.ts";

export type CopyResult = {
  readonly entry: QueueEntry;
  readonly result: RecipientResult;
  readonly host: ResolvedHost | null;
  readonly tls: SmtpClient["tls"];
  /** Handed to a mail store (LMTP): nobody passes it on. */
  readonly isFinal?: boolean | undefined;
  /** The next hop took requests for notices over. */
  readonly takesDsn: boolean;
  readonly milliseconds: number;
  readonly decision: Decision;
  /** Notes that the flow wants kept with the entry; without: as they are. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** How the flow wants a notice about it. */
  readonly notice?: NoticeChanges | undefined;
  /** It waits so long that its sender is told now. */
  readonly isLate?: boolean | undefined;
  readonly traces: readonly FlowTrace[];
};

export type Delivered = {
  readonly copies: readonly CopyResult[];
  /** To be used for the next job; null: none was opened, or it is broken. */
  readonly client: SmtpClient | null;
  /** Nobody answered at any address of the hop. */
  readonly hopIsDown: boolean;
};

export type DeliverParts = AttemptParts & { readonly runner: DeliveryFlowRunner };

/** For mail that has no transport: an administrator may yet give it one. */
const noTransport = {
  retryMinutes: [5],
  maximumAttempts: 0,
  maximumAgeMinutes: 5 * 1440,
  onGivingUp: "notify",
} as const;

export const createDeliver = (parts: DeliverParts) => {
  const { clock } = parts;
  const attempt = createAttempt(parts);

  return async (job: Job, idle: SmtpClient | null): Promise<Delivered> => {
    const started = performance.now();
    const snapshot = parts.snapshot();
    const [first] = job.entries;
    if (first === undefined) return { copies: [], client: idle, hopIsDown: false };
    const traces: FlowTrace[] = [];
    let changes: AttemptChanges = {};
    let notice: NoticeChanges | undefined;
    let release = (): void => {};

    const own = routeOf(snapshot, first.transport);
    const lateMinutes = typeof own === "string" ? 0 : own.transport.delayNoticeMinutes;
    const settle = (said: Omit<RecipientResult, "recipient">, decision: Decision): Delivered => ({
      client: idle,
      hopIsDown: false,
      copies: job.entries.map((entry) => ({
        entry,
        result: { recipient: entry.recipient, ...said },
        decision,
        host: null,
        tls: null,
        takesDsn: false,
        milliseconds: Math.round(performance.now() - started),
        metadata: changes.metadata,
        notice,
        isLate: isLate(decision, lateMinutes, entry, clock()),
        traces,
      })),
    });

    if (first.envelope.returnNow === true) {
      const text = "returned by the administrator";
      return settle(
        { code: 554, status: "5.7.1", text },
        { kind: "gone", notify: true, why: "refused" },
      );
    }
    if (typeof own === "string") {
      const decision = tryAgain(noTransport, first, clock(), 300);
      return settle(
        { code: 451, status: "4.3.5", text: own },
        {
          ...decision,
          ...(decision.kind === "again" ? { countsAsAttempt: false } : {}),
        },
      );
    }

    // before: only a job of one copy has a flow of its own (the dispatcher sees to that)
    const flow = flowOf(snapshot, first);
    if (typeof flow === "string") {
      const decision = tryAgain(own.transport, first, clock(), 300);
      return settle(
        { code: 451, status: "4.3.5", text: flow },
        { ...decision, ...(decision.kind === "again" ? { countsAsAttempt: false } : {}) },
      );
    }
    if (flow !== null) {
      const before = await parts.runner.before(flow, inputOf(snapshot, own, first));
      if (before.trace !== null) traces.push(before.trace);
      const { verdict } = before;
      notice = verdict.notice;
      if (verdict.release !== undefined) release = verdict.release;
      switch (verdict.kind) {
        case "try":
          changes = verdict.changes;
          break;
        case "delete":
          return settle(
            { code: 0, status: null, text: "deleted by the delivery flow" },
            { kind: "gone", notify: false, why: "flow" },
          );
        case "bounce":
          return settle(
            { code: 550, status: "5.7.1", text: verdict.text },
            { kind: "gone", notify: true, why: "flow" },
          );
        case "reschedule":
          return settle(
            { code: 0, status: null, text: verdict.reason },
            wait(own.transport, first, clock(), verdict),
          );
        default:
          verdict satisfies never;
      }
    }

    const route = changes.transport === undefined ? own : routeOf(snapshot, changes.transport);
    if (typeof route === "string") {
      release();
      return settle(
        { code: 451, status: "4.3.5", text: route },
        decideBySchedule(own.transport, first, { code: 451 }, clock()),
      );
    }
    const made = await attempt(snapshot, job, route, changes, idle).finally(release);
    const { client, host, isDiscarded } = made;
    const copies: CopyResult[] = [];
    for (const [index, entry] of job.entries.entries()) {
      const result = made.results[index] ?? {
        recipient: entry.recipient,
        code: 0,
        status: null,
        text: "no result",
      };
      let decision: Decision = isDiscarded
        ? { kind: "discarded" }
        : decideBySchedule(own.transport, entry, result, clock());
      let reason: string | undefined;
      const seen = [...traces];
      if (flow !== null && !isDiscarded) {
        const attempted: AttemptResult = {
          code: result.code,
          enhancedStatus: result.status,
          text: result.text,
          nextHopAddress: host?.address ?? "",
          nextHopPort: host?.port ?? 0,
          sourceAddress: client?.sourceAddress ?? changes.sourceAddress ?? "",
          transferSeconds: (performance.now() - started) / 1000,
          isLast: decision.kind === "gone",
        };
        const after = await parts.runner.after(flow, {
          ...inputOf(snapshot, own, entry),
          attempt: attempted,
        });
        if (after.trace !== null) seen.push(after.trace);
        notice = { ...notice, ...given(after.verdict.notice) };
        if (after.verdict.kind === "retry") reason = after.verdict.reason;
        decision = applyAfter(after.verdict, decision, own.transport, entry, clock());
      }
      copies.push({
        entry,
        result: reason === undefined ? result : { ...result, text: reason },
        decision,
        host,
        tls: client?.tls ?? null,
        isFinal: client?.protocol === "lmtp",
        takesDsn: client?.takesDsn ?? false,
        milliseconds: Math.round(performance.now() - started),
        metadata: changes.metadata,
        notice,
        isLate: isLate(decision, own.transport.delayNoticeMinutes, entry, clock()),
        traces: seen,
      });
    }
    return { copies, client: client?.isUsable() === true ? client : null, hopIsDown: made.isDown };
  };
};

/** Without what is not set, so that it covers nothing that is. */
const given = (notice: NoticeChanges | undefined): NoticeChanges =>
  Object.fromEntries(Object.entries(notice ?? {}).filter(([, value]) => value !== undefined));

const routeOf = (snapshot: Snapshot, id: string | null): Route | string => {
  if (id === null) return "No transport is set for this recipient: choose one at the domain.";
  const transport = snapshot.settings.transports[id];
  return transport === undefined
    ? `The transport ${id} does not exist any more.`
    : { id, transport };
};

/** A string: one is named, and it cannot run; the mail waits, for nobody knows what it would say. */
const flowOf = (snapshot: Snapshot, entry: QueueEntry): LiveFlow | null | string => {
  const id = deliveryFlowId(snapshot.settings, entry);
  return id === undefined ? null : (snapshot.flows.get(id) ?? `The flow ${id} does not run.`);
};

const inputOf = (snapshot: Snapshot, route: Route, entry: QueueEntry): DeliveryInput => ({
  snapshot,
  messageId: entry.messageId,
  queueId: entry.queueId,
  sender: entry.sender,
  recipient: entry.recipient,
  size: entry.size,
  transport: route.id,
  destination: route.transport.destination,
  receivedAt: entry.receivedAt,
  attempts: entry.attempts,
  maximumAttempts: route.transport.maximumAttempts,
  envelope: entry.envelope,
});
