import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { HistoryPort, LogPort } from "../../src/api/parts.ts";
import type { HistoryRecord } from "../../src/history/event.ts";
import { createHistory } from "../../src/history/history.ts";
import { createHistorySearch } from "../../src/history/history-search.ts";
import { createLogSearch } from "../../src/history/log-search.ts";
import { deleteOldHistory } from "../../src/history/retention.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const now = new Date("2026-03-10T12:00:00Z");
const minutesAgo = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);

let database: TestDatabase;
let search: Pick<HistoryPort, "list" | "message">;
let logs: LogPort;
const ids: string[] = [];

const record = (minutes: number, more: Partial<HistoryRecord>): HistoryRecord => {
  const messageId = randomUUID();
  ids.push(messageId);
  return {
    messageId,
    at: minutesAgo(minutes),
    outcome: "delivered",
    stage: "data",
    listener: "inbound",
    clientAddress: "192.0.2.7",
    helo: "mx.example.com",
    signIn: null,
    sender: "ann@example.com",
    recipients: ["bob@example.org"],
    subject: `Message ${minutes}`,
    size: minutes * 1000,
    revision: 1,
    flow: "default-content",
    node: "deliver",
    reply: "250 2.0.0 Ok",
    traces: [],
    events: [],
    ...more,
  };
};

beforeAll(async () => {
  database = await createTestDatabase();
  search = createHistorySearch({ pool: database.pool, clock: () => now });
  logs = createLogSearch({ pool: database.pool });
  let time = now;
  const history = createHistory({ pool: database.pool, clock: () => time, logLevel: "debug" });
  for (let minutes = 1; minutes <= 30; minutes++) history.record(record(minutes, {}));
  history.record(
    record(40, {
      outcome: "rejected",
      stage: "rcpt",
      sender: "Spam@Bad.test",
      recipients: ["nobody@example.org", "x@y.test"],
      clientAddress: "2001:db8::5",
      subject: "100% off_er",
      reply: "550 5.1.1 No such user",
    }),
  );
  history.record(
    record(41, {
      outcome: "blocked",
      stage: "connect",
      sender: null,
      recipients: [],
      clientAddress: "198.51.100.9",
      subject: "",
    }),
  );
  for (let line = 0; line < 50; line++) {
    time = minutesAgo(50 - line);
    history.log({
      level: line % 2 === 0 ? "info" : "warn",
      component: "session",
      messageId: ids[0] ?? null,
      queueId: line < 10 ? String(100 + line) : null,
      text: `line ${line} of 192.0.2.${line}`,
    });
  }
  await history.flush();
  await history.close();
});
afterAll(() => database.drop());

const subjects = async (query: string) =>
  (await search.list({ query, cursor: null, limit: 100 })).rows.map(({ subject }) => subject);

test("pages go on where the last one ended, newest first", async () => {
  const seen: string[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < 10; page++) {
    const found: Awaited<ReturnType<typeof search.list>> = await search.list({
      query: "outcome:delivered",
      cursor,
      limit: 7,
    });
    seen.push(...found.rows.map(({ subject }) => subject));
    cursor = found.nextCursor;
    if (cursor === null) break;
  }
  expect(seen).toEqual(Array.from({ length: 30 }, (_, index) => `Message ${index + 1}`));
});

test.each([
  ["from:spam@bad.test", ["100% off_er"]],
  ["from:@BAD.test", ["100% off_er"]],
  ["to:x@y.test", ["100% off_er"]],
  ["to:~NOBODY", ["100% off_er"]],
  ["ip:2001:db8::/32", ["100% off_er"]],
  ["ip:2001:db8::5 stage:rcpt", ["100% off_er"]],
  ["subject:off_er", ["100% off_er"]],
  ["subject:%", ["100% off_er"]],
  ["reply:5.1.1", ["100% off_er"]],
  ["outcome:blocked", [""]],
  ["-outcome:delivered -outcome:blocked", ["100% off_er"]],
  ["size>=30k", ["Message 30", "100% off_er", ""]],
  ["after:3m", ["Message 1", "Message 2", "Message 3"]],
  ["(size:1000 or size:2000) and before:90m", []],
  ["size:1000 or size:2k", ["Message 1", "Message 2"]],
  ["not from:@example.com outcome:rejected", ["100% off_er"]],
])("finds %s", async (query, expected) => {
  const found = await subjects(query);
  expect(found.toSorted()).toEqual(expected.toSorted());
});

test("a wrong cursor or query is the asker's error", async () => {
  await expect(search.list({ query: "", cursor: "nonsense", limit: 5 })).rejects.toMatchObject({
    code: "INVALID",
  });
  await expect(search.list({ query: "lost:x", cursor: null, limit: 5 })).rejects.toMatchObject({
    code: "INVALID",
    detail: { start: 0, end: 4 },
  });
});

test("the page of a message holds its record and its lines", async () => {
  const view = await search.message(ids[0] ?? "");
  expect(view?.record).toMatchObject({
    subject: "Message 1",
    outcome: "delivered",
    clientAddress: "192.0.2.7",
  });
  expect(view?.log).toHaveLength(50);
  expect(await search.message(randomUUID())).toBeNull();
});

const lines = async (text: string, level: string | null = null) => {
  const { rows, understoodAs } = await logs.search({ text, level, cursor: null, limit: 200 });
  return { as: understoodAs, texts: rows.map((row) => row.text) };
};

test("the log says which form it understood", async () => {
  expect(await lines("")).toMatchObject({ as: "everything" });
  expect((await lines("")).texts).toHaveLength(50);
  expect(await lines(ids[0] ?? "")).toMatchObject({ as: "message id" });
  expect((await lines(`${ids[0]}:103`)).texts).toHaveLength(41);
  expect(await lines("103")).toEqual({ as: "queue id", texts: ["line 3 of 192.0.2.3"] });
  expect(await lines("line 192.0.2.44")).toEqual({ as: "text", texts: ["line 44 of 192.0.2.44"] });
  expect(await lines('"4 of 192"')).toMatchObject({ as: "text" });
  expect(await lines("/LINE 4[23] /i")).toEqual({
    as: "pattern",
    texts: ["line 43 of 192.0.2.43", "line 42 of 192.0.2.42"],
  });
  expect((await lines("", "warn")).texts).toHaveLength(25);
  await expect(lines("/(/")).rejects.toMatchObject({ code: "INVALID" });
});

test("a pattern made to be slow ends in time", async () => {
  expect(await lines("/(a+)+$/")).toMatchObject({ as: "pattern", texts: [] });
});

test("lines around a line", async () => {
  const [line] = (await logs.search({ text: "line 25", level: null, cursor: null, limit: 1 })).rows;
  const around = await logs.context(line?.id ?? "", 2);
  expect(around.map(({ text }) => text.split(" ")[1])).toEqual(["23", "24", "25", "26", "27"]);
});

test("old rows are deleted, those of mail on its way stay", async () => {
  const later = new Date(now.getTime() + 30 * 86_400_000 - 25 * 60_000);
  await database.pool.query(`INSERT INTO mail_body VALUES ($1, 0, 'x')`, [ids[29]]);
  await database.pool.query(
    `INSERT INTO queue_entry (queue_id, message_id, body_id, queue, sender, recipient, size, received_at, revision, next_attempt_at, envelope)
     OVERRIDING SYSTEM VALUE VALUES (1, $1, $1, 'hold', '', 'a@b', 1, now(), 1, now(), '{}')`,
    [ids[29]],
  );
  const gone = await deleteOldHistory(database.pool, { historyDays: 30, logDays: 14 }, later);
  expect(gone).toBeGreaterThan(50);
  const left = await subjects("");
  expect(left).toHaveLength(26); // the last 25 minutes, and the one in the queue
  expect(left).toContain("Message 30");
  expect(left).not.toContain("Message 29");
  expect((await lines("")).texts).toEqual([]);
});
