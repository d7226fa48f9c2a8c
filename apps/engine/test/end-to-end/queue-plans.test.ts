/** How the database finds what statements of the queue name: a cost that may not grow with what waits. */
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createPool } from "../../src/database/connection.ts";
import { outcomeStatements } from "../../src/history/history-rows.ts";
import { type SettledEntry, settleStatement } from "../../src/queue/settle-statement.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool(database.address, { max: 1, name: "plans", byIndex: true });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const settleText = (entry: SettledEntry): { text: string } => ({
  text: settleStatement("7", [entry], { withHistory: true }).text,
});
const settled = {
  queueId: "1",
  messageId: "00000000-0000-7000-8000-000000000001",
  recipient: "rcpt@dest.example",
  event: { at: new Date(), kind: "attempt-delivered", queueId: "1", recipient: null, detail: {} },
  outcome: "delivered",
  traces: [],
} as const;
const deferral = {
  queueId: "1",
  delaySeconds: 60,
  reply: "451 later",
  countsAsAttempt: true,
  transport: null,
  nextHop: "dest.example",
};

const planOf = async (text: string): Promise<string[]> => {
  const { rows } = await pool.query<{ "QUERY PLAN": string }>(`EXPLAIN (GENERIC_PLAN) ${text}`);
  return rows.map((row) => row["QUERY PLAN"]);
};

/** Steps of a plan that read all of a table or of an index. */
const wholeReads = async (text: string): Promise<string[]> => {
  const plan = await planOf(text);
  return plan.filter((line, index) => {
    if (/Seq Scan on (?:queue_entry|mail_|quarantined)/.test(line)) return true;
    return / Index (?:Only )?Scan /.test(line) && !/Index Cond/.test(plan[index + 1] ?? "");
  });
};

const isByLease = async (text: string): Promise<boolean> =>
  (await planOf(text)).some((line) => line.includes("queue_entry_leased"));

/** Entries in the worker's hand, and others that wait; `known`: the planner has counted them. */
const fill = async (held: number, waiting: number, isKnown: boolean): Promise<void> => {
  await pool.query("TRUNCATE queue_entry");
  await pool.query(
    `INSERT INTO queue_entry (queue_id, message_id, body_id, queue, sender, recipient, size, received_at,
       listener, domain, transport, next_hop, revision, next_attempt_at, lease_epoch, envelope)
     SELECT n, gen_random_uuid(), gen_random_uuid(), 'outgoing', '', 'rcpt@dest.example', 1, now(),
       'inbound', 'dest.example', 'sink', 'dest.example', 1, now(), CASE WHEN n <= $1::bigint THEN 7 END, '{}'
     FROM generate_series(1, $1::bigint + $2::bigint) n`,
    [held, waiting],
  );
  if (isKnown)
    await pool.query("ANALYZE queue_entry, mail_body, mail_history, quarantined_message");
};

const statements: readonly { name: string; text: string }[] = [
  { name: "removed", ...settleText({ ...settled, deferral: null }) },
  { name: "deferred", ...settleText({ ...settled, deferral }) },
  ...outcomeStatements([{ messageId: settled.messageId, recipient: "a@b", outcome: "delivered" }]),
];

describe.each([
  { held: 0, waiting: 0, isKnown: false },
  { held: 0, waiting: 0, isKnown: true },
  { held: 5000, waiting: 0, isKnown: false },
  { held: 50, waiting: 0, isKnown: true },
  { held: 20_000, waiting: 0, isKnown: true },
  { held: 1, waiting: 20_000, isKnown: true },
])("$held in hand, $waiting waiting, counted: $isKnown", ({ held, waiting, isKnown }) => {
  beforeAll(() => fill(held, waiting, isKnown));
  test.each(statements)("$name: rows are found by their ids", async ({ text }) => {
    expect(await wholeReads(text)).toEqual([]);
    expect(await isByLease(text)).toBe(false);
  });
});
