/**
 * Places of which there are only so many at a time, over all workers and nodes. A place
 * is a lock of the database that lives as long as the connection that took it: a
 * worker that dies gives its places back.
 */
import { createHash } from "node:crypto";
import type pg from "pg";

export type Slots = {
  /** A function that gives the place back; null: all are taken; "unknown": nobody can say. */
  readonly take: (
    namespace: string,
    entry: string,
    most: number,
  ) => Promise<(() => void) | null | "unknown">;
};

/** The locks of places, apart from all others. */
const lockClass = 7306;

const takeLock = `
SELECT place FROM unnest($2::int[]) AS place WHERE pg_try_advisory_lock($1, place) LIMIT 1`;

export const createSlots = ({
  pool,
  report,
}: {
  pool: pg.Pool;
  report: (text: string, error: unknown) => void;
}): Slots => {
  /** Places of this process; the database would give them to it again. */
  const own = new Set<number>();
  let client: pg.PoolClient | null = null;
  let turn: Promise<unknown> = Promise.resolve();

  /** One after the other: two that ask at once must not get one place. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = turn.then(work);
    turn = done.catch(() => {});
    return done;
  };

  const drop = (broken: pg.PoolClient, error: Error): void => {
    if (client !== broken) return;
    client = null;
    own.clear(); // the database has given them back
    broken.release(error);
  };

  const connect = async (): Promise<pg.PoolClient> => {
    if (client !== null) return client;
    const made = await pool.connect();
    made.on("error", (error) => drop(made, error));
    client = made;
    return made;
  };

  const giveBack = (place: number, from: pg.PoolClient): void => {
    void inTurn(async () => {
      if (client !== from || !own.has(place)) return;
      try {
        await from.query("SELECT pg_advisory_unlock($1, $2)", [lockClass, place]);
        own.delete(place);
        if (own.size > 0) return;
        client = null;
        from.removeAllListeners("error");
        from.release();
      } catch (error) {
        report("A place could not be given back; its connection is closed.", error);
        drop(from, error instanceof Error ? error : new Error("unknown"));
      }
    });
  };

  return {
    take: (namespace, entry, most) =>
      inTurn(async () => {
        try {
          const free = placesOf(namespace, entry, most).filter((place) => !own.has(place));
          if (free.length === 0) return null;
          const from = await connect();
          const { rows } = await from.query<{ place: number }>(takeLock, [lockClass, free]);
          const place = rows[0]?.place;
          if (place === undefined) {
            if (own.size === 0) {
              client = null;
              from.removeAllListeners("error");
              from.release();
            }
            return null;
          }
          own.add(place);
          return () => giveBack(place, from);
        } catch (error) {
          report("Places cannot be counted.", error);
          if (client !== null) drop(client, error instanceof Error ? error : new Error("unknown"));
          return "unknown";
        }
      }),
  };
};

const placesOf = (namespace: string, entry: string, most: number): number[] => {
  const digest = createHash("sha256").update(`${namespace.length} ${namespace}${entry}`).digest();
  const first = digest.readInt32BE(0);
  return Array.from({ length: most }, (_, index) => (first + index) | 0);
};
