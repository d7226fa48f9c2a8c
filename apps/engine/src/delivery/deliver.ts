/**
 * One attempt at one job: next hop, connection, the delivery flow around it, and
 * what becomes of each copy. Never throws; every copy gets a decision.
 */
import type { Transport } from "@sluice/settings";
import type { Snapshot } from "../config/snapshot.ts";
import type { AttemptResult, DeliveryFlowRunner, DeliveryInput } from "../flows/delivery-input.ts";
import type { Dns } from "../flows/host/dns.ts";
import type { LiveFlow } from "../flows/live-flow.ts";
import type { FlowTrace } from "../flows/trace.ts";
import type { AfterDeliveryVerdict, AttemptChanges } from "../flows/verdict.ts";
import type { QueueEntry } from "../queue/queue-store.ts";
import { planRetry } from "../queue/retry-schedule.ts";
import { classifyReply } from "./classify-reply.ts";
import type { Job } from "./hop-queue.ts";
import { type NextHop, type ResolvedHost, resolveNextHop } from "./next-hop.ts";
import { signedBody } from "./signed-body.ts";
import {
  type ClientOptions,
  ConnectError,
  openConnection,
  type RecipientResult,
  type SmtpClient,
  type TlsMode,
} from "./smtp-client.ts";

export type Decision =
  | { readonly kind: "delivered" }
  | { readonly kind: "discarded" }
  | {
      readonly kind: "again";
      readonly delaySeconds: number;
      readonly countsAsAttempt: boolean;
      readonly transport: string | null;
      readonly recipient?: string | undefined;
    }
  | {
      readonly kind: "gone";
      readonly notify: boolean;
      readonly why: "refused" | "age" | "attempts" | "flow";
    };

export type CopyResult = {
  readonly entry: QueueEntry;
  readonly result: RecipientResult;
  readonly host: ResolvedHost | null;
  readonly tls: SmtpClient["tls"];
  readonly takesDsn: boolean;
  readonly milliseconds: number;
  readonly decision: Decision;
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
  readonly hostName: string;
  readonly clock: () => Date;
  readonly readBody: (bodyId: string) => AsyncIterable<Buffer>;
};

const tlsModes = new Set<string>([
  "none",
  "optional",
  "optional-verify",
  "require",
  "require-verify",
]);

const clientOptions = (
  snapshot: Snapshot,
  id: string,
  transport: Transport,
  changes: AttemptChanges,
  hostName: string,
): ClientOptions => {
  const mode = changes.tlsMode ?? transport.tls.mode;
  const password = snapshot.secret("transport", id, "password");
  const pinned = transport.tls.certificate;
  return {
    helo: changes.helo ?? (transport.helo || snapshot.settings.gateway.hostName || hostName),
    protocol: changes.protocol ?? transport.protocol,
    tlsMode: tlsModes.has(mode) ? (mode as TlsMode) : "require-verify",
    pinnedCertificate:
      pinned === undefined ? null : (snapshot.settings.certificates[pinned]?.certificate ?? null),
    sasl:
      changes.sasl ??
      (transport.user === "" || password === null ? null : { user: transport.user, password }),
    authWithoutTls: transport.authWithoutTls,
    sourceAddress: changes.sourceAddress ?? (transport.sourceAddress || null),
    connectSeconds: transport.connectSeconds,
    commandSeconds: transport.commandSeconds,
    finalSeconds: transport.finalSeconds,
  };
};

const flowFor = (snapshot: Snapshot, entry: QueueEntry): LiveFlow | null => {
  const id =
    entry.domain === null ? undefined : snapshot.settings.domains[entry.domain]?.deliveryFlow;
  return id === undefined ? null : (snapshot.flows.get(id) ?? null);
};

const ownNamesOf = (snapshot: Snapshot, hostName: string): string[] => [
  hostName.toLowerCase(),
  snapshot.settings.gateway.hostName.toLowerCase(),
  ...Object.values(snapshot.settings.listeners).map(({ hostName: name }) => name.toLowerCase()),
];

const nobody = (
  recipient: string,
  text: string,
  code = 0,
  status: string | null = null,
): RecipientResult => ({
  recipient,
  code,
  status,
  text,
});

export const createDeliver = (parts: DeliverParts) => {
  const decide = (transport: Transport, entry: QueueEntry, result: RecipientResult): Decision => {
    switch (classifyReply(result)) {
      case "delivered":
        return { kind: "delivered" };
      case "permanent":
        return { kind: "gone", notify: transport.onGivingUp === "notify", why: "refused" };
      case "transient": {
        const plan = planRetry(
          transport,
          { attempts: entry.attempts + 1, receivedAt: entry.receivedAt },
          parts.clock(),
        );
        return plan.kind === "give-up"
          ? { kind: "gone", notify: transport.onGivingUp === "notify", why: plan.why }
          : {
              kind: "again",
              delaySeconds: plan.delaySeconds,
              countsAsAttempt: true,
              transport: entry.transport,
            };
      }
    }
  };

  const applyAfter = (
    verdict: AfterDeliveryVerdict,
    fallback: Decision,
    transport: Transport,
    entry: QueueEntry,
  ): Decision => {
    if (fallback.kind === "delivered") return fallback; // nothing can be asked for after success
    switch (verdict.kind) {
      case "default":
        return fallback;
      case "retry": {
        const plan = planRetry(
          transport,
          { attempts: entry.attempts + 1, receivedAt: entry.receivedAt },
          parts.clock(),
        );
        const delaySeconds =
          verdict.delaySeconds ?? (plan.kind === "again" ? plan.delaySeconds : null);
        return delaySeconds === null
          ? {
              kind: "gone",
              notify: transport.onGivingUp === "notify",
              why: plan.kind === "give-up" ? plan.why : "age",
            }
          : { kind: "again", delaySeconds, countsAsAttempt: true, transport: entry.transport };
      }
      case "delete":
        return { kind: "gone", notify: false, why: "flow" };
      case "bounce":
        return { kind: "gone", notify: true, why: "flow" };
      case "deliver":
        return {
          kind: "again",
          delaySeconds: 0,
          countsAsAttempt: false,
          transport: verdict.transport ?? entry.transport,
          recipient: verdict.recipient,
        };
      default:
        return verdict satisfies never;
    }
  };

  const inputOf = (snapshot: Snapshot, transport: Transport, entry: QueueEntry): DeliveryInput => ({
    snapshot,
    messageId: entry.messageId,
    queueId: entry.queueId,
    sender: entry.sender,
    recipient: entry.recipient,
    size: entry.size,
    transport: entry.transport ?? "",
    destination: transport.destination,
    receivedAt: entry.receivedAt,
    attempts: entry.attempts,
    maximumAttempts: transport.maximumAttempts,
    envelope: entry.envelope,
  });

  const connect = async (
    hosts: readonly ResolvedHost[],
    options: ClientOptions,
  ): Promise<SmtpClient | ConnectError> => {
    let failure = new ConnectError(0, null, "There is no address to connect to.");
    for (const host of hosts) {
      try {
        return await openConnection(host, options);
      } catch (error) {
        if (!(error instanceof ConnectError)) throw error;
        failure = new ConnectError(
          error.code,
          error.status,
          `${host.name} [${host.address}]:${host.port}: ${error.message}`,
          error,
        );
        if (error.code >= 500) return failure; // this host speaks for all of them
      }
    }
    return failure;
  };

  return async (job: Job, idle: SmtpClient | null): Promise<Delivered> => {
    const started = performance.now();
    const snapshot = parts.snapshot();
    const [first] = job.entries;
    if (first === undefined) return { copies: [], client: idle, hopIsDown: false };
    const transportId = first.transport;
    const transport = transportId === null ? undefined : snapshot.settings.transports[transportId];
    let client = idle;
    let hopIsDown = false;

    const finish = (
      results: readonly {
        entry: QueueEntry;
        result: RecipientResult;
        decision: Decision;
        traces: readonly FlowTrace[];
      }[],
      host: ResolvedHost | null,
    ): Delivered => ({
      client: client?.isUsable() === true ? client : null,
      hopIsDown,
      copies: results.map((one) => ({
        ...one,
        host,
        tls: client?.tls ?? null,
        takesDsn: client?.takesDsn ?? false,
        milliseconds: Math.round(performance.now() - started),
      })),
    });

    if (transport === undefined || transportId === null) {
      const text =
        transportId === null
          ? "No transport is set for this recipient: choose one at the domain."
          : `The transport ${transportId} does not exist any more.`;
      return finish(
        job.entries.map((entry) => ({
          entry,
          result: nobody(entry.recipient, text, 451, "4.3.5"),
          decision: {
            kind: "again",
            delaySeconds: 300,
            countsAsAttempt: false,
            transport: transportId,
          },
          traces: [],
        })),
        null,
      );
    }

    if (first.envelope.returnNow === true) {
      return finish(
        job.entries.map((entry) => ({
          entry,
          result: nobody(entry.recipient, "returned by the administrator", 554, "5.7.1"),
          decision: { kind: "gone", notify: true, why: "refused" },
          traces: [],
        })),
        null,
      );
    }

    // before: only a job of one copy has a flow of its own (the dispatcher sees to that)
    const flow = flowFor(snapshot, first);
    const traces: FlowTrace[] = [];
    let changes: AttemptChanges = {};
    if (flow !== null) {
      const before = await parts.runner.before(flow, inputOf(snapshot, transport, first));
      if (before.trace !== null) traces.push(before.trace);
      const { verdict } = before;
      const settle = (result: RecipientResult, decision: Decision): Delivered =>
        finish(
          job.entries.map((entry) => ({ entry, result, decision, traces })),
          null,
        );
      switch (verdict.kind) {
        case "try":
          changes = verdict.changes;
          break;
        case "delete":
          return settle(nobody(first.recipient, "deleted by the delivery flow"), {
            kind: "gone",
            notify: false,
            why: "flow",
          });
        case "bounce":
          return settle(nobody(first.recipient, verdict.text, 550, "5.7.1"), {
            kind: "gone",
            notify: true,
            why: "flow",
          });
        case "reschedule":
          return settle(nobody(first.recipient, verdict.reason), {
            kind: "again",
            delaySeconds: verdict.delaySeconds,
            countsAsAttempt: verdict.countsAsAttempt,
            transport: verdict.transport ?? transportId,
          });
        default:
          verdict satisfies never;
      }
      if (Object.keys(changes).length > 0) client = null; // another connection than the usual one
    }

    const hop: NextHop =
      changes.destination === undefined
        ? await resolveNextHop(transport, first.recipient, {
            dns: parts.dns,
            resolvers: snapshot.settings.gateway.resolvers,
            seed: first.messageId,
            ownNames: ownNamesOf(snapshot, parts.hostName),
          })
        : {
            kind: "hosts",
            hosts: [
              {
                name: changes.destination.host,
                address: changes.destination.host,
                port: changes.destination.port,
              },
            ],
          };

    let results: RecipientResult[];
    let host: ResolvedHost | null = client?.host ?? null;
    if (hop.kind === "discard") {
      return finish(
        job.entries.map((entry) => ({
          entry,
          result: nobody(entry.recipient, "discarded by the transport", 250, "2.0.0"),
          decision: { kind: "discarded" },
          traces,
        })),
        null,
      );
    }
    if (hop.kind === "failed") {
      results = job.entries.map((entry) => nobody(entry.recipient, hop.text, hop.code, hop.status));
    } else {
      if (client === null || !client.isUsable()) {
        const opened = await connect(
          hop.hosts,
          clientOptions(snapshot, transportId, transport, changes, parts.hostName),
        );
        if (opened instanceof ConnectError) {
          client = null;
          hopIsDown = opened.code === 0 || opened.code === 421;
          host = hop.hosts[0] ?? null;
          results = job.entries.map((entry) =>
            nobody(entry.recipient, opened.message, opened.code, opened.status),
          );
          return finishWithFlow(results);
        }
        client = opened;
        host = opened.host;
      }
      const { envelope } = first;
      const signed = await signedBody(
        () => job.body ?? parts.readBody(first.bodyId),
        changes.signatures ?? [],
        parts.clock(),
      );
      if (signed.kind === "failed") {
        const text = `The message cannot be signed: ${signed.why}`;
        return finishWithFlow(
          job.entries.map((entry) => nobody(entry.recipient, text, 451, "4.7.5")),
        );
      }
      results = [
        ...(await client.send({
          sender: changes.sender ?? first.sender,
          recipients: job.entries.map((entry) => changes.recipient ?? entry.recipient),
          body: signed.body,
          size: first.size + signed.addedBytes,
          eightBit: envelope.eightBit,
          smtpUtf8: envelope.smtpUtf8,
          requireTls: envelope.requireTls,
          dsn: {
            ret: envelope.ret,
            envid: envelope.envid,
            notify: envelope.notify,
            orcpt: envelope.orcpt,
          },
        })),
      ];
    }
    return finishWithFlow(results);

    async function finishWithFlow(all: readonly RecipientResult[]): Promise<Delivered> {
      if (transport === undefined) throw new Error("the transport was checked above");
      const settled: {
        entry: QueueEntry;
        result: RecipientResult;
        decision: Decision;
        traces: readonly FlowTrace[];
      }[] = [];
      for (const [index, entry] of job.entries.entries()) {
        const result = all[index] ?? nobody(entry.recipient, "no result");
        let decision = decide(transport, entry, result);
        const own = [...traces];
        if (flow !== null) {
          const attempt: AttemptResult = {
            code: result.code,
            enhancedStatus: result.status,
            text: result.text,
            nextHopAddress: host?.address ?? "",
            nextHopPort: host?.port ?? 0,
            sourceAddress: transport.sourceAddress,
            transferSeconds: (performance.now() - started) / 1000,
            isLast: decision.kind === "gone",
          };
          const after = await parts.runner.after(flow, {
            ...inputOf(snapshot, transport, entry),
            attempt,
          });
          if (after.trace !== null) own.push(after.trace);
          decision = applyAfter(after.verdict, decision, transport, entry);
        }
        if (
          decision.kind === "again" &&
          transport.fallback !== undefined &&
          decision.countsAsAttempt &&
          classifyReply(result) === "transient"
        ) {
          decision = { ...decision, transport: transport.fallback };
        }
        settled.push({ entry, result, decision, traces: own });
      }
      return finish(settled, host);
    }
  };
};
