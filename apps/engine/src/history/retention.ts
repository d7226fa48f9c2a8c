/**
 * Deletes what is older than the settings say, a few thousand rows at a time, so
 * that nothing waits for it. What is deleted is gone: record, events, traces, lines.
 */
import type pg from "pg";
import { createCounters } from "../flows/host/counters.ts";
import { createReputation } from "../flows/host/reputation.ts";

export type RetentionDays = { readonly historyDays: number; readonly logDays: number };

const batchRows = 5000;

/** Newest row that goes, for each table. */
const statements = [
  {
    days: "historyDays",
    text: `DELETE FROM mail_chapter WHERE ctid = ANY (ARRAY(SELECT ctid FROM mail_chapter WHERE at < $1 LIMIT ${batchRows}))`,
  },
  {
    // mail that is still on its way keeps its record
    days: "historyDays",
    text: `DELETE FROM mail_history WHERE message_id IN (
      SELECT h.message_id FROM mail_history h WHERE h.at < $1
        AND NOT EXISTS (SELECT FROM queue_entry q WHERE q.message_id = h.message_id)
      ORDER BY h.at LIMIT ${batchRows})`,
  },
  {
    days: "historyDays",
    text: `DELETE FROM flow_activity WHERE id IN (SELECT id FROM flow_activity WHERE at < $1 ORDER BY at LIMIT ${batchRows})`,
  },
  {
    days: "historyDays",
    text: `DELETE FROM tls_result WHERE ctid IN (SELECT ctid FROM tls_result WHERE day < $1::timestamptz::date LIMIT ${batchRows})`,
  },
  {
    days: "historyDays",
    text: `DELETE FROM tls_report WHERE ctid IN (SELECT ctid FROM tls_report WHERE day < $1::timestamptz::date - 3 LIMIT ${batchRows})`,
  },
  {
    days: "historyDays",
    text: `DELETE FROM script_stat WHERE ctid IN (SELECT ctid FROM script_stat WHERE at < $1 LIMIT ${batchRows})`,
  },
  {
    days: "logDays",
    text: `DELETE FROM log_line WHERE id IN (SELECT id FROM log_line WHERE at < $1 ORDER BY at LIMIT ${batchRows})`,
  },
] as const;

/** How many rows went. */
export const deleteOldHistory = async (
  pool: pg.Pool,
  days: RetentionDays,
  now: Date,
): Promise<number> => {
  let total = 0;
  for (const { days: which, text } of statements) {
    const before = new Date(now.getTime() - days[which] * 86_400_000);
    for (;;) {
      const { rowCount } = await pool.query(text, [before]);
      total += rowCount ?? 0;
      if ((rowCount ?? 0) < batchRows) break;
    }
  }
  return total;
};

export type Retention = { readonly run: () => Promise<number> };

/** Housekeeping of everything that history keeps, with the days of the live settings. */
export const createRetention = ({
  pool,
  clock,
  settings,
}: {
  pool: pg.Pool;
  clock: () => Date;
  settings: () => { readonly gateway: RetentionDays };
}): Retention => {
  const counters = createCounters({ pool, report: () => {} });
  const reputation = createReputation({ pool, clock });
  return {
    run: async () => {
      const { gateway } = settings();
      // what an address did is summed up before the records of it go
      await reputation.learn(clock(), gateway.historyDays);
      await counters.sweep(clock());
      await pool.query("DELETE FROM script_memory WHERE until < $1", [clock()]);
      await pool.query("DELETE FROM srs_address WHERE until < $1", [clock()]);
      return deleteOldHistory(pool, gateway, clock());
    },
  };
};
