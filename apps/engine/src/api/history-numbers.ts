/** Sums for the first page and for the numbers on a flow: read-only statements, each by an index and within a time limit. */
import type pg from "pg";
import { type Outcome, outcomes } from "../history/event.ts";
import { queryCondition } from "../history/search-query.ts";
import type { HistoryNumbers, NodeActivity } from "./parts.ts";

export type HistorySums = {
  readonly numbers: (hours: number) => Promise<HistoryNumbers>;
  /** Mail that a query finds, in steps of time; oldest first. */
  readonly histogram: (query: string, hours: number) => Promise<HistoryNumbers["steps"]>;
  readonly flowActivity: (flow: string, hours: number) => Promise<readonly NodeActivity[]>;
  readonly flowRuns: () => Promise<ReadonlyMap<string, number>>;
};

/** Minutes of a step, so that a span has some sixty to a hundred of them. */
const stepMinutes = (hours: number): number => (hours <= 1 ? 1 : hours <= 24 ? 15 : 120);

const isOutcome = (text: string): text is Outcome => outcomes.some((known) => known === text);

const selectSteps = `
SELECT date_bin(make_interval(mins => $2), at, 'epoch') AS step, outcome, count(*)::int AS count
FROM mail_history WHERE at >= $1 GROUP BY 1, 2 ORDER BY 1`;

const selectDeciders = `
SELECT flow, node, outcome, count(*)::int AS count
FROM mail_history
WHERE at >= $1 AND flow IS NOT NULL AND node IS NOT NULL
  AND outcome IN ('blocked', 'rejected', 'deferred', 'quarantined', 'deleted')
GROUP BY 1, 2, 3 ORDER BY count(*) DESC LIMIT 10`;

const selectActivity = `
SELECT node, outcome, sum(count)::float8 AS count, sum(microseconds)::float8 AS microseconds
FROM flow_activity WHERE flow = $1 AND at >= $2 AND node <> ''
GROUP BY 1, 2 ORDER BY 1, 2`;

const selectRuns = `
SELECT flow, sum(count)::float8 AS count FROM flow_activity WHERE at >= $1 AND node = '' GROUP BY 1`;

/** A step for each span of time, those without mail too. */
const stepsOf = (
  counted: readonly { readonly step: Date; readonly outcome: string; readonly count: number }[],
  { first, now, step }: { readonly first: number; readonly now: number; readonly step: number },
): HistoryNumbers["steps"] => {
  const steps = new Map<number, Partial<Record<Outcome, number>>>();
  for (let at = first; at <= now; at += step) steps.set(at, {});
  for (const { step: at, outcome, count } of counted) {
    const found = steps.get(at.getTime());
    if (found !== undefined && isOutcome(outcome)) found[outcome] = count;
  }
  return [...steps].map(([at, each]) => ({ at: new Date(at).toISOString(), outcomes: each }));
};

const limitMilliseconds = 5000;

export const createHistorySums = (pool: pg.Pool, clock: () => Date): HistorySums => {
  const since = (hours: number): Date => new Date(clock().getTime() - hours * 3_600_000);

  /** A sum that takes too long is cancelled: the page says so, mail is not slowed. */
  const query = async <Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[],
  ): Promise<Row[]> => {
    const client = await pool.connect();
    try {
      await client.query("BEGIN READ ONLY");
      await client.query(`SET LOCAL statement_timeout = ${limitMilliseconds}`);
      const { rows } = await client.query<Row>(text, [...values]);
      await client.query("COMMIT");
      return rows;
    } catch (error) {
      await client.query("ROLLBACK").catch(() => {}); // the connection is broken: the pool drops it
      throw error;
    } finally {
      client.release();
    }
  };

  return {
    numbers: async (hours) => {
      const minutes = stepMinutes(hours);
      const step = minutes * 60_000;
      const now = clock().getTime();
      const first = Math.floor((now - hours * 3_600_000) / step) * step + step;
      const [counted, deciders] = await Promise.all([
        query<{ step: Date; outcome: string; count: number }>(selectSteps, [
          new Date(first),
          minutes,
        ]),
        query<{ flow: string; node: string; outcome: string; count: number }>(selectDeciders, [
          new Date(first),
        ]),
      ]);
      const sums: Partial<Record<Outcome, number>> = {};
      for (const { outcome, count } of counted) {
        if (isOutcome(outcome)) sums[outcome] = (sums[outcome] ?? 0) + count;
      }
      return {
        steps: stepsOf(counted, { first, now, step }),
        outcomes: sums,
        decidedBy: deciders.flatMap((row) =>
          isOutcome(row.outcome) ? [{ ...row, outcome: row.outcome }] : [],
        ),
      };
    },

    histogram: async (text, hours) => {
      const condition = queryCondition(text, clock());
      const { length } = condition.values;
      const minutes = stepMinutes(hours);
      const step = minutes * 60_000;
      const now = clock().getTime();
      const first = Math.floor((now - hours * 3_600_000) / step) * step + step;
      const counted = await query<{ step: Date; outcome: string; count: number }>(
        `SELECT date_bin(make_interval(mins => $${length + 1}), at, 'epoch') AS step, outcome,
          count(*)::int AS count FROM mail_history
        WHERE at >= $${length + 2} AND (${condition.text}) GROUP BY 1, 2 ORDER BY 1`,
        [...condition.values, minutes, new Date(first)],
      );
      return stepsOf(counted, { first, now, step });
    },

    flowActivity: async (flow, hours) => {
      const rows = await query<{
        node: string;
        outcome: string | null;
        count: number;
        microseconds: number;
      }>(selectActivity, [flow, since(hours)]);
      return rows.map(({ node, outcome, count, microseconds }) => ({
        node,
        outcome,
        count,
        averageMicroseconds: count === 0 ? 0 : Math.round(microseconds / count),
      }));
    },

    flowRuns: async () => {
      const rows = await query<{ flow: string; count: number }>(selectRuns, [since(24)]);
      return new Map(rows.map(({ flow, count }) => [flow, count]));
    },
  };
};
