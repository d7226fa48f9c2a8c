/**
 * Hits in sliding windows, shared by all workers of all nodes through the database:
 * it is there anyway, survives the death of a worker, and needs no order between
 * processes. A window is kept as sixty slices, so an entry costs at most sixty-one
 * small rows however often it is hit, and rows past their window are removed. The
 * table is not logged: after a crash of the database the counters begin anew.
 */
import type pg from "pg";

export type Window = {
  readonly namespace: string;
  readonly entry: string;
  readonly seconds: number;
  /** Unix seconds. */
  readonly now: number;
  /** False: only this process counts. */
  readonly everywhere: boolean;
};

export type Counters = {
  /** Counts a hit unless the window holds `limit` already; null: the counters cannot be reached. */
  readonly hit: (window: Window, limit: number) => Promise<boolean | null>;
  readonly count: (window: Window) => Promise<number | null>;
  /** Removes what counts for nothing any more; called by housekeeping. */
  readonly sweep: (now: Date) => Promise<number>;
  /** Forgets a namespace, or one entry of it. */
  readonly clear: (namespace: string, entry?: string) => Promise<number>;
};

const slicesPerWindow = 60;
const maximumKey = 500;

const countHits = `
SELECT coalesce(sum(hits), 0) AS hits FROM rate_hit
WHERE namespace = $1 AND entry = $2 AND seconds = $3 AND slice > $4`;

const takeHit = "SELECT take_rate_hit($1, $2, $3, $4, $5, $6, $7) AS taken";

export const createCounters = ({
  pool,
  report,
}: {
  /** null: there is no database, and this process counts alone. */
  pool: pg.Pool | null;
  report: (text: string, error: unknown) => void;
}): Counters => {
  const local = createLocalCounters();
  if (pool === null) {
    return {
      hit: (window, limit) => Promise.resolve(local.hit(window, limit)),
      count: (window) => Promise.resolve(local.count(window)),
      sweep: () => Promise.resolve(0),
      clear: () => Promise.resolve(0),
    };
  }

  const keys = ({ namespace, entry, seconds, now }: Window) => {
    const length = Math.max(1, Math.ceil(seconds / slicesPerWindow));
    const slice = Math.floor(now / length);
    const oldest = Math.floor((now - seconds) / length);
    return { parameters: [cut(namespace), cut(entry), length, oldest], slice, length };
  };

  const safely = async <T>(work: () => Promise<T>): Promise<T | null> => {
    try {
      return await work();
    } catch (error) {
      report("Counters cannot be reached.", error);
      return null;
    }
  };

  return {
    hit: (window, limit) => {
      if (!window.everywhere) return Promise.resolve(local.hit(window, limit));
      const { parameters, slice, length } = keys(window);
      const until = window.now + window.seconds + length;
      return safely(async () => {
        const { rows } = await pool.query<{ taken: boolean }>({
          name: "rate-hit",
          text: takeHit,
          values: [...parameters, slice, until, limit],
        });
        return rows[0]?.taken === true;
      });
    },
    count: (window) => {
      if (!window.everywhere) return Promise.resolve(local.count(window));
      return safely(async () => {
        const { rows } = await pool.query<{ hits: string }>({
          name: "rate-count",
          text: countHits,
          values: keys(window).parameters,
        });
        return Number(rows[0]?.hits ?? 0);
      });
    },
    sweep: async (now) => {
      const { rowCount } = await pool.query("DELETE FROM rate_hit WHERE until < $1", [now]);
      return rowCount ?? 0;
    },
    clear: async (namespace, entry) => {
      const { rowCount } =
        entry === undefined
          ? await pool.query("DELETE FROM rate_hit WHERE namespace = $1", [cut(namespace)])
          : await pool.query("DELETE FROM rate_hit WHERE namespace = $1 AND entry = $2", [
              cut(namespace),
              cut(entry),
            ]);
      return rowCount ?? 0;
    },
  };
};

/** Scripts choose the names: no NUL for the database, and a length an index takes. */
const cut = (text: string): string => text.replaceAll("\0", "\ufffd").slice(0, maximumKey);

/** The same for one process, in bounded memory: the entry not seen for longest goes first. */
const createLocalCounters = (maximumEntries = 100_000) => {
  const entries = new Map<string, number[]>();
  const timesOf = ({ namespace, entry, seconds, now }: Window): number[] => {
    const key = `${namespace}\0${entry}\0${seconds}`;
    const times = (entries.get(key) ?? []).filter((time) => time > now - seconds);
    entries.delete(key);
    entries.set(key, times);
    for (const oldest of entries.keys()) {
      if (entries.size <= maximumEntries) break;
      entries.delete(oldest);
    }
    return times;
  };
  return {
    hit: (window: Window, limit: number): boolean => {
      const times = timesOf(window);
      if (times.length >= limit) return false;
      times.push(window.now);
      return true;
    },
    count: (window: Window): number => timesOf(window).length,
  };
};
