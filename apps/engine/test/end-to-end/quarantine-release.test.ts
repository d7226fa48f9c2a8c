import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { QuarantinePort } from "../../src/api/parts.ts";
import { createQuarantine, type Quarantine } from "../../src/quarantine/quarantine.ts";
import { insertBodyPart, insertHeld, removeOrphanBodies } from "../../src/queue/queue-store.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { plainEnvelope } from "../support/plain-envelope.ts";

const now = new Date("2026-03-10T12:00:00Z");
let database: TestDatabase;
let quarantine: Quarantine;
let nextId = 1;

beforeAll(async () => {
  database = await createTestDatabase();
  const port: QuarantinePort & Quarantine = createQuarantine({
    pool: database.pool,
    clock: () => now,
    nextQueueId: () => String(nextId++),
    route: (recipient, chosen) => ({
      domain: "example.org",
      transport: chosen ?? "internal",
      nextHop: `internal/${recipient}`,
    }),
  });
  quarantine = port;
});
afterAll(() => database.drop());
beforeEach(() =>
  database.pool.query(
    "TRUNCATE quarantined_message, queue_entry, mail_body, mail_chapter, mail_history",
  ),
);

const hold = async (
  count: number,
  more: { days?: number; shared?: boolean; subject?: string; transport?: string } = {},
) => {
  const ids: string[] = [];
  let bodyId = randomUUID();
  for (let index = 0; index < count; index++) {
    if (index === 0 || more.shared !== true) {
      bodyId = randomUUID();
      const body = Buffer.from(`Subject: x\r\n\r\nbody ${index}\r\n`);
      await insertBodyPart(database.pool, bodyId, 0, body);
    }
    await insertHeld(database.pool, [
      {
        ...{
          messageId: randomUUID(),
          bodyId,
          size: 20,
          revision: 3,
          quarantine: index % 2 === 0 ? "spam" : "virus",
        },
        ...{
          sender: "spam@bad.test",
          recipient: `user${index}@example.org`,
          subject: more.subject ?? `Offer ${index}`,
        },
        ...{
          reason: "looks like spam",
          flow: "default-content",
          node: "spam",
          retentionDays: more.days ?? 30,
        },
        receivedAt: new Date(now.getTime() - index * 1000),
        envelope: { ...plainEnvelope, releaseTransport: more.transport },
      },
    ]);
  }
  const { rows } = await database.pool.query("SELECT id FROM quarantined_message ORDER BY id");
  for (const { id } of rows) ids.push(id);
  return ids;
};
const counted = async (table: string): Promise<number> =>
  Number((await database.pool.query(`SELECT count(*) AS count FROM ${table}`)).rows[0].count);

test("lists by folder and words, page by page, newest first", async () => {
  await hold(10);
  const first = await quarantine.list({ quarantine: "spam", search: "", cursor: null, limit: 3 });
  const second = await quarantine.list({
    quarantine: "spam",
    search: "",
    cursor: first.nextCursor,
    limit: 3,
  });
  expect([...first.rows, ...second.rows].map(({ subject }) => subject)).toEqual([
    "Offer 0",
    "Offer 2",
    "Offer 4",
    "Offer 6",
    "Offer 8",
  ]);
  expect(second.nextCursor).toBeNull();
  const found = await quarantine.list({
    quarantine: null,
    search: 'user3 "looks like"',
    cursor: null,
    limit: 10,
  });
  expect(found.rows.map(({ recipient }) => recipient)).toEqual(["user3@example.org"]);
  expect(
    (await quarantine.list({ quarantine: null, search: "%", cursor: null, limit: 10 })).rows,
  ).toEqual([]);
  expect(await quarantine.count()).toBe(10);
});

test("shows the message, byte for byte", async () => {
  const [id = ""] = await hold(1);
  const content = await quarantine.content(id);
  expect(Buffer.concat(await Array.fromAsync(content ?? [])).toString()).toBe(
    "Subject: x\r\n\r\nbody 0\r\n",
  );
  expect(await quarantine.content("999999")).toBeNull();
  expect(await quarantine.get("1; DROP TABLE mail_body")).toBeNull();
});

test("a release queues the mail once, whoever presses the button and how often", async () => {
  const [id = ""] = await hold(1);
  const results = await Promise.all(
    Array.from({ length: 5 }, (_, index) => quarantine.release([id], `admin${index}`)),
  );
  expect(results.reduce((sum, { done }) => sum + done, 0)).toBe(1);
  expect(await quarantine.release([id, "424242", "x"], "admin")).toEqual({
    done: 0,
    skipped: 3,
    left: [
      { id, why: "released before" },
      { id: "424242", why: "gone" },
      { id: "x", why: "gone" },
    ],
  });
  const { rows } = await database.pool.query(
    "SELECT queue, sender, recipient, transport, next_hop, attempts, lease_epoch FROM queue_entry",
  );
  expect(rows).toEqual([
    {
      queue: "outgoing",
      sender: "spam@bad.test",
      recipient: "user0@example.org",
      transport: "internal",
      next_hop: "internal/user0@example.org",
      attempts: 0,
      lease_epoch: null,
    },
  ]);
  expect((await quarantine.get(id))?.releasedBy).toMatch(/^admin\d$/);
  expect((await database.pool.query("SELECT kind FROM mail_event")).rows).toEqual([
    { kind: "released" },
  ]);
  expect(await quarantine.count()).toBe(0);
});

test("a release takes the transport that the flow chose, and says so only once", async () => {
  const [id = ""] = await hold(1, { transport: "partner" });
  await quarantine.release([id], "admin");
  const { rows } = await database.pool.query("SELECT transport, envelope FROM queue_entry");
  expect(rows).toMatchObject([{ transport: "partner" }]);
  expect(rows[0].envelope).not.toHaveProperty("releaseTransport");
});

test("deleting what was released does not take the body from the queue", async () => {
  const [id = ""] = await hold(1);
  await quarantine.release([id], "admin");
  expect(await quarantine.remove([id, id, "77"])).toEqual({
    done: 1,
    skipped: 2,
    left: [{ id: "77", why: "gone" }],
  });
  await removeOrphanBodies(database.pool);
  expect(await counted("mail_body")).toBe(1);
});

test("a body goes with the last row that refers to it", async () => {
  const ids = await hold(3, { shared: true });
  await quarantine.remove(ids.slice(0, 2));
  expect(await counted("mail_body")).toBe(1);
  await quarantine.remove(ids.slice(2));
  expect(await counted("mail_body")).toBe(0);
});

test("what is past its time is deleted, body and all", async () => {
  await hold(4, { days: 1 });
  await hold(2, { days: 30 });
  await database.pool.query(
    "UPDATE quarantined_message SET expires_at = expires_at - interval '2 days' WHERE expires_at < $1",
    [new Date(now.getTime() + 2 * 86_400_000)],
  );
  expect(await quarantine.expire()).toBe(4);
  expect(await counted("mail_body")).toBe(2);
  expect(await quarantine.expire()).toBe(0);
});

test("what matches is named whole, but for what was released before", async () => {
  const ids = await hold(4);
  await quarantine.release([ids[0] ?? ""], "anna");
  expect(new Set(await quarantine.select({ quarantine: null, search: "offer" }))).toEqual(
    new Set(ids.slice(1)),
  );
  expect(await quarantine.select({ quarantine: "spam", search: "" })).toEqual([ids[2]]);
  expect(await quarantine.select({ quarantine: null, search: "%" })).toEqual([]);
});
