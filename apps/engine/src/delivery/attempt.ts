/**
 * One transaction for one job, by its transport or, while that cannot be reached, by its
 * fallback: plan, signatures, connection, bytes. No flow is asked here, and nothing decided.
 *
 * Promises: each copy has a result; a message that cannot be read or signed is not sent.
 */
import type { Transport } from "@sluice/settings";
import { LRUCache } from "lru-cache";
import type { Snapshot } from "../config/snapshot.ts";
import type { Dns } from "../flows/host/dns.ts";
import type { AttemptChanges } from "../flows/verdict.ts";
import type { QueueEntry } from "../queue/queue-store.ts";
import {
  type Attempts,
  type ConnectFailure,
  createConnector,
  type TlsResult,
} from "./connector.ts";
import type { Job } from "./hop-queue.ts";
import type { MtaSts } from "./mta-sts.ts";
import { createOwnAddresses, ownNamesOf } from "./own-addresses.ts";
import { planAttempt } from "./plan-attempt.ts";
import { signedBody } from "./signed-body.ts";
import type {
  OutgoingMessage,
  RecipientResult,
  ResolvedHost,
  Sent,
  SmtpClient,
} from "./smtp-message.ts";

/** What an attempt needs of the worker. */
export type AttemptParts = {
  readonly snapshot: () => Snapshot;
  readonly dns: Dns;
  readonly mtaSts: MtaSts;
  readonly hostName: string;
  readonly clock: () => Date;
  readonly readBody: (bodyId: string) => AsyncIterable<Buffer>;
  readonly report: (text: string, error?: unknown) => void;
  readonly onTls?: ((result: TlsResult) => void) | undefined;
};

export type Route = { readonly id: string; readonly transport: Transport };

/** How one transport took the job. */
export type Attempt = {
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
export const createAttempt = (parts: AttemptParts) => {
  const { clock } = parts;
  const own = createOwnAddresses();
  const connector = createConnector({
    dns: parts.dns,
    mtaSts: parts.mtaSts,
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
    let connections: Attempts | null = null;
    let client = mayUse ? idle : null;
    let last: Attempt | null = null;
    for (let sessions = 0; sessions < maximumSessions; sessions++) {
      if (client === null) {
        connections ??= connector.open(plan.question);
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

  return attemptWithFallback;
};

const nowhere: ConnectFailure = {
  kind: "failed",
  code: 0,
  status: "4.4.1",
  text: "There is no host to connect to.",
  isDown: true,
  host: null,
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
