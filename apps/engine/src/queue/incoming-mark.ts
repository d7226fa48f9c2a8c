/**
 * The high mark of mail that waits for its content flow. The table is counted once a second,
 * and whenever this worker has taken its share of the room that was left: a burst stops at
 * the mark, a few more or less. Past the mark everything is refused until a fifth is worked off.
 */
import type pg from "pg";
import { GatewayError } from "../errors.ts";
import type { Acceptance, AcceptMessage } from "./queue-entry.ts";

/** Waiting mail must fall below this part of its limit. */
const waitingPart = 0.8;

/** Mail that workers take beside each other is unseen for a moment: the smaller the shares, the less of it. */
const looksPerRoom = 8;

export const createIncomingMark = (options: {
  readonly pool: Pick<pg.Pool, "query">;
  readonly limit: () => number;
  /** How many share the room. */
  readonly workers: number;
  readonly report: (text: string) => void;
}) => {
  const { pool, workers } = options;
  let isFull = false;
  /** What this worker may take before the next look. */
  let share = 0;
  /** What it has taken since, with what is not committed yet. */
  let taken = 0;
  let onTheWay = 0;
  let looking: Promise<void> | null = null;
  const drained = new Set<() => void>();

  const count = async (): Promise<void> => {
    const limit = options.limit();
    taken = onTheWay;
    const { rows } = await pool.query<{ count: string }>({
      name: "incoming-waiting",
      text: `SELECT count(*) AS count FROM (SELECT FROM queue_entry
        WHERE queue = 'incoming' AND lease_epoch IS NULL LIMIT $1) AS waiting`,
      values: [limit],
    });
    const waiting = Number(rows[0]?.count ?? 0);
    const wasFull = isFull;
    isFull = waiting >= (wasFull ? limit * waitingPart : limit);
    share = Math.ceil((limit - waiting) / (looksPerRoom * workers));
    if (isFull === wasFull) return;
    options.report(
      isFull
        ? `${waiting} entries wait for their content flow: new mail of listeners without direct processing is answered 452.`
        : `${waiting} entries wait for their content flow: mail is taken again.`,
    );
  };

  /** One look serves everybody who waits for one. */
  const look = (): Promise<void> => {
    looking ??= count().finally(() => {
      looking = null;
    });
    return looking;
  };

  const arrived = (entries: number): void => {
    onTheWay -= entries;
    if (onTheWay > 0) return;
    for (const wake of drained) wake();
    drained.clear();
  };

  /** Once what we took has arrived, the look tells what is left for all. */
  const room = async (): Promise<void> => {
    if (onTheWay > 0) await new Promise<void>((resolve) => drained.add(resolve));
    if (!isFull && taken >= share) await look();
  };

  const take = async (
    accept: AcceptMessage,
    acceptance: Acceptance,
    entries: number,
  ): Promise<void> => {
    let isKnown = true;
    while (isKnown && !isFull && taken >= share) {
      await room().catch(() => {
        isKnown = false; // a database that does not answer refuses the mail by itself
      });
    }
    if (isFull) {
      throw new GatewayError("STORAGE_FULL", "as much as may waits for its content flow already");
    }
    taken += entries;
    onTheWay += entries;
    try {
      await accept(acceptance);
    } finally {
      arrived(entries);
    }
  };

  return {
    look,
    isFull: (): boolean => isFull,
    guarded:
      (accept: AcceptMessage): AcceptMessage =>
      (acceptance) => {
        const entries = waitingEntries(acceptance);
        return entries === 0 ? accept(acceptance) : take(accept, acceptance, entries);
      },
  };
};

/** Entries that wait for their content flow are alone in their message. */
const waitingEntries = ({ bodies }: Acceptance): number => {
  const entries = bodies[0]?.entries;
  return entries?.[0]?.queue === "incoming" ? entries.length : 0;
};
