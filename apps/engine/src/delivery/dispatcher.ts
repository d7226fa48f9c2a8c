/**
 * Takes entries, fresh from a commit or claimed from the outgoing queue, to
 * their next hops: a few connections for each hop, first attempts before
 * retries, a hop that does not answer left alone for a while.
 *
 * Promises: an entry is never lost, and never recorded by two workers at once. No
 * hop fills the memory: past its share, its mail waits in the database. If the
 * process dies, its lease ends and the entry is tried again; the next hop may then
 * get the message twice, which is the lesser evil (RFC 5321 §6.1, RFC 1047).
 */
import type pg from "pg";
import {
  claimEntries,
  claimLateEntries,
  claimOldEntries,
  findDueHops,
  suspendEntries,
} from "../queue/claims.ts";
import type { TakenEntry } from "../queue/group-commit.ts";
import type { Lease } from "../queue/lease.ts";
import { type Pauses, readPauses } from "../queue/pauses.ts";
import type { AcceptMessage } from "../queue/queue-entry.ts";
import { type QueueEntry, readBody } from "../queue/queue-store.ts";
import { askedMinutes, type Decision, tryAgain } from "./decision.ts";
import { type CopyResult, createDeliver, type DeliverParts } from "./deliver.ts";
import {
  createHopQueue,
  type HopQueue,
  hopFailed,
  hopStrained,
  hopWorked,
  isDown,
  isForgettable,
  type Job,
} from "./hop-queue.ts";
import { createIdleConnections } from "./idle-connections.ts";
import { groupIntoJobs } from "./jobs.ts";
import { createNotices } from "./notices.ts";
import { settledOf } from "./settled-of.ts";
import { createSettlement } from "./settlement.ts";

export type Dispatcher = {
  /** Which of these hops may have this many bytes delivered from memory? Any of them reserves the bytes. */
  readonly reserve: (bytes: number, nextHops: readonly string[]) => ReadonlySet<string>;
  readonly release: (bytes: number) => void;
  readonly take: (entries: readonly TakenEntry[]) => void;
  /** Something may be due; `retry`: somebody wants it tried at once, whatever the hop did before. */
  readonly wake: (reason?: string) => void;
  /** The lease was lost: what is in memory is no longer ours. */
  readonly forget: () => void;
  readonly isHeld: (queueId: string) => boolean;
  readonly inFlight: () => number;
  readonly close: () => Promise<void>;
};

export type DispatcherOptions = Omit<DeliverParts, "readBody"> & {
  readonly pool: pg.Pool;
  /** Its connections have synchronous_commit off. */
  readonly settlementPool: pg.Pool;
  readonly lease: Pick<Lease, "epoch" | "isCurrent">;
  readonly acceptMessage: AcceptMessage;
  readonly report: (text: string, error?: unknown) => void;
  readonly onStored?: (messageIds: readonly string[]) => void;
  readonly pollMilliseconds?: number;
  readonly memoryBytes?: number;
};

const maximumInFlight = 2000;
/** Entries of one hop in memory. */
const perHop = 200;
/** With fewer left than this, more are claimed. */
const lowPerHop = 60;
const perClaim = 500;
/** Hops looked at in one statement. */
const hopsPerWalk = 500;
const suspendedPerTurn = 1000;
const closeMilliseconds = 20_000;

const nowhere: ReadonlySet<string> = new Set();

export const createDispatcher = (options: DispatcherOptions): Dispatcher => {
  const { pool, lease, report, memoryBytes = 64 * 1024 * 1024 } = options;
  const hops = new Map<string, HopQueue>();
  const held = new Set<string>();
  const bodyOf = (bodyId: string): AsyncIterable<Buffer> => readBody(pool, bodyId);
  const deliver = createDeliver({ ...options, readBody: bodyOf });
  const sendNotices = createNotices({ ...options, readBody: bodyOf });
  const idle = createIdleConnections();
  const settlement = createSettlement({
    pool: options.settlementPool,
    epoch: lease.epoch,
    report,
    ...(options.onStored === undefined ? {} : { onStored: options.onStored }),
  });
  let reserved = 0;
  let isClosed = false;
  let pauses: Pauses | null = null; // not known yet: nothing is delivered
  let place: string | null = null;

  const transportOf = (hop: string) =>
    options.snapshot().settings.transports[hop.split("/")[0] ?? ""];

  const isPaused = (hop: string): boolean => {
    if (pauses === null) return true;
    const [transport = ""] = hop.split("/");
    return (
      pauses.all ||
      pauses.destinations.has(hop) ||
      pauses.transports.has(transport) ||
      transportOf(hop)?.paused === true
    );
  };

  const hopOf = (name: string): HopQueue => {
    const known = hops.get(name);
    if (known !== undefined) return known;
    const hop = createHopQueue(name, transportOf(name)?.maximumConnections ?? 20);
    hops.set(name, hop);
    return hop;
  };

  /** Of a limit for the hop as a whole, what is ours. */
  const perMinuteOf = (hop: string): number =>
    (transportOf(hop)?.messagesPerMinute ?? 0) / Math.max(1, pauses?.workers ?? 1);

  /** Entries that may wait here: with a rate limit no more than go out in a few seconds. */
  const shareOf = (hop: string): number => {
    const perMinute = perMinuteOf(hop);
    return perMinute > 0 ? Math.min(perHop, Math.max(1, Math.ceil(perMinute / 10))) : perHop;
  };

  const hasRoom = (name: string, now: number): boolean => {
    if (isPaused(name)) return false;
    const hop = hops.get(name);
    return hop === undefined || (hop.blockedUntil <= now && hop.waiting() < shareOf(name));
  };

  const enqueue = (job: Job): void => {
    const [first] = job.entries;
    if (first === undefined) return;
    for (const { queueId } of job.entries) held.add(queueId);
    const hop = hopOf(first.nextHop);
    hop.put(job);
    pump(hop);
  };

  const giveBack = (job: Job): void => {
    reserved -= job.reserved;
    for (const { queueId } of job.entries) held.delete(queueId);
  };

  /** Not now: the entries go back to the queue as they were. */
  const free = (jobs: readonly Job[]): void => {
    const epochOf = (job: Job): string => job.entries[0]?.epoch ?? "";
    for (const epoch of new Set(jobs.map(epochOf))) {
      const own = jobs.filter((job) => epochOf(job) === epoch);
      settlement
        .free(
          epoch,
          own.flatMap(({ entries }) => entries.map(({ queueId }) => queueId)),
        )
        .catch((error: unknown) => report("entries could not be given back", error))
        .finally(() => {
          for (const job of own) giveBack(job);
        });
    }
  };

  const pump = (hop: HopQueue): void => {
    if (isClosed || !lease.isCurrent()) return;
    const maximum = transportOf(hop.name)?.maximumConnections ?? 20;
    while (
      hop.waiting() > 0 &&
      hop.active < Math.max(1, Math.min(Math.floor(hop.allowed), maximum))
    ) {
      const now = Date.now();
      if (now < hop.blockedUntil || isPaused(hop.name)) {
        free(hop.drain());
        return;
      }
      const perMinute = perMinuteOf(hop.name);
      if (perMinute > 0) {
        if (now < hop.nextStart) {
          hop.timer ??= setTimeout(() => {
            hop.timer = null;
            pump(hop);
          }, hop.nextStart - now);
          return;
        }
        hop.nextStart = Math.max(now, hop.nextStart) + 60_000 / perMinute;
      }
      const job = hop.take();
      if (job === undefined) return;
      hop.active += 1;
      void run(hop, job, maximum).finally(() => {
        hop.active -= 1;
        pump(hop);
        if (hop.waiting() < lowPerHop) wakeSoon();
      });
    }
  };

  const run = async (hop: HopQueue, job: Job, maximum: number): Promise<void> => {
    try {
      const { copies, client, hopIsDown } = await deliver(job, idle.take(hop));
      judge(hop, copies, hopIsDown, maximum);
      if (client !== null) {
        const perConnection = transportOf(hop.name)?.messagesPerConnection ?? 100;
        if (client.messages() >= perConnection || isClosed) client.close();
        else idle.keep(hop, client);
      }
      await settle(job, copies);
    } catch (error) {
      report(`a delivery to ${hop.name} failed inside`, error);
      free([job]);
    }
  };

  const judge = (
    hop: HopQueue,
    copies: readonly CopyResult[],
    hopIsDown: boolean,
    maximum: number,
  ): void => {
    const results = copies.map(({ result }) => result);
    const failure = results.find(({ code }) => code === 0 || code === 421);
    if (failure === undefined) hopWorked(hop, maximum);
    // with another way to go there is nothing to wait for
    else if (hopIsDown && transportOf(hop.name)?.fallback === undefined)
      hopFailed(hop, Date.now(), failure);
    else hopStrained(hop);
  };

  /** Notices first, then the results: kept at until they are stored, or the lease is over. */
  const settle = async (job: Job, copies: readonly CopyResult[]): Promise<void> => {
    const isOurs = (): boolean =>
      !isClosed && job.entries.every(({ epoch }) => epoch === lease.epoch());
    for (;;) {
      try {
        await sendNotices(job, copies);
        break;
      } catch (error) {
        report("a notice could not be stored yet", error);
        if (!isOurs()) return giveBack(job);
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
    let left = copies.length;
    if (left === 0) return giveBack(job);
    const { settings } = options.snapshot();
    for (const copy of copies) {
      settlement.add(settledOf(settings, copy, options.clock()), () => {
        left -= 1;
        if (left === 0) giveBack(job);
      });
    }
  };

  // ── the queue in the database ──────────────────────────────────────────────

  /** Mail of hops that are down: put off as it comes due, given up when its time is over. */
  const suspend = async (): Promise<void> => {
    const now = Date.now();
    for (const hop of [...hops.values()].filter((one) => isDown(one, now) && !isPaused(one.name))) {
      const transport = transportOf(hop.name);
      if (transport === undefined) continue;
      const suspension = {
        nextHop: hop.name,
        reply: hop.lastReply,
        retryMinutes: transport.retryMinutes,
        maximumAttempts: transport.maximumAttempts,
        maximumAgeMinutes: transport.maximumAgeMinutes,
        limit: suspendedPerTurn,
      };
      const minutes = transport.delayNoticeMinutes;
      const late = await claimLateEntries(pool, lease.epoch(), {
        nextHop: hop.name,
        limit: perHop,
        askedMinutes: minutes > 0 ? minutes : askedMinutes,
        otherMinutes: minutes > 0 ? minutes : null,
      });
      await settleUntried(hop, late, (entry) => tryAgain(transport, entry, options.clock()));
      await suspendEntries(pool, suspension);
      const old = await claimOldEntries(pool, lease.epoch(), { ...suspension, limit: perHop });
      const notify = transport.onGivingUp === "notify";
      await settleUntried(hop, old, () => ({ kind: "gone", notify, why: "age" }));
    }
  };

  /** A hop that does not answer is not asked for each of its entries; its last answer stands for all. */
  const settleUntried = async (
    hop: HopQueue,
    entries: readonly QueueEntry[],
    decide: (entry: QueueEntry) => Decision,
  ): Promise<void> => {
    const { settings } = options.snapshot();
    const { lastCode: code, lastReply: text } = hop;
    const jobs = groupIntoJobs(
      settings,
      entries.map((entry) => ({ entry, body: null })),
    );
    for (const job of jobs) {
      for (const { queueId } of job.entries) held.add(queueId);
      const copies = job.entries.map((entry) => ({
        entry,
        result: { recipient: entry.recipient, code, status: null, text },
        host: null,
        tls: null,
        takesDsn: false,
        milliseconds: 0,
        decision: decide(entry),
        isLate: decide(entry).kind === "again",
        traces: [],
      }));
      await settle(job, copies);
    }
  };

  const stoppedHops = (now: number): string[] => {
    const own = [...hops.values()]
      .filter(
        (hop) => hop.blockedUntil > now || hop.waiting() >= Math.min(lowPerHop, shareOf(hop.name)),
      )
      .map(({ name }) => name);
    return [...own, ...(pauses?.destinations ?? [])];
  };

  const stoppedTransports = (): string[] => {
    const { transports } = options.snapshot().settings;
    const paused = Object.keys(transports).filter((id) => transports[id]?.paused === true);
    return [...paused, ...(pauses?.transports ?? [])];
  };

  /** One walk over the hops; says whether there may be more at once. */
  const claimSome = async (): Promise<boolean> => {
    const room = Math.min(perClaim, maximumInFlight - held.size);
    const stopped = stoppedHops(Date.now());
    const { hops: due, next } = await findDueHops(pool, {
      queue: "outgoing",
      after: place,
      limit: hopsPerWalk,
      stoppedHops: stopped,
      stoppedTransports: stoppedTransports(),
    });
    place = next;
    if (due.length === 0) return next !== null;
    const entries = await claimEntries(pool, {
      epoch: lease.epoch(),
      queue: "outgoing",
      hops: due,
      limit: room,
      perHop: Math.max(1, Math.min(perHop, Math.ceil((4 * room) / due.length))),
    });
    const { settings } = options.snapshot();
    const jobs = groupIntoJobs(
      settings,
      entries.map((entry) => ({ entry, body: null })),
    );
    const surplus: Job[] = [];
    for (const job of jobs) {
      const name = job.entries[0]?.nextHop ?? "";
      const hop = hops.get(name);
      if (hop !== undefined && hop.waiting() >= shareOf(name)) {
        for (const { queueId } of job.entries) held.add(queueId);
        surplus.push(job);
      } else enqueue(job);
    }
    free(surplus);
    return next !== null || entries.length >= room;
  };

  const claim = async (): Promise<void> => {
    pauses = await readPauses(pool);
    for (const hop of hops.values()) pump(hop); // what waited for the lease, or is paused now
    if (isClosed || pauses.all || !lease.isCurrent()) return;
    await suspend();
    while (!isClosed && lease.isCurrent() && held.size < maximumInFlight / 2) {
      if (!(await claimSome())) break;
    }
    const now = Date.now();
    for (const [name, hop] of hops) if (isForgettable(hop, now)) hops.delete(name);
  };

  let claiming: Promise<void> | null = null;
  let again = false;
  const wake = (reason = ""): void => {
    if (isClosed) return;
    if (reason === "retry") {
      for (const hop of hops.values()) hop.blockedUntil = 0;
    }
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
        wakeSoon();
      });
  };
  let soon: NodeJS.Timeout | null = null;
  const wakeSoon = (): void => {
    if (isClosed) return;
    soon ??= setTimeout(() => {
      soon = null;
      wake();
    }, 20);
  };
  const poll = setInterval(wake, options.pollMilliseconds ?? 1000);
  poll.unref();

  return {
    reserve: (bytes, nextHops) => {
      if (isClosed || !lease.isCurrent() || reserved + bytes > memoryBytes) return nowhere;
      if (held.size >= maximumInFlight) return nowhere;
      const now = Date.now();
      const open = new Set(nextHops.filter((hop) => hasRoom(hop, now)));
      if (open.size > 0) reserved += bytes;
      return open;
    },
    release: (bytes) => {
      reserved -= bytes;
    },
    take: (entries) => {
      const { settings } = options.snapshot();
      const jobs = groupIntoJobs(
        settings,
        entries.map(({ row, epoch, body }) => ({ entry: { ...row, attempts: 0, epoch }, body })),
      );
      for (const job of jobs) enqueue(job);
    },
    wake,
    forget: () => {
      for (const hop of hops.values()) {
        for (const job of hop.drain()) giveBack(job);
      }
    },
    isHeld: (queueId) => held.has(queueId),
    inFlight: () => held.size,
    close: async () => {
      isClosed = true;
      clearInterval(poll);
      if (soon !== null) clearTimeout(soon);
      await claiming;
      for (const hop of hops.values()) {
        if (hop.timer !== null) clearTimeout(hop.timer);
        free(hop.drain());
      }
      idle.close();
      const deadline = Date.now() + closeMilliseconds;
      while ([...hops.values()].some((hop) => hop.active > 0) && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await settlement.flush(5000);
    },
  };
};
