/**
 * Numbers that scripts count with stat(), summed in memory and written together every few
 * seconds, five minutes to a row. What a worker has not written when it dies is lost; a
 * database that does not answer costs numbers, never mail.
 */
import type pg from "pg";

export type StatSum = { readonly name: string; readonly legend: string; readonly value: number };

export type ScriptStats = {
  readonly add: (name: string, legends: ReadonlyMap<string, number>) => void;
  readonly flush: () => Promise<void>;
  /** Writes what is left and stops. */
  readonly close: () => Promise<void>;
};

const writeMilliseconds = 5000;
const mostLegends = 10_000;

const writeRows = `
INSERT INTO script_stat AS kept (name, legend, at, value)
SELECT name, legend, to_timestamp(floor(extract(epoch FROM now()) / 300) * 300), value
FROM unnest($1::text[], $2::text[], $3::double precision[]) AS given (name, legend, value)
ORDER BY name, legend
ON CONFLICT (name, legend, at) DO UPDATE SET value = kept.value + excluded.value`;

export const createScriptStats = ({
  pool,
  report,
}: {
  pool: pg.Pool;
  report: (text: string, error: unknown) => void;
}): ScriptStats => {
  let sums = new Map<string, StatSum>();
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const write = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    const rows = [...sums.values()];
    sums = new Map();
    if (rows.length === 0) return;
    try {
      await pool.query({
        name: "script-stat-add",
        text: writeRows,
        values: [
          rows.map(({ name }) => name),
          rows.map(({ legend }) => legend),
          rows.map(({ value }) => value),
        ],
      });
    } catch (error) {
      report("Numbers of stat() could not be written.", error);
    }
  };

  const flush = (): Promise<void> => {
    writing = writing.then(write);
    return writing;
  };

  return {
    add: (name, legends) => {
      for (const [legend, value] of legends) {
        const key = `${name} ${legend}`;
        const before = sums.get(key)?.value ?? 0;
        if (sums.size >= mostLegends && !sums.has(key)) continue;
        sums.set(key, { name, legend, value: before + value });
      }
      if (timer !== undefined) return;
      timer = setTimeout(() => void flush(), writeMilliseconds);
      timer.unref();
    },
    flush,
    close: flush,
  };
};

/** What was counted since, for /metrics. */
export const statsSince = async (pool: pg.Pool, since: Date): Promise<readonly StatSum[]> => {
  const { rows } = await pool.query<StatSum>({
    name: "script-stat-since",
    text: `SELECT name, legend, sum(value) AS value FROM script_stat
           WHERE at >= $1 GROUP BY name, legend ORDER BY name, legend LIMIT 5000`,
    values: [since],
  });
  return rows;
};
