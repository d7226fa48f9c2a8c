/**
 * Records how attempts ended: entries removed or deferred, their events and the
 * message's outcome, several in one statement. Its connections do not wait for the
 * disk at a commit: if one is lost, the entries are tried again.
 *
 * Promises: a result counts only while the entry still names the epoch it was taken
 * under. What cannot be written is written again until it can, or until its lease is
 * over; then the entry is somebody else's, and the result is dropped.
 */
import type pg from "pg";
import { inHand, type MailInHand } from "../queue/journal/mail-in-hand.ts";
import { freeEntries, runStatements } from "../queue/queue-store.ts";
import { historyOf, type Settled, settleStatement } from "../queue/settle-statement.ts";

export type Settlement = {
  readonly add: (settled: Settled, done: () => void) => void;
  /** Gives entries back as they were; kept at until it is written. */
  readonly free: (epoch: string, queueIds: readonly string[]) => Promise<void>;
  /** Everything handed in is written, or `milliseconds` have passed. */
  readonly flush: (milliseconds: number) => Promise<void>;
};

export type SettlementOptions = {
  /** Its connections have synchronous_commit off. */
  readonly pool: pg.Pool;
  /** The epoch in force; results of others may be dropped. */
  readonly epoch: () => string;
  readonly onStored?: (messageIds: readonly string[]) => void;
  readonly report: (text: string, error: unknown) => void;
  readonly againMilliseconds?: number;
};

const largest = 250;
/** Results gather for this long: a statement for twenty costs little more than one for a single result. */
const gatherMilliseconds = 50;
/** So many are not kept waiting. */
const many = 100;

type Waiting = { readonly settled: Settled; readonly done: () => void };

export const createSettlement = (options: SettlementOptions): Settlement => {
  const { pool, againMilliseconds = 500 } = options;
  let waiting: Waiting[] = [];
  let running: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;
  const freeing = new Set<Promise<void>>();

  /** Message ids of those that counted. */
  const write = async (
    group: readonly Settled[],
    withHistory = true,
  ): Promise<readonly string[]> => {
    const stored: string[] = [];
    for (const epoch of new Set(group.map((one) => one.epoch))) {
      const these = group.filter((one) => one.epoch === epoch);
      const { rows } = await pool.query<{ queue_id: string }>(
        settleStatement(epoch, these, { withHistory }),
      );
      const counted = new Set(rows.map((row) => row.queue_id));
      const own = these.filter(({ queueId }) => counted.has(queueId));
      if (withHistory && own.length < these.length) await runStatements(pool, historyOf(own));
      stored.push(...own.map(({ messageId }) => messageId));
    }
    return stored;
  };

  const isBadData = (error: unknown): boolean => {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    return /^(22|23|42)/.test(code); // the statement, not the server, is to blame
  };

  /** Tries until it is written; only what is of a lease that is over may be dropped. */
  const insist = async (work: () => Promise<void>, isOver: () => boolean): Promise<void> => {
    for (;;) {
      try {
        await work();
        return;
      } catch (error) {
        options.report("results of deliveries could not be written yet", error);
        if (isBadData(error)) throw error;
        await new Promise((resolve) => setTimeout(resolve, againMilliseconds));
        if (isOver()) return;
      }
    }
  };

  const record = async (group: readonly Settled[]): Promise<void> => {
    const isOver = (): boolean => group.every(({ epoch }) => epoch !== options.epoch());
    const all = (withHistory: boolean) => async (): Promise<void> => {
      const stored = await write(group, withHistory);
      options.onStored?.(stored);
    };
    try {
      await insist(all(true), isOver);
    } catch {
      if (group.length === 1) {
        await insist(all(false), isOver).catch(() => {}); // the entry is what counts
        return;
      }
      for (const one of group) await record([one]); // one bad row must not take the others with it
    }
  };

  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      const group = waiting.slice(0, largest);
      waiting = waiting.slice(largest);
      await record(group.map(({ settled }) => settled));
      for (const { done } of group) done();
      if (waiting.length < many) return; // the rest gathers again
    }
  };

  const start = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    running ??= run().finally(() => {
      running = null;
      schedule();
    });
    return running;
  };

  const schedule = (): void => {
    if (waiting.length === 0 || running !== null) return;
    if (waiting.length >= many) void start();
    else timer ??= setTimeout(() => void start(), gatherMilliseconds);
  };

  const free = async (epoch: string, queueIds: readonly string[]): Promise<void> => {
    if (queueIds.length === 0) return;
    await insist(
      () => freeEntries(pool, epoch, queueIds),
      () => epoch !== options.epoch(),
    );
  };

  return {
    add: (settled, done) => {
      waiting.push({ settled, done });
      schedule();
    },
    free: (epoch, queueIds) => {
      const work = free(epoch, queueIds).finally(() => freeing.delete(work));
      freeing.add(work);
      return work;
    },
    flush: async (milliseconds) => {
      const everything = async (): Promise<void> => {
        while (waiting.length > 0 || running !== null || freeing.size > 0) {
          await Promise.all([start(), ...freeing]);
        }
      };
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, milliseconds);
      });
      await Promise.race([everything(), patience]);
      clearTimeout(timer);
    },
  };
};

/** Results go where the entry stands: to the journal's mail, or to the database. */
export const withJournal = (database: Settlement, hand: MailInHand): Settlement => ({
  add: (settled, done) => {
    if (settled.epoch === inHand) hand.add(settled, done);
    else database.add(settled, done);
  },
  free: (epoch, queueIds) =>
    epoch === inHand ? hand.free(queueIds) : database.free(epoch, queueIds),
  flush: database.flush,
});
