/**
 * What a worker fetches from the outgoing queue, and when: a walk over the hops that
 * have something due, when somebody says so, when there is room again, and once a
 * second. Mail of hops that are down is put off here, or given up when its time is over.
 */
import type pg from "pg";
import type { Snapshot } from "../config/snapshot.ts";
import {
  claimEntries,
  claimLateEntries,
  claimOldEntries,
  findDueHops,
  suspendEntries,
} from "../queue/claims.ts";
import type { Lease } from "../queue/lease.ts";
import { readPauses } from "../queue/pauses.ts";
import type { QueueEntry } from "../queue/queue-store.ts";
import { askedMinutes, type Decision, tryAgain } from "./decision.ts";
import type { CopyResult } from "./deliver.ts";
import { type HopQueue, isDown, type Job } from "./hop-queue.ts";
import { type Hops, perHop } from "./hops.ts";
import { groupIntoJobs } from "./jobs.ts";

export const maximumInFlight = 2000;
const perClaim = 500;
/** Hops looked at in one statement. */
const hopsPerWalk = 500;
const suspendedPerTurn = 1000;
const soonMilliseconds = 20;

export type Claiming = {
  /** Something may be due; `retry`: somebody wants it tried at once, whatever the hop did before. */
  readonly wake: (reason?: string) => void;
  /** There is room again. */
  readonly wakeSoon: () => void;
  readonly close: () => Promise<void>;
};

export type ClaimingOptions = {
  readonly pool: pg.Pool;
  readonly lease: Pick<Lease, "epoch" | "isCurrent">;
  readonly hops: Hops;
  readonly snapshot: () => Snapshot;
  readonly clock: () => Date;
  readonly report: (text: string, error?: unknown) => void;
  readonly pollMilliseconds: number;
  /** Entries in memory. */
  readonly inFlight: () => number;
  readonly enqueue: (job: Job) => void;
  /** What waits at a hop may go on. */
  readonly pump: (hop: HopQueue) => void;
  /** More than the hop may have: back to the queue, as it was. */
  readonly putBack: (jobs: readonly Job[]) => void;
  /** Results that no attempt brought. */
  readonly settleUntried: (job: Job, copies: readonly CopyResult[]) => Promise<void>;
};

export const createClaiming = (options: ClaimingOptions): Claiming => {
  const { pool, lease, hops, clock } = options;
  let isClosed = false;
  /** How far the walk over the hops came. */
  let place: string | null = null;

  const jobsOf = (entries: readonly QueueEntry[]): readonly Job[] =>
    groupIntoJobs(
      options.snapshot().settings,
      entries.map((entry) => ({ entry, body: null })),
    );

  /** Mail of hops that are down: put off as it comes due, given up when its time is over. */
  const suspend = async (): Promise<void> => {
    const now = Date.now();
    for (const hop of hops.all().filter((one) => isDown(one, now) && !hops.isPaused(one.name))) {
      const transport = hops.transportOf(hop.name);
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
      await settleAll(hop, late, (entry) => tryAgain(transport, entry, clock()));
      await suspendEntries(pool, suspension);
      const old = await claimOldEntries(pool, lease.epoch(), { ...suspension, limit: perHop });
      const notify = transport.onGivingUp === "notify";
      await settleAll(hop, old, () => ({ kind: "gone", notify, why: "age" }));
    }
  };

  /** A hop that does not answer is not asked for each of its entries; its last answer stands for all. */
  const settleAll = async (
    hop: HopQueue,
    entries: readonly QueueEntry[],
    decide: (entry: QueueEntry) => Decision,
  ): Promise<void> => {
    const { lastCode: code, lastReply: text } = hop;
    for (const job of jobsOf(entries)) {
      const copies = job.entries.map((entry): CopyResult => {
        const decision = decide(entry);
        return {
          entry,
          result: { recipient: entry.recipient, code, status: null, text },
          host: null,
          tls: null,
          takesDsn: false,
          milliseconds: 0,
          decision,
          isLate: decision.kind === "again",
          traces: [],
        };
      });
      await options.settleUntried(job, copies);
    }
  };

  /** One walk over the hops; says whether there may be more at once. */
  const claimSome = async (): Promise<boolean> => {
    const room = Math.min(perClaim, maximumInFlight - options.inFlight());
    const { hops: due, next } = await findDueHops(pool, {
      queue: "outgoing",
      after: place,
      limit: hopsPerWalk,
      ...hops.stopped(Date.now()),
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
    const surplus: Job[] = [];
    for (const job of jobsOf(entries)) {
      const name = job.entries[0]?.nextHop ?? "";
      const hop = hops.find(name);
      if (hop !== undefined && hop.waiting() >= hops.share(name)) surplus.push(job);
      else options.enqueue(job);
    }
    options.putBack(surplus);
    return next !== null || entries.length >= room;
  };

  const claim = async (): Promise<void> => {
    const pauses = await readPauses(pool);
    hops.setPauses(pauses);
    for (const hop of hops.all()) options.pump(hop); // what waited for the lease, or is paused now
    if (isClosed || pauses.all || !lease.isCurrent()) return;
    await suspend();
    while (!isClosed && lease.isCurrent() && options.inFlight() < maximumInFlight / 2) {
      if (!(await claimSome())) break;
    }
    hops.forgetIdle(Date.now());
  };

  let claiming: Promise<void> | null = null;
  let again = false;
  let soon: NodeJS.Timeout | null = null;
  const wake = (reason = ""): void => {
    if (isClosed) return;
    if (reason === "retry") {
      for (const hop of hops.all()) hop.blockedUntil = 0;
    }
    if (claiming !== null) {
      again = true;
      return;
    }
    claiming = claim()
      .catch((error: unknown) => options.report("the outgoing queue could not be read", error))
      .finally(() => {
        claiming = null;
        if (!again) return;
        again = false;
        wakeSoon();
      });
  };
  const wakeSoon = (): void => {
    if (isClosed) return;
    soon ??= setTimeout(() => {
      soon = null;
      wake();
    }, soonMilliseconds);
  };
  const poll = setInterval(() => wake(), options.pollMilliseconds);
  poll.unref();

  return {
    wake,
    wakeSoon,
    close: async () => {
      isClosed = true;
      clearInterval(poll);
      if (soon !== null) clearTimeout(soon);
      await claiming;
    },
  };
};
