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
import type { TakenEntry } from "../queue/group-commit.ts";
import { inHand } from "../queue/journal/mail-in-hand.ts";
import type { Lease } from "../queue/lease.ts";
import type { AcceptMessage } from "../queue/queue-entry.ts";
import { readBody } from "../queue/queue-store.ts";
import { createClaiming, maximumInFlight } from "./claiming.ts";
import { type CopyResult, createDeliver, type DeliverParts } from "./deliver.ts";
import { type HopQueue, hopFailed, hopStrained, hopWorked, type Job } from "./hop-queue.ts";
import { createHops, lowPerHop } from "./hops.ts";
import { createIdleConnections } from "./idle-connections.ts";
import { groupIntoJobs } from "./jobs.ts";
import { createNotices } from "./notices.ts";
import { settledOf } from "./settled-of.ts";
import type { Settlement } from "./settlement.ts";

export type Dispatcher = {
  /** Which of these hops may have this many bytes delivered from memory? Any of them reserves the bytes. */
  readonly reserve: (bytes: number, nextHops: readonly string[]) => ReadonlySet<string>;
  readonly release: (bytes: number) => void;
  readonly take: (entries: readonly TakenEntry[]) => void;
  /** Something may be due; `retry`: somebody wants it tried at once, whatever the hop did before. */
  readonly wake: (reason?: string) => void;
  /** The lease was lost: what is in memory is no longer ours, but for what is in the journal. */
  readonly forget: () => void;
  readonly isHeld: (queueId: string) => boolean;
  readonly inFlight: () => number;
  readonly close: () => Promise<void>;
};

export type DispatcherOptions = Omit<DeliverParts, "readBody"> & {
  readonly pool: pg.Pool;
  /** Where results of deliveries go. */
  readonly settlement: Settlement;
  /** Is the entry in our journal, and no lease needed for it? */
  readonly isInJournal?: (queueId: string) => boolean;
  readonly lease: Pick<Lease, "epoch" | "isCurrent">;
  readonly acceptMessage: AcceptMessage;
  readonly report: (text: string, error?: unknown) => void;
  readonly pollMilliseconds?: number;
  readonly memoryBytes?: number;
};

const closeMilliseconds = 20_000;

const nowhere: ReadonlySet<string> = new Set();

export const createDispatcher = (options: DispatcherOptions): Dispatcher => {
  const { pool, lease, report, settlement, memoryBytes = 64 * 1024 * 1024 } = options;
  const { isInJournal = () => false } = options;
  const hops = createHops(options.snapshot);
  const held = new Set<string>();
  const bodyOf = (bodyId: string): AsyncIterable<Buffer> => readBody(pool, bodyId);
  const deliver = createDeliver({ ...options, readBody: bodyOf });
  const sendNotices = createNotices({ ...options, readBody: bodyOf });
  const idle = createIdleConnections();
  let reserved = 0;
  let isClosed = false;

  const hold = (job: Job): void => {
    for (const { queueId } of job.entries) held.add(queueId);
  };

  const enqueue = (job: Job): void => {
    const [first] = job.entries;
    if (first === undefined) return;
    hold(job);
    const hop = hops.of(first.nextHop);
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
    const maximum = hops.maximumConnections(hop.name);
    while (
      hop.waiting() > 0 &&
      hop.active < Math.max(1, Math.min(Math.floor(hop.allowed), maximum))
    ) {
      const now = Date.now();
      if (now < hop.blockedUntil || hops.isPaused(hop.name)) {
        free(hop.drain());
        return;
      }
      const perMinute = hops.perMinute(hop.name);
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
        if (hop.waiting() < lowPerHop) claiming.wakeSoon();
      });
    }
  };

  const run = async (hop: HopQueue, job: Job, maximum: number): Promise<void> => {
    try {
      const { copies, client, hopIsDown } = await deliver(job, idle.take(hop));
      judge(hop, copies, hopIsDown, maximum);
      if (client !== null) {
        const perConnection = hops.transportOf(hop.name)?.messagesPerConnection ?? 100;
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
    else if (hopIsDown && hops.transportOf(hop.name)?.fallback === undefined)
      hopFailed(hop, Date.now(), failure);
    else hopStrained(hop);
  };

  /** Notices first, then the results: kept at until they are stored, or the lease is over. */
  const settle = async (job: Job, copies: readonly CopyResult[]): Promise<void> => {
    const isOurs = (): boolean =>
      !isClosed && job.entries.every(({ epoch }) => epoch === lease.epoch() || epoch === inHand);
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

  const claiming = createClaiming({
    ...options,
    hops,
    pollMilliseconds: options.pollMilliseconds ?? 1000,
    inFlight: () => held.size,
    enqueue,
    pump,
    putBack: (jobs) => {
      for (const job of jobs) hold(job);
      free(jobs);
    },
    settleUntried: (job, copies) => {
      hold(job);
      return settle(job, copies);
    },
  });

  return {
    reserve: (bytes, nextHops) => {
      if (isClosed || !lease.isCurrent() || reserved + bytes > memoryBytes) return nowhere;
      if (held.size >= maximumInFlight) return nowhere;
      const now = Date.now();
      const open = new Set(nextHops.filter((hop) => hops.hasRoom(hop, now)));
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
    wake: claiming.wake,
    forget: () => {
      for (const hop of hops.all()) {
        for (const job of hop.drain()) {
          if (job.entries.every(({ queueId }) => isInJournal(queueId))) hop.put(job);
          else giveBack(job);
        }
        pump(hop);
      }
    },
    isHeld: (queueId) => held.has(queueId),
    inFlight: () => held.size,
    close: async () => {
      isClosed = true;
      await claiming.close();
      for (const hop of hops.all()) {
        if (hop.timer !== null) clearTimeout(hop.timer);
        free(hop.drain());
      }
      idle.close();
      const deadline = Date.now() + closeMilliseconds;
      while (hops.all().some((hop) => hop.active > 0) && Date.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await settlement.flush(5000);
    },
  };
};
