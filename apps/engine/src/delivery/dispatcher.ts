/**
 * Takes entries, fresh from a commit or claimed from the outgoing queue, to
 * their next hops: a few connections for each hop, first attempts before
 * retries, a hop that does not answer left alone for a while.
 *
 * Promises: an entry is never lost and never delivered by two workers at once.
 * If the process dies, its lease ends and the entry is tried again; the next hop
 * may then get the message twice, which is the lesser evil (RFC 5321 §6.1, RFC 1047).
 */
import { randomUUID } from "node:crypto";
import { statusOfCode } from "@sluice/mail-syntax";
import type pg from "pg";
import { matchDomain } from "../config/domain-match.ts";
import type { Outcome } from "../history/event.ts";
import type { TakenEntry } from "../queue/group-commit.ts";
import type { AcceptMessage } from "../queue/queue-entry.ts";
import { claimEntries, freeEntries, type QueueEntry, readBody } from "../queue/queue-store.ts";
import { contentOfBytes } from "../scanner/content-store.ts";
import { type CopyResult, createDeliver, type DeliverParts } from "./deliver.ts";
import { buildNotice, isWanted, type NoticeRecipient } from "./delivery-status-notification.ts";
import { createHopQueue, type HopQueue, hopFailed, hopWorked, type Job } from "./hop-queue.ts";
import { nextHopName, recipientDomain } from "./next-hop.ts";
import { createSettlement } from "./settlement.ts";

export type Dispatcher = {
  /** Room to deliver this many bytes from memory? */
  readonly reserve: (bytes: number) => boolean;
  readonly release: (bytes: number) => void;
  readonly take: (entries: readonly TakenEntry[]) => void;
  /** Something may be due. */
  readonly wake: () => void;
  /** The lease was lost: what is in memory is no longer ours. */
  readonly forget: () => void;
  readonly inFlight: () => number;
  readonly close: () => Promise<void>;
};

export type DispatcherOptions = Omit<DeliverParts, "readBody"> & {
  readonly pool: pg.Pool;
  readonly epoch: () => string;
  readonly acceptMessage: AcceptMessage;
  readonly report: (text: string, error?: unknown) => void;
  readonly onStored?: (messageIds: readonly string[]) => void;
  readonly pollMilliseconds?: number;
  readonly memoryBytes?: number;
};

const maximumInFlight = 2000;
const perHop = 50;
const recipientsPerTransaction = 50;
const idleMilliseconds = 20_000;

type Pauses = { all: boolean; transports: ReadonlySet<string>; hops: ReadonlySet<string> };

export const createDispatcher = (options: DispatcherOptions): Dispatcher => {
  const { pool, report, memoryBytes = 64 * 1024 * 1024 } = options;
  const hops = new Map<string, HopQueue>();
  const deliver = createDeliver({ ...options, readBody: (bodyId) => readBody(pool, bodyId) });
  const settlement = createSettlement({
    pool,
    epoch: options.epoch,
    report,
    ...(options.onStored === undefined ? {} : { onStored: options.onStored }),
  });
  let reserved = 0;
  let inFlight = 0;
  let isClosed = false;
  let pauses: Pauses = { all: false, transports: new Set(), hops: new Set() };
  const idleTimers = new Map<unknown, NodeJS.Timeout>();

  const transportOf = (name: string) =>
    options.snapshot().settings.transports[name.split("/")[0] ?? ""];

  const isPaused = (hop: string): boolean => {
    const [transport = ""] = hop.split("/");
    return (
      pauses.all ||
      pauses.hops.has(hop) ||
      pauses.transports.has(transport) ||
      options.snapshot().settings.transports[transport]?.paused === true
    );
  };

  const hopOf = (name: string): HopQueue => {
    const known = hops.get(name);
    if (known !== undefined) return known;
    const hop = createHopQueue(name, transportOf(name)?.maximumConnections ?? 20);
    hops.set(name, hop);
    return hop;
  };

  /** Copies of one message to one hop go together unless something is asked for each of them. */
  const group = (entries: readonly { entry: QueueEntry; body: Buffer | null }[]): Job[] => {
    const { settings } = options.snapshot();
    const jobs = new Map<
      string,
      { entries: QueueEntry[]; body: Buffer | null; reserved: number }
    >();
    for (const { entry, body } of entries) {
      const hasFlow =
        entry.domain !== null && settings.domains[entry.domain]?.deliveryFlow !== undefined;
      const { notify, orcpt } = entry.envelope;
      const key = hasFlow
        ? entry.queueId
        : [entry.bodyId, entry.sender, entry.nextHop, notify?.join() ?? "", orcpt ?? ""].join("\n");
      const job = jobs.get(key);
      if (job !== undefined && job.entries.length < recipientsPerTransaction)
        job.entries.push(entry);
      else
        jobs.set(job === undefined ? key : `${key} ${entry.queueId}`, {
          entries: [entry],
          body,
          reserved: 0,
        });
    }
    return [...jobs.values()];
  };

  const enqueue = (job: Job): void => {
    const [first] = job.entries;
    if (first === undefined) return;
    inFlight += job.entries.length;
    const hop = hopOf(first.nextHop);
    hop.waiting.push(job);
    pump(hop);
  };

  const giveBack = (job: Job): void => {
    reserved -= job.reserved;
    inFlight -= job.entries.length;
  };

  const takeIdle = (hop: HopQueue) => {
    for (;;) {
      const client = hop.idle.pop();
      if (client === undefined) return null;
      clearTimeout(idleTimers.get(client));
      idleTimers.delete(client);
      if (client.isUsable()) return client;
    }
  };

  const pump = (hop: HopQueue): void => {
    if (isClosed) return;
    const transport = transportOf(hop.name);
    const maximum = Math.max(1, Math.min(hop.allowed, transport?.maximumConnections ?? 20));
    while (hop.waiting.length > 0 && hop.active < maximum) {
      const now = Date.now();
      if (now < hop.blockedUntil || isPaused(hop.name)) {
        releaseWaiting(hop);
        return;
      }
      const perMinute = transport?.messagesPerMinute ?? 0;
      if (perMinute > 0) {
        if (now < hop.nextStart) {
          setTimeout(() => pump(hop), hop.nextStart - now).unref();
          return;
        }
        hop.nextStart = Math.max(now, hop.nextStart) + 60_000 / perMinute;
      }
      const job = hop.waiting.shift();
      if (job === undefined) return;
      hop.active += 1;
      void run(hop, job).finally(() => {
        hop.active -= 1;
        pump(hop);
        if (hop.active === 0 && hop.waiting.length === 0) wakeSoon();
      });
    }
  };

  /** Not now: the entries go back to the queue as they were. */
  const releaseWaiting = (hop: HopQueue): void => {
    const jobs = hop.waiting.splice(0);
    const ids = jobs.flatMap(({ entries }) => entries.map(({ queueId }) => queueId));
    for (const job of jobs) giveBack(job);
    freeEntries(pool, options.epoch(), ids).catch((error: unknown) =>
      report("entries could not be given back", error),
    );
  };

  const run = async (hop: HopQueue, job: Job): Promise<void> => {
    try {
      const { copies, client, hopIsDown } = await deliver(job, takeIdle(hop));
      const transport = transportOf(hop.name);
      if (hopIsDown) hopFailed(hop, Date.now());
      else hopWorked(hop, transport?.maximumConnections ?? 20);
      if (client !== null) {
        if (client.messages() >= (transport?.messagesPerConnection ?? 100) || isClosed)
          client.close();
        else keep(hop, client);
      }
      await settle(job, copies);
    } catch (error) {
      report(`a delivery to ${hop.name} failed inside`, error);
      giveBack(job);
      await freeEntries(
        pool,
        options.epoch(),
        job.entries.map(({ queueId }) => queueId),
      ).catch(() => {}); // the lease ends by itself
    }
  };

  const keep = (hop: HopQueue, client: NonNullable<ReturnType<typeof takeIdle>>): void => {
    hop.idle.push(client);
    const timer = setTimeout(() => {
      const index = hop.idle.indexOf(client);
      if (index >= 0) hop.idle.splice(index, 1);
      idleTimers.delete(client);
      client.close();
    }, idleMilliseconds);
    timer.unref();
    idleTimers.set(client, timer);
  };

  const settle = async (job: Job, copies: readonly CopyResult[]): Promise<void> => {
    await sendNotices(job, copies);
    let left = copies.length;
    const done = (): void => {
      left -= 1;
      if (left === 0) giveBack(job);
    };
    const { settings } = options.snapshot();
    for (const copy of copies) {
      const { entry, decision, result } = copy;
      const { kind, outcome } = wordsOf(decision.kind, result.code);
      settlement.add(
        {
          queueId: entry.queueId,
          messageId: entry.messageId,
          recipient: entry.recipient,
          outcome,
          traces: copy.traces,
          event: {
            at: options.clock(),
            kind,
            queueId: entry.queueId,
            recipient: entry.recipient,
            detail: {
              attempt: entry.attempts + 1,
              reply: result.text,
              code: result.code,
              nextHop:
                copy.host === null
                  ? entry.nextHop
                  : `${copy.host.name} [${copy.host.address}]:${copy.host.port}`,
              transport: entry.transport,
              tls: copy.tls === null ? null : `${copy.tls.protocol} ${copy.tls.cipher}`,
              milliseconds: copy.milliseconds,
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
                }
              : null,
        },
        done,
      );
    }
    if (copies.length === 0) giveBack(job);
  };

  const sendNotices = async (job: Job, copies: readonly CopyResult[]): Promise<void> => {
    const wanted: { entry: QueueEntry; about: NoticeRecipient }[] = [];
    for (const { entry, decision, result, host, takesDsn } of copies) {
      if (entry.sender === "") continue; // RFC 5321 §4.5.5: nobody to tell
      const isFailure = decision.kind === "gone" && decision.notify;
      const isSuccess = decision.kind === "delivered" && !takesDsn; // else the next hop confirms
      const action = isFailure ? "failed" : isSuccess ? "relayed" : null;
      if (action === null || !isWanted(entry.envelope.notify, action)) continue;
      wanted.push({
        entry,
        about: {
          recipient: entry.recipient,
          orcpt: entry.envelope.orcpt,
          action,
          status:
            result.status ??
            (isFailure ? (result.code === 0 ? "4.4.1" : statusOfCode(result.code)) : "2.0.0"),
          reply: result.text,
          remoteMta: host?.name ?? null,
          retryUntil: null,
        },
      });
    }
    for (const action of ["failed", "relayed"] as const) {
      const these = wanted.filter(({ about }) => about.action === action);
      const [first] = these;
      if (first === undefined) continue;
      const original = job.body ?? (await wholeBody(first.entry.bodyId));
      await acceptNotice(
        first.entry,
        these.map(({ about }) => about),
        original,
      );
    }
  };

  const wholeBody = async (bodyId: string): Promise<Buffer> => {
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of readBody(pool, bodyId)) {
      parts.push(part);
      size += part.length;
      if (size > 1024 * 1024) break; // a notice carries the header, or a message of modest size
    }
    return Buffer.concat(parts);
  };

  const acceptNotice = async (
    entry: QueueEntry,
    recipients: readonly NoticeRecipient[],
    original: Buffer,
  ): Promise<void> => {
    const snapshot = options.snapshot();
    const messageId = randomUUID();
    const at = options.clock();
    const hostName = snapshot.settings.gateway.hostName || options.hostName;
    const bytes = buildNotice({
      hostName,
      sender: entry.sender,
      envid: entry.envelope.envid,
      ret: entry.envelope.ret,
      arrival: entry.receivedAt,
      at,
      messageId,
      smtpUtf8: entry.envelope.smtpUtf8,
      recipients,
      original,
    });
    const content = contentOfBytes(bytes);
    const listenerId = entry.listener ?? Object.keys(snapshot.settings.listeners)[0] ?? "";
    // to a domain of ours by its transport; else the way out, or back where mail for others goes
    const match = matchDomain(snapshot.settings, listenerId, recipientDomain(entry.sender));
    const outbound =
      match?.domain.transport ??
      snapshot.settings.listeners[listenerId]?.outboundTransport ??
      Object.entries(snapshot.settings.transports).find(([, one]) =>
        /^\s*lookup-mx\s*(;|$)/i.test(one.destination),
      )?.[0] ??
      null;
    const subject = "Mail could not be delivered";
    await options.acceptMessage({
      messageId,
      revision: snapshot.revision,
      listener: entry.listener,
      receivedAt: at,
      bodies: [
        {
          prefix: Buffer.alloc(0),
          header: content.header,
          content,
          held: [],
          entries: [
            {
              queue: "outgoing",
              sender: "",
              recipient: entry.sender,
              domain: match?.id ?? null,
              transport: outbound,
              delaySeconds: 0,
              envelope: {
                ...entry.envelope,
                ret: null,
                envid: null,
                notify: ["NEVER"],
                orcpt: null,
                mayBounce: false,
                eightBit: true,
                requireTls: false,
                subject,
                metadata: {},
              },
            },
          ],
        },
      ],
      history: {
        messageId,
        at,
        outcome: "queued",
        stage: "queue",
        listener: listenerId,
        clientAddress: "",
        helo: "",
        signIn: null,
        sender: "",
        recipients: [entry.sender],
        subject,
        size: bytes.length,
        revision: snapshot.revision,
        flow: null,
        node: null,
        reply: "",
        traces: [],
        events: [
          {
            at,
            kind: "notice-sent",
            queueId: entry.queueId,
            recipient: entry.sender,
            detail: { about: entry.messageId },
          },
        ],
      },
    });
  };

  const readPauses = async (): Promise<void> => {
    const { rows } = await pool.query<{ kind: string; target: string }>({
      name: "pause-read",
      text: "SELECT kind, target FROM delivery_pause",
    });
    const of = (kind: string): Set<string> =>
      new Set(rows.filter((row) => row.kind === kind).map((row) => row.target));
    pauses = { all: of("all").size > 0, transports: of("transport"), hops: of("destination") };
  };

  const stoppedHops = (now: number): string[] =>
    [...hops.values()]
      .filter((hop) => hop.blockedUntil > now || hop.waiting.length >= perHop || isPaused(hop.name))
      .map((hop) => hop.name);

  const pausedNames = async (): Promise<string[]> => {
    // hops of a paused transport that this worker has not met yet
    const paused = Object.entries(options.snapshot().settings.transports)
      .filter(([id, transport]) => transport.paused || pauses.transports.has(id))
      .map(([id]) => id);
    if (paused.length === 0) return [...pauses.hops];
    const { rows } = await pool.query<{ next_hop: string }>({
      name: "pause-hops",
      text: `SELECT DISTINCT next_hop FROM queue_entry WHERE split_part(next_hop, '/', 1) = ANY ($1::text[])`,
      values: [paused],
    });
    return [...pauses.hops, ...rows.map((row) => row.next_hop)];
  };

  const claim = async (): Promise<void> => {
    await readPauses();
    if (pauses.all) return;
    while (!isClosed && inFlight < maximumInFlight / 2) {
      const now = Date.now();
      const entries = await claimEntries(pool, {
        epoch: options.epoch(),
        queue: "outgoing",
        limit: Math.min(500, maximumInFlight - inFlight),
        perHop,
        stoppedHops: [...stoppedHops(now), ...(await pausedNames())],
      });
      if (entries.length === 0) return;
      for (const job of group(entries.map((entry) => ({ entry, body: null })))) enqueue(job);
      if (entries.length < 100) return;
    }
  };

  let claiming: Promise<void> | null = null;
  let again = false;
  const wake = (): void => {
    if (isClosed) return;
    if (claiming !== null) {
      again = true;
      return;
    }
    claiming = claim()
      .catch((error: unknown) => report("the outgoing queue could not be read", error))
      .finally(() => {
        claiming = null;
        if (!again) return;
        again = false;
        wake();
      });
  };
  let soon: NodeJS.Timeout | null = null;
  const wakeSoon = (): void => {
    soon ??= setTimeout(() => {
      soon = null;
      wake();
    }, 200);
    soon.unref();
  };
  const poll = setInterval(wake, options.pollMilliseconds ?? 1000);
  poll.unref();

  return {
    reserve: (bytes) => {
      if (isClosed || reserved + bytes > memoryBytes || inFlight >= maximumInFlight) return false;
      reserved += bytes;
      return true;
    },
    release: (bytes) => {
      reserved -= bytes;
    },
    take: (entries) => {
      const sizes = new Map<string, number>();
      for (const { row, body } of entries) sizes.set(row.bodyId, body?.length ?? 0);
      const jobs = group(
        entries.map(({ row, body }) => ({ entry: { ...row, attempts: 0 }, body })),
      );
      for (const job of jobs) {
        const bodyId = job.entries[0]?.bodyId ?? "";
        const size = sizes.get(bodyId) ?? 0;
        sizes.set(bodyId, 0); // the first job of a body gives its bytes back
        enqueue({ ...job, reserved: size });
      }
    },
    wake,
    forget: () => {
      for (const hop of hops.values()) {
        for (const job of hop.waiting.splice(0)) giveBack(job);
      }
    },
    inFlight: () => inFlight,
    close: async () => {
      isClosed = true;
      clearInterval(poll);
      await claiming;
      for (const hop of hops.values()) {
        if (hop.waiting.length > 0) releaseWaiting(hop);
        for (const client of hop.idle.splice(0)) client.close();
      }
      const deadline = Date.now() + 20_000;
      while ([...hops.values()].some((hop) => hop.active > 0) && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await settlement.flush();
      for (const timer of idleTimers.values()) clearTimeout(timer);
    },
  };
};

const wordsOf = (
  decision: "delivered" | "discarded" | "again" | "gone",
  code: number,
): {
  kind: "attempt-delivered" | "attempt-deferred" | "attempt-refused" | "deleted" | "bounced";
  outcome: Outcome;
} => {
  switch (decision) {
    case "delivered":
      return { kind: "attempt-delivered", outcome: "delivered" };
    case "discarded":
      return { kind: "deleted", outcome: "deleted" };
    case "again":
      return { kind: "attempt-deferred", outcome: "queued" };
    case "gone":
      return { kind: code >= 500 ? "attempt-refused" : "bounced", outcome: "bounced" };
    default:
      return decision satisfies never;
  }
};
