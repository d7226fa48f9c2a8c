/** What an administrator has stopped. Read from the database at every look: a restart changes nothing. */
import type pg from "pg";

export type Pauses = {
  readonly all: boolean;
  readonly transports: ReadonlySet<string>;
  readonly destinations: ReadonlySet<string>;
  /** Workers that share a limit for a next hop. */
  readonly workers: number;
};

export const readPauses = async (pool: Pick<pg.Pool, "query">): Promise<Pauses> => {
  const { rows } = await pool.query<{ kind: string; targets: string[] }>({
    name: "pause-read",
    text: `SELECT kind, array_agg(target) AS targets FROM delivery_pause GROUP BY kind
      UNION ALL SELECT 'workers', array_agg(owner) FROM worker_lease WHERE until > now()`,
  });
  const of = (kind: string): readonly string[] =>
    rows.find((row) => row.kind === kind)?.targets ?? [];
  return {
    all: of("all").length > 0,
    transports: new Set(of("transport")),
    destinations: new Set(of("destination")),
    workers: of("workers").length,
  };
};
