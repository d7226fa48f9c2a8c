/**
 * One attempt at one job: the delivery flow before it, a connection, one
 * transaction, the flow after it, and what becomes of each copy.
 *
 * Promises: every copy gets a result and a decision. An attempt that is cut short by
 * the end of the process leaves the entries as they were; the next hop may then get
 * the message twice (RFC 1047).
 */
import { networkInterfaces } from "node:os";
import type { Transport } from "@sluice/settings";
import { LRUCache } from "lru-cache";
import type { Snapshot } from "../config/snapshot.ts";
import type { AttemptResult, DeliveryFlowRunner, DeliveryInput } from "../flows/delivery-input.ts";
import type { Dns } from "../flows/host/dns.ts";
import type { Http } from "../flows/host/http.ts";
import type { LiveFlow } from "../flows/live-flow.ts";
import type { FlowTrace } from "../flows/trace.ts";
import type { AttemptChanges, NoticeChanges } from "../flows/verdict.ts";
import type { QueueEntry } from "../queue/queue-store.ts";
import { type ConnectFailure, createConnector, type TlsResult } from "./connector.ts";
import { applyAfter, type Decision, decideBySchedule, isLate, tryAgain, wait } from "./decision.ts";
import type { Job } from "./hop-queue.ts";
import { createMtaSts, fetchPolicyOverHttps } from "./mta-sts.ts";
import type { MtaStsStore } from "./mta-sts-store.ts";
import { deliveryFlowId } from "./next-hop.ts";
import { planAttempt } from "./plan-attempt.ts";
import { signedBody } from "./signed-body.ts";
import type {
  OutgoingMessage,
  RecipientResult,
  ResolvedHost,
  Sent,
  SmtpClient,
} from "./smtp-message.ts";

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

export type DeliverParts = {
  readonly snapshot: () => Snapshot;
  readonly runner: DeliveryFlowRunner;
  readonly dns: Dns;
  /** Fetches MTA-STS policies. */
  readonly http: Http;
  readonly hostName: string;
  readonly clock: () => Date;
  readonly readBody: (bodyId: string) => AsyncIterable<Buffer>;
  readonly report: (text: string, error?: unknown) => void;
  readonly onTls?: ((result: TlsResult) => void) | undefined;
  /** Where MTA-STS policies are kept; without: in memory alone. */
  readonly policies?: MtaStsStore | undefined;
};

type Route = { readonly id: string; readonly transport: Transport };

/** How one transport took the job. */
type Attempt = {
  readonly results: readonly RecipientResult[];
  readonly client: SmtpClient | null;
  readonly host: ResolvedHost | null;
  readonly isDown: boolean;
  readonly isDiscarded: boolean;
};

/** With one of these the attempt needs a connection of its own. */
const connectionChanges: ReadonlySet<string> = new Set<keyof AttemptChanges>([
  "destination",
  "transport",
  "helo",
  "sourceAddress",
  "recipient", // its domain may lead elsewhere
  "tlsMode",
  "sasl",
  "protocol",
]);
const maximumSessions = 3;
/** How long a transport that could not be reached is passed over for its fallback. */
const fallbackMilliseconds = 60_000;
/** For mail that has no transport: an administrator may yet give it one. */
const noTransport = {
  retryMinutes: [5],
  maximumAttempts: 0,
  maximumAgeMinutes: 5 * 1440,
  onGivingUp: "notify",
} as const;

export const createDeliver = (parts: DeliverParts) => {
  const { clock } = parts;
  const own = createOwnAddresses();
  const connector = createConnector({
    dns: parts.dns,
    mtaSts: createMtaSts({
      dns: parts.dns,
      fetchPolicy: fetchPolicyOverHttps(parts.http),
      report: parts.report,
      store: parts.policies,
      clock,
    }),
    ownNames: () => ownNamesOf(parts.snapshot(), parts.hostName),
    ownAddresses: own,
    onTls: parts.onTls,
  });
  /** The transport that a kept connection was opened for: another revision means another connection. */
  const openedFor = new WeakMap<SmtpClient, Transport>();
  const passedOver = new LRUCache<string, number>({ max: 5000 });

  const attempt = async (
    snapshot: Snapshot,
    job: Job,
    route: Route,
    changes: AttemptChanges,
    idle: SmtpClient | null,
  ): Promise<Attempt> => {
    const [first] = job.entries;
    if (first === undefined) throw new Error("a job without entries");
    const all = (
      said: Omit<RecipientResult, "recipient">,
      more: Partial<Attempt> = {},
    ): Attempt => ({
      results: job.entries.map(({ recipient }) => ({ recipient, ...said })),
      client: null,
      host: null,
      isDown: false,
      isDiscarded: false,
      ...more,
    });
    const failed = ({ code, status, text, isDown, host }: ConnectFailure): Attempt =>
      all({ code, status, text }, { isDown, host });

    const plan = planAttempt(
      snapshot,
      {
        recipient: changes.recipient ?? first.recipient,
        messageId: first.messageId,
        requireTls: first.envelope.requireTls,
      },
      route,
      changes,
      parts.hostName,
    );
    if (plan.kind === "unreadable")
      return all({ code: 451, status: "4.3.5", text: `Transport ${route.id}: ${plan.text}` });
    if (plan.kind === "discard")
      return all(
        { code: 250, status: "2.0.0", text: "discarded by the transport" },
        { isDiscarded: true },
      );

    const isUsual = !Object.keys(changes).some((name) => connectionChanges.has(name));
    const mayUse =
      idle?.isUsable() === true &&
      isUsual &&
      openedFor.get(idle) === route.transport &&
      (!first.envelope.requireTls || idle.tls?.verified === true);
    if (!mayUse) idle?.close();
    const signed = await signedBody(
      job.body ?? (() => parts.readBody(first.bodyId)),
      changes.signatures ?? [],
      clock(),
    );
    if (signed.kind === "failed") {
      idle?.close();
      return all({
        code: 451,
        status: "4.7.5",
        text: `The message cannot be signed: ${signed.why}`,
      });
    }
    const message: OutgoingMessage = {
      ...messageOf(job, first, changes),
      body: signed.body,
      size: first.size + signed.addedBytes,
    };
    const connections = connector.open(plan.question);
    let client = mayUse ? idle : null;
    let last: Attempt | null = null;
    for (let sessions = 0; sessions < maximumSessions; sessions++) {
      if (client === null) {
        const opened = await connections.next();
        if (opened === null) break; // all were reached, and what the last one said stands
        if (opened.kind === "failed") return last ?? failed(opened);
        client = opened.client;
        openedFor.set(client, route.transport);
      }
      let sent: Sent;
      try {
        sent = await client.send(message);
      } catch (error) {
        client.close();
        parts.report(`the message ${first.messageId} could not be read`, error);
        return all({ code: 451, status: "4.3.0", text: "The stored message could not be read." });
      }
      const { results, ended } = sent;
      last = {
        results,
        client: isUsual && client.isUsable() ? client : null,
        host: client.host,
        isDown: ended === "lost",
        isDiscarded: false,
      };
      if (last.client === null) client.close();
      if (ended === null) return { ...last, client };
      client = null;
      if (ended === "stale") sessions -= 1; // it says nothing about the host
    }
    return last ?? failed(nowhere);
  };

  /** The transport, or its fallback while it cannot be reached. */
  const attemptWithFallback = async (
    snapshot: Snapshot,
    job: Job,
    route: Route,
    changes: AttemptChanges,
    idle: SmtpClient | null,
  ): Promise<Attempt> => {
    const id = route.transport.fallback;
    const fallback = id === undefined ? undefined : snapshot.settings.transports[id];
    if (id === undefined || fallback === undefined || changes.destination !== undefined)
      return attempt(snapshot, job, route, changes, idle);
    const hop = job.entries[0]?.nextHop ?? route.id;
    let made: Attempt | null = null;
    if ((passedOver.get(hop) ?? 0) <= clock().getTime()) {
      made = await attempt(snapshot, job, route, changes, idle);
      if (!made.isDown) {
        passedOver.delete(hop);
        return made;
      }
    } else idle?.close();
    const other = await attemptWithFallback(
      snapshot,
      job,
      { id, transport: fallback },
      changes,
      null,
    );
    if (other.isDown) {
      passedOver.delete(hop);
      return made ?? other;
    }
    passedOver.set(hop, clock().getTime() + fallbackMilliseconds);
    other.client?.close(); // kept connections are the transport's own
    return { ...other, client: null };
  };

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
    const made = await attemptWithFallback(snapshot, job, route, changes, idle).finally(release);
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

const nowhere: ConnectFailure = {
  kind: "failed",
  code: 0,
  status: "4.4.1",
  text: "There is no host to connect to.",
  isDown: true,
  host: null,
};

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

const messageOf = (
  job: Job,
  first: QueueEntry,
  changes: AttemptChanges,
): Omit<OutgoingMessage, "body" | "size"> => {
  const { envelope } = first;
  return {
    sender: changes.sender ?? first.sender,
    recipients: job.entries.map((entry) => ({
      address: changes.recipient ?? entry.recipient,
      notify: entry.envelope.notify,
      orcpt: entry.envelope.orcpt,
    })),
    eightBit: envelope.eightBit,
    smtpUtf8: envelope.smtpUtf8,
    requireTls: envelope.requireTls,
    ret: envelope.ret,
    envid: envelope.envid,
  };
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

const ownNamesOf = (snapshot: Snapshot, hostName: string): string[] =>
  [
    hostName,
    snapshot.settings.gateway.hostName,
    ...Object.values(snapshot.settings.listeners).map(({ hostName: name }) => name),
  ]
    .filter((name) => name !== "")
    .map((name) => name.toLowerCase());

const ownMilliseconds = 60_000;

/** Addresses of this machine, asked for once a minute. */
const createOwnAddresses = (): (() => readonly string[]) => {
  let known: readonly string[] = [];
  let until = 0;
  return () => {
    const now = performance.now();
    if (now < until) return known;
    known = Object.values(networkInterfaces()).flatMap((list) =>
      (list ?? []).map(({ address }) => address),
    );
    until = now + ownMilliseconds;
    return known;
  };
};
