/** Each move of docs/internals/queue.md between the states of one recipient's copy. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createQueueOperations } from "../../src/queue/queue-operations.ts";
import { removeOrphanBodies } from "../../src/queue/queue-store.ts";
import { watchStrayEntries } from "../../src/queue/stray-entries.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { freePort } from "../support/gateway.ts";
import { eventually, type QueueRig, startQueueRig } from "../support/queue-rig.ts";
import { type Sink, startSink } from "../support/sink.ts";

let database: TestDatabase;
let sink: Sink;
const rigs: QueueRig[] = [];
let refuse: { code: number; text: string } | null = null;
let hold: Promise<void> | null = null;

beforeAll(async () => {
  database = await createTestDatabase();
  sink = await startSink({
    refuse: (recipient) => (recipient.startsWith("refused") ? refuse : null),
    beforeReply: async () => {
      await hold;
    },
  });
});
afterAll(async () => {
  await sink.close();
  await database.drop();
});
beforeEach(async () => {
  refuse = null;
  hold = null;
  await database.pool.query(
    "TRUNCATE queue_entry, mail_body, quarantined_message, mail_history, mail_chapter, worker_lease, delivery_pause",
  );
});
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

const start = async (
  more: Partial<Parameters<typeof startQueueRig>[0]> = {},
): Promise<QueueRig> => {
  const rig = await startQueueRig({
    database,
    transports: {
      internal: { destination: `127.0.0.1:${sink.port}`, tls: { mode: "none" } },
      nowhere: { destination: `127.0.0.1:${await freePort()}` },
    },
    ...more,
  });
  rigs.push(rig);
  return rig;
};

type Entry = {
  queue_id: string;
  message_id: string;
  queue: string;
  sender: string;
  recipient: string;
  attempts: number;
  last_reply: string | null;
  lease_epoch: string | null;
  is_due: boolean;
};

const entries = async (): Promise<Entry[]> => {
  const { rows } = await database.pool.query<Entry>(
    "SELECT *, next_attempt_at <= now() AS is_due FROM queue_entry ORDER BY queue_id",
  );
  return rows;
};

const count = async (tableName: "mail_body" | "queue_entry"): Promise<number> => {
  const { rows } = await database.pool.query<{ count: string }>(
    `SELECT count(*) AS count FROM ${tableName}`,
  );
  return Number(rows[0]?.count);
};

const historyOf = async (messageId: string) => {
  const { rows } = await database.pool.query<{ outcome: string; kinds: string[] }>(
    `SELECT outcome, array(SELECT kind FROM mail_event e WHERE e.message_id = h.message_id ORDER BY id, place) AS kinds
      FROM mail_history h WHERE message_id = $1`,
    [messageId],
  );
  return rows[0];
};

const operations = () =>
  createQueueOperations({
    pool: database.pool,
    clock: () => new Date(),
    nextHopOf: ({ transport }) => transport ?? "",
    pausedTransports: () => [],
  });

const arrivedOnce = (sha256: string): boolean =>
  sink.messages.filter((message) => message.sha256 === sha256).length === 1;

test("accepted and taken, then delivered: entry and body go, history says delivered", async () => {
  const rig = await start();
  await eventually(
    () => rig.dispatcher.reserve(0, ["internal"]).size,
    (size) => size === 1,
  );
  const { messageId, sha256 } = await rig.accept();
  await eventually(
    () => count("mail_body"),
    (left) => left === 0,
  );
  expect(arrivedOnce(sha256)).toBe(true);
  expect(await entries()).toEqual([]);
  expect(await historyOf(messageId)).toEqual({
    outcome: "delivered",
    kinds: ["attempt-delivered"],
  });
});

test("accepted and free when the lease is over: nothing is begun from memory", async () => {
  const rig = await start();
  await eventually(
    () => rig.dispatcher.reserve(0, ["internal"]).size,
    (size) => size === 1,
  );
  await database.pool.query("UPDATE worker_lease SET until = now() - interval '1 second'");
  const { sha256 } = await rig.accept();
  expect((await entries()).map(({ lease_epoch }) => lease_epoch)).toEqual([null]);
  expect(rig.dispatcher.inFlight()).toBe(0);
  await database.pool.query("UPDATE worker_lease SET until = now() + interval '1 minute'");
  await eventually(entries, (rows) => rows.length === 0);
  expect(arrivedOnce(sha256)).toBe(true);
});

test("accepted in parts: a message larger than the memory arrives byte for byte", async () => {
  const { createContentStore } = await import("../../src/scanner/content-store.ts");
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-parts-"));
  const rig = await start();
  const lines = Array.from({ length: 40_000 }, () => randomBytes(48).toString("base64")).join(
    "\r\n",
  );
  const bytes = Buffer.from(`Subject: large\r\n\r\n${lines}\r\n`);
  const content = await createContentStore({ folder, memoryLimit: 1000 }).store([bytes]);
  expect(content.memory).toBeNull();
  const { sha256 } = await rig.accept({ bytes, content });
  expect(await count("mail_body")).toBeGreaterThan(1);
  await eventually(entries, (rows) => rows.length === 0);
  expect(arrivedOnce(sha256)).toBe(true);
  await content.release();
  rmSync(folder, { recursive: true });
});

test("deferred: the attempt, the reply and the next attempt are written, the lease is given back", async () => {
  refuse = { code: 451, text: "4.7.1 Come back later" };
  const rig = await start();
  const { messageId } = await rig.accept({ recipients: ["refused@example.org"] });
  const [entry] = await eventually(entries, ([row]) => row?.attempts === 1);
  expect(entry).toMatchObject({ queue: "outgoing", lease_epoch: null, is_due: false });
  expect(entry?.last_reply).toContain("Come back later");
  expect(await historyOf(messageId)).toEqual({ outcome: "queued", kinds: ["attempt-deferred"] });
  refuse = null;
  await operations().act({ kind: "retry" }, [entry?.queue_id ?? ""], "anna");
  rig.dispatcher.wake("retry");
  await eventually(entries, (rows) => rows.length === 0);
  expect(await historyOf(messageId)).toEqual({
    outcome: "delivered",
    kinds: ["attempt-deferred", "retried", "attempt-delivered"],
  });
});

test("given up: the sender gets a notice, and the entry is gone", async () => {
  refuse = { code: 550, text: "5.1.1 No such user" };
  const rig = await start();
  const { messageId } = await rig.accept({ recipients: ["refused@example.org"] });
  await sink.until((messages) =>
    messages.some(
      ({ sender, recipients, bytes }) =>
        sender === "" && recipients[0] === "sender@example.com" && bytes.includes("No such user"),
    ),
  );
  await eventually(entries, (rows) => rows.every((row) => row.message_id !== messageId));
  expect((await historyOf(messageId))?.outcome).toBe("bounced");
});

test("a lost lease: another worker delivers, and the late result of the first counts for nothing", async () => {
  let letGo = (): void => {};
  hold = new Promise((resolve) => {
    letGo = resolve;
  });
  const first = await start({ owner: "worker-1" });
  const { messageId, sha256 } = await first.accept();
  await sink.until((messages) => messages.some((message) => message.sha256 === sha256));
  // the first worker stands still: its lease runs out, and others free what it had
  await database.pool.query("DELETE FROM worker_lease");
  await database.pool.query("UPDATE queue_entry SET lease_epoch = NULL");
  hold = null;
  await start({ owner: "worker-2" });
  await eventually(entries, (rows) => rows.length === 0);
  letGo();
  await eventually(
    () => first.dispatcher.inFlight(),
    (left) => left === 0,
  );
  expect(sink.messages.filter((message) => message.sha256 === sha256)).toHaveLength(2);
  expect(await historyOf(messageId)).toEqual({
    outcome: "delivered",
    kinds: ["attempt-delivered"],
  });
});

test("a worker whose lease may be over begins nothing until it is renewed", async () => {
  let now = 0;
  const rig = await start({ monotonic: () => now });
  now = 16_000;
  expect(rig.lease.isCurrent()).toBe(false);
  const { sha256 } = await rig.accept();
  expect(rig.dispatcher.inFlight()).toBe(0);
  now = 1000;
  await eventually(entries, (rows) => rows.length === 0);
  expect(arrivedOnce(sha256)).toBe(true);
});

test("a worker that starts again has what it held before at once", async () => {
  await operations().pause({ kind: "all" }, "anna");
  const rig = await start();
  const { sha256 } = await rig.accept();
  await database.pool.query("UPDATE queue_entry SET lease_epoch = $1", [rig.lease.epoch()]);
  const again = await start(); // the same owner: the first was killed
  expect((await entries()).map(({ lease_epoch }) => lease_epoch)).toEqual([null]);
  await operations().resume({ kind: "all" });
  again.dispatcher.wake();
  await sink.until((messages) => messages.some((message) => message.sha256 === sha256));
});

test("an entry that is ours but that nobody works on is free after two looks", async () => {
  await operations().pause({ kind: "all" }, "anna");
  const rig = await start();
  await rig.accept();
  await database.pool.query("UPDATE queue_entry SET lease_epoch = $1", [rig.lease.epoch()]);
  const watch = watchStrayEntries({
    pool: database.pool,
    epoch: rig.lease.epoch,
    isHeld: rig.dispatcher.isHeld,
    report: () => {},
  });
  expect(await watch.look()).toBe(0);
  expect(await watch.look()).toBe(1);
  watch.close();
  expect((await entries()).map(({ lease_epoch }) => lease_epoch)).toEqual([null]);
});

test("a body stays as long as one of its entries is somebody else's", async () => {
  await operations().pause({ kind: "all" }, "anna");
  const rig = await start();
  await rig.accept({ recipients: ["one@example.org", "two@example.org"] });
  await database.pool.query(
    "INSERT INTO worker_lease VALUES (999, 'other', now() + interval '1 hour')",
  );
  const [one, two] = await entries();
  await database.pool.query("UPDATE queue_entry SET lease_epoch = 999 WHERE queue_id = $1", [
    two?.queue_id,
  ]);
  const ids = [one?.queue_id ?? "", two?.queue_id ?? ""];
  expect(await operations().act({ kind: "remove" }, ids, "anna")).toEqual({
    done: 1,
    skipped: 1,
    left: [{ id: two?.queue_id, why: "being delivered" }],
  });
  expect(await count("mail_body")).toBe(1);
  await database.pool.query("UPDATE queue_entry SET lease_epoch = NULL");
  expect(await operations().act({ kind: "remove" }, ids, "anna")).toEqual({
    done: 1,
    skipped: 1,
    left: [{ id: one?.queue_id, why: "gone" }],
  });
  expect(await count("mail_body")).toBe(0);
});

test("held, and released: it waits for an administrator, whatever its next attempt says", async () => {
  await operations().pause({ kind: "all" }, "anna");
  const rig = await start();
  const { sha256 } = await rig.accept();
  const [entry] = await entries();
  const ids = [entry?.queue_id ?? ""];
  await operations().act({ kind: "hold" }, ids, "anna");
  await operations().resume({ kind: "all" });
  const { sha256: other } = await rig.accept();
  await sink.until((messages) => messages.some((message) => message.sha256 === other));
  await eventually(entries, (rows) => rows.map(({ queue }) => queue).join() === "hold");
  await operations().act({ kind: "release" }, ids, "anna");
  rig.dispatcher.wake("retry");
  await sink.until((messages) => messages.some((message) => message.sha256 === sha256));
});

test("returned by an administrator: the sender gets a notice, the next hop hears nothing", async () => {
  await operations().pause({ kind: "all" }, "anna");
  const rig = await start();
  const { messageId, sha256 } = await rig.accept();
  const [entry] = await entries();
  await operations().act({ kind: "bounce" }, [entry?.queue_id ?? ""], "anna");
  await operations().resume({ kind: "all" });
  rig.dispatcher.wake("retry");
  await eventually(
    () => historyOf(messageId),
    (history) => history?.outcome === "bounced",
  );
  expect(sink.messages.some((message) => message.sha256 === sha256)).toBe(false);
});

test("sent another way: to another transport, and to another recipient", async () => {
  await operations().pause({ kind: "transport", transport: "nowhere" }, "anna");
  const rig = await start();
  const { sha256 } = await rig.accept({ transport: "nowhere" });
  const [entry] = await entries();
  const ids = [entry?.queue_id ?? ""];
  await operations().act({ kind: "changeRecipient", recipient: "other@example.org" }, ids, "anna");
  await operations().act({ kind: "changeTransport", transport: "internal" }, ids, "anna");
  rig.dispatcher.wake("retry");
  await sink.until((messages) => messages.some((message) => message.sha256 === sha256));
  expect(sink.messages.at(-1)?.recipients).toEqual(["other@example.org"]);
});

test("what is paused stays paused for a worker that starts, until it is resumed", async () => {
  await operations().pause({ kind: "destination", destination: "internal" }, "anna");
  const rig = await start();
  const { sha256 } = await rig.accept();
  await rig.close();
  rigs.splice(0);
  const again = await start();
  const other = await again.accept({ transport: "nowhere" });
  // the other hop has had its turn, so this one would have had it too
  await eventually(entries, (rows) =>
    rows.some((row) => row.message_id === other.messageId && row.attempts > 0),
  );
  expect(sink.messages.some((message) => message.sha256 === sha256)).toBe(false);
  await operations().resume({ kind: "destination", destination: "internal" });
  again.dispatcher.wake();
  await sink.until((messages) => messages.some((message) => message.sha256 === sha256));
});

test("a body that nothing refers to is removed by the housekeeper, others are not", async () => {
  await operations().pause({ kind: "all" }, "anna");
  const rig = await start();
  await rig.accept();
  await database.pool.query(
    "INSERT INTO mail_body (body_id, part, bytes) VALUES (gen_random_uuid(), 0, '')",
  );
  expect(await removeOrphanBodies(database.pool)).toBe(1);
  expect(await count("mail_body")).toBe(1);
});
