import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createPool } from "../../src/database/connection.ts";
import type { HistoryRecord } from "../../src/history/event.ts";
import { createHistory, historyChannel } from "../../src/history/history.ts";
import { historyStatements, outcomeStatements } from "../../src/history/history-rows.ts";
import { connectionOptions, createTestDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const at = new Date("2026-03-01T10:00:00Z");
const record = (more: Partial<HistoryRecord> = {}): HistoryRecord => ({
  messageId: randomUUID(),
  at,
  outcome: "queued",
  stage: "data",
  listener: "inbound",
  clientAddress: "192.0.2.7",
  helo: "mx.example.com",
  signIn: null,
  sender: "Ann@Example.com",
  recipients: ["bob@example.org"],
  subject: "Hello",
  size: 1234,
  revision: 1,
  flow: "default-content",
  node: "deliver",
  reply: "250 2.0.0 Ok",
  traces: [],
  events: [],
  ...more,
});
const event = (
  recipient: string | null,
  kind: "attempt-delivered" | "bounced" = "attempt-delivered",
) => ({ at, kind, queueId: "5", recipient, detail: { reply: "250 ok" } }) as const;

const create = () => createHistory({ pool: database.pool, clock: () => at, logLevel: "info" });
const outcomeOf = async (messageId: string) =>
  (await database.pool.query("SELECT outcome FROM mail_history WHERE message_id = $1", [messageId]))
    .rows[0]?.outcome;

test("writes a record with its events, and what a later event says about the outcome", async () => {
  const history = create();
  const one = record({ events: [{ ...event("bob@example.org"), kind: "message-accepted" }] });
  history.record(one);
  history.event(one.messageId, event("bob@example.org"), "delivered");
  await history.flush();
  expect(await outcomeOf(one.messageId)).toBe("delivered");
  const { rows } = await database.pool.query(
    "SELECT kind, queue_id, detail FROM mail_event WHERE message_id = $1 ORDER BY id, place",
    [one.messageId],
  );
  expect(rows).toEqual([
    { kind: "message-accepted", queue_id: "5", detail: { reply: "250 ok" } },
    { kind: "attempt-delivered", queue_id: "5", detail: { reply: "250 ok" } },
  ]);
  await history.close();
});

test("recipients that end differently make a message mixed, and one outcome again when they agree", async () => {
  const history = create();
  const two = record({ recipients: ["a@example.org", "b@example.org"] });
  history.record(two);
  history.event(two.messageId, event("a@example.org"), "delivered");
  await history.flush();
  expect(await outcomeOf(two.messageId)).toBe("mixed");
  history.event(two.messageId, event("b@example.org", "bounced"), "bounced");
  await history.flush();
  expect(await outcomeOf(two.messageId)).toBe("mixed");
  history.event(two.messageId, event("b@example.org"), "delivered");
  await history.flush();
  expect(await outcomeOf(two.messageId)).toBe("delivered");
  await history.close();
});

test("an outcome that waits for another process to commit is added to what that one wrote", async () => {
  const two = record({ recipients: ["ann@example.org", "bob@example.org"] });
  for (const { text, values } of historyStatements([two]))
    await database.pool.query(text, [...values]);
  const pool = createPool(database.address, { max: 2, name: "outcomes", byIndex: true });
  const [first, second] = [await pool.connect(), await pool.connect()];
  const settle = (client: pg.PoolClient, recipient: string, outcome: "delivered" | "bounced") =>
    Promise.all(
      outcomeStatements([{ messageId: two.messageId, recipient, outcome }]).map(
        ({ text, values }) => client.query(text, [...values]),
      ),
    );
  await first.query("BEGIN");
  await settle(first, "ann@example.org", "delivered");
  const waiting = settle(second, "bob@example.org", "bounced");
  const blocked = async (): Promise<boolean> =>
    (await database.pool.query("SELECT FROM pg_locks WHERE NOT granted")).rowCount !== 0;
  while (!(await blocked()));
  await first.query("COMMIT");
  await waiting;
  first.release();
  second.release();
  await pool.end();
  const { rows } = await database.pool.query(
    "SELECT outcome, outcomes FROM mail_history WHERE message_id = $1",
    [two.messageId],
  );
  expect(rows[0]).toEqual({
    outcome: "mixed",
    outcomes: { "": "queued", "ann@example.org": "delivered", "bob@example.org": "bounced" },
  });
});

test("many processes may update the same messages at once", async () => {
  const writers = Array.from({ length: 4 }, create);
  const recipients = ["a@example.org", "b@example.org", "c@example.org", "d@example.org"];
  const records = Array.from({ length: 60 }, () => record({ recipients }));
  for (const one of records) writers[0]?.record(one);
  await writers[0]?.flush();
  await Promise.all(
    writers.map(async (writer, index) => {
      const order = index % 2 === 0 ? records : records.toReversed();
      for (const { messageId } of order) {
        writer.event(messageId, event(recipients[index] ?? ""), "delivered");
      }
      await writer.flush();
    }),
  );
  for (const { messageId } of records) expect(await outcomeOf(messageId)).toBe("delivered");
  await Promise.all(writers.map((writer) => writer.close()));
});

test("stores text with NUL and broken surrogates", async () => {
  const history = create();
  const odd = record({ subject: "a\0b\ud800c", helo: "\\u0000" });
  history.record(odd);
  history.log({ level: "warn", component: "session", messageId: odd.messageId, text: "x\0y" });
  await history.flush();
  const { rows } = await database.pool.query(
    "SELECT subject, helo FROM mail_history WHERE message_id = $1",
    [odd.messageId],
  );
  expect(rows).toEqual([{ subject: "a\ufffdb\ufffdc", helo: "\\u0000" }]);
  await history.close();
});

test("a row that the database refuses does not take the others with it", async () => {
  const lost: string[] = [];
  const history = createHistory({
    pool: database.pool,
    clock: () => at,
    logLevel: "info",
    report: (text) => lost.push(text),
  });
  const good = record();
  history.record(record({ clientAddress: "nonsense" }));
  history.record(good);
  await history.flush();
  expect(await outcomeOf(good.messageId)).toBe("queued");
  expect(lost).toHaveLength(1);
  await history.close();
});

test("waits while the database is away, and loses nothing", async () => {
  const dead = new pg.Pool({ host: "/nonexistent", max: 1 });
  let pool = dead;
  const history = createHistory({
    pool: new Proxy(dead, { get: (_, name) => Reflect.get(pool, name, pool).bind(pool) }),
    clock: () => at,
    logLevel: "info",
  });
  const one = record();
  history.record(one);
  await expect(history.flush()).rejects.toThrow();
  pool = database.pool;
  await history.flush();
  expect(await outcomeOf(one.messageId)).toBe("queued");
  await history.close();
  await dead.end();
});

test("drops lines below the level, but never what a script echoed", async () => {
  const history = create();
  const messageId = randomUUID();
  history.log({ level: "debug", component: "session", messageId, text: "dropped" });
  history.log({ level: "debug", component: "script", messageId, text: "Hello World" });
  await history.flush();
  const { rows } = await database.pool.query("SELECT text FROM log_line WHERE message_id = $1", [
    messageId,
  ]);
  expect(rows).toEqual([{ text: "Hello World" }]);
  await history.close();
});

test("tells live lists about new rows, not once for each", async () => {
  const listener = new pg.Client(connectionOptions(database.address));
  await listener.connect();
  await listener.query(`LISTEN ${historyChannel}`);
  const heard: (string | undefined)[] = [];
  listener.on("notification", ({ payload }) => heard.push(payload));
  const history = create();
  const records = Array.from({ length: 50 }, () => record());
  for (const one of records) history.record(one);
  await history.flush();
  await listener.query("SELECT 1");
  expect(heard).toEqual([records.at(-1)?.messageId]);
  await history.close();
  await listener.end();
});

test("a row handed in while others are written is told of too", async () => {
  const listener = new pg.Client(connectionOptions(database.address));
  await listener.connect();
  await listener.query(`LISTEN ${historyChannel}`);
  const heard: (string | undefined)[] = [];
  listener.on("notification", ({ payload }) => heard.push(payload));
  const history = createHistory({ pool: database.pool, clock: () => new Date(), logLevel: "info" });
  const [first, second] = [record(), record()];
  history.record(first);
  const written = history.flush();
  history.record(second);
  await written;
  await history.close();
  await listener.query("SELECT 1");
  expect(heard).toEqual([first.messageId, second.messageId]);
  await listener.end();
});

test("the queue can write the record in its own transaction", async () => {
  const one = record();
  const client = await database.pool.connect();
  await client.query("BEGIN");
  for (const { name, text, values } of historyStatements([one])) {
    await client.query({ name, text, values: [...values] });
  }
  await client.query("ROLLBACK");
  expect(await outcomeOf(one.messageId)).toBeUndefined();
  client.release();
});

test("a row is written with the first turn after it was handed in, whatever else waits for its own", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const history = createHistory({ pool: database.pool, clock: () => new Date(), logLevel: "info" });
  try {
    history.ran({
      ...{ flow: "f", kind: "content", revision: 1, recipient: null, steps: [], ending: "" },
      ...{ error: null, microseconds: 1 },
    });
    const one = record();
    history.record(one);
    vi.advanceTimersByTime(200);
    while ((await outcomeOf(one.messageId)) === undefined) await setImmediate();
    expect(await outcomeOf(one.messageId)).toBe("queued");
  } finally {
    vi.useRealTimers();
  }
  await history.close();
});
