/** How the database finds what statements of the queue name: a cost that may not grow with what waits. */
import type pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPool } from "../../src/database/connection.ts";
import { settleStatement } from "../../src/queue/settle-statement.ts";
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

const settled = {
  queueId: "1",
  messageId: "00000000-0000-7000-8000-000000000001",
  recipient: "rcpt@dest.example",
  event: { at: new Date(), kind: "attempt-delivered", queueId: "1", recipient: null, detail: {} },
  outcome: null,
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

/** Names of the indexes that the plan of a statement reads `queue_entry` through. */
const indexesOf = async (statement: pg.QueryConfig): Promise<string[]> => {
  const { rows } = await pool.query<{ "QUERY PLAN": string }>(
    `EXPLAIN (GENERIC_PLAN) ${statement.text}`,
  );
  const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
  return [...new Set(plan.match(/queue_entry_(?:pkey|leased|due|message)/g) ?? [])];
};

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
  if (isKnown) await pool.query("ANALYZE queue_entry");
};

test.each([
  { held: 0, waiting: 0, isKnown: false },
  { held: 5000, waiting: 0, isKnown: false },
  { held: 50, waiting: 0, isKnown: true },
  { held: 20_000, waiting: 0, isKnown: true },
  { held: 1, waiting: 20_000, isKnown: true },
])("results find their entries by id: %o", async ({ held, waiting, isKnown }) => {
  await fill(held, waiting, isKnown);
  const removed = settleStatement("7", [{ ...settled, deferral: null }], { withHistory: true });
  const deferred = settleStatement("7", [{ ...settled, deferral }], { withHistory: true });
  expect(await indexesOf(removed)).toEqual(["queue_entry_pkey"]);
  expect(await indexesOf(deferred)).toEqual(["queue_entry_pkey"]);
});
