import { beforeAll, beforeEach, expect, test } from "vitest";
import { createQueueOperations } from "../../src/queue/queue-operations.ts";
import { eventually } from "../support/queue-rig.ts";
import { standstill } from "../support/standstill.ts";
import { apiOfFile, createBrowser, refusal } from "./api-support.ts";

const { gateway, anna } = await apiOfFile((database) => ({
  queue: createQueueOperations({
    pool: database.pool,
    clock: () => new Date(),
    nextHopOf: ({ transport }) => transport ?? "",
    pausedTransports: () => [],
  }),
}));
beforeAll(async () => {
  const body = { destination: "192.0.2.10:25" };
  await anna.api.settings.save.mutate({ kind: "transport", id: "backup", body, version: null });
  await anna.api.settings.publish.mutate({ message: "Another way" });
});

const body = "Subject: held up\r\n\r\nHello\r\n";

let lastQueueId = 0;
const addEntry = async (recipient: string, hop: string, reply: string | null): Promise<void> => {
  const { pool } = gateway.database;
  const { rows } = await pool.query<{ id: string }>("SELECT gen_random_uuid() AS id");
  const id = rows[0]?.id;
  await pool.query("INSERT INTO mail_body (body_id, part, bytes) VALUES ($1, 0, $2)", [
    id,
    Buffer.from(body),
  ]);
  await pool.query(
    `INSERT INTO queue_entry (queue_id, message_id, body_id, queue, sender, recipient, size, received_at,
       transport, next_hop, revision, next_attempt_at, last_reply, envelope)
     VALUES ($5, $1, $1, 'outgoing', 'a@sender.example', $2, 10, now(), 'internal', $3, 1,
       now() + interval '1 hour', $4, '{"subject": "held up"}')`,
    [id, recipient, hop, reply, ++lastQueueId],
  );
};

beforeEach(async () => {
  await gateway.database.pool.query("TRUNCATE queue_entry, mail_body, delivery_pause");
  await addEntry("one@example.org", "mx.example.org", "451 4.7.1 Try later");
  await addEntry("two@example.org", "mx.example.org", "451 4.7.1 Try later");
  await addEntry("three@other.example", "mx.other.example", null);
});

const done = async (begin: Promise<{ id: string }>) => {
  const { id } = await begin;
  for (;;) {
    const job = await anna.api.queue.job.query({ id });
    if (job.state !== "running") return job;
  }
};

test("the queue is seen by next hop, by reply and by filter", async () => {
  const summary = await anna.api.queue.summary.query();
  expect(summary.queues.find(({ queue }) => queue === "outgoing")?.count).toBe(3);
  expect(summary.nextHops.map(({ nextHop, count }) => `${nextHop} ${count}`)).toEqual([
    "mx.example.org 2",
    "mx.other.example 1",
  ]);
  expect(summary.replies).toEqual([
    expect.objectContaining({ reply: "451 4.7.1 Try later", count: 2, nextHops: 1 }),
  ]);
  const first = await anna.api.queue.list.query({ queue: "outgoing", limit: 2 });
  expect(first.rows).toHaveLength(2);
  const second = await anna.api.queue.list.query({ cursor: first.nextCursor, limit: 2 });
  expect(second.rows.map(({ recipient }) => recipient)).toEqual(["three@other.example"]);
  const found = await anna.api.queue.list.query({ filter: { recipient: "TWO@" } });
  expect(found.rows.map(({ recipient, subject }) => `${recipient} ${subject}`)).toEqual([
    "two@example.org held up",
  ]);
});

test("entries of one next hop are held, released, retried, sent elsewhere and deleted", async () => {
  const filter = { nextHop: "mx.example.org" };
  expect(await done(anna.api.queue.hold.mutate({ filter }))).toMatchObject({
    state: "done",
    done: 2,
  });
  const held = await anna.api.queue.list.query({ queue: "hold" });
  expect(held.rows).toHaveLength(2);
  expect(await done(anna.api.queue.release.mutate({ filter }))).toMatchObject({ done: 2 });
  expect(await done(anna.api.queue.retry.mutate({ filter }))).toMatchObject({ done: 2 });
  const moved = anna.api.queue.changeTransport.mutate({ filter, transport: "backup" });
  expect(await done(moved)).toMatchObject({ done: 2 });
  const nowhere = anna.api.queue.changeTransport.mutate({ filter, transport: "nowhere" });
  expect((await refusal(nowhere)).code).toBe("NOT_FOUND");
  const renamed = anna.api.queue.changeRecipient.mutate({
    filter: { text: "TWO@" },
    recipient: "zwei@example.org",
  });
  expect(await done(renamed)).toMatchObject({ done: 1 });
  const elsewhere = await anna.api.queue.list.query({ filter: { transport: "backup" } });
  const ids = elsewhere.rows.map(({ queueId }) => queueId);
  expect(ids).toHaveLength(2);
  const wrong = anna.api.queue.changeRecipient.mutate({ ids, recipient: "a@b\r\nRCPT TO:<c@d>" });
  expect((await refusal(wrong)).code).toBe("INVALID");
  expect(await done(anna.api.queue.remove.mutate({ ids }))).toMatchObject({ done: 2, skipped: 0 });
  expect(await done(anna.api.queue.remove.mutate({ ids }))).toMatchObject({ done: 0, skipped: 2 });
  expect((await anna.api.queue.list.query({})).rows).toHaveLength(1);
});

test("a job says why it left entries alone, and gives their ids as a list", async () => {
  const all = await anna.api.queue.list.query({});
  const ids = all.rows.map(({ queueId }) => queueId);
  const [one = "", two = ""] = ids;
  await done(anna.api.queue.hold.mutate({ ids: [one] }));
  const job = await done(anna.api.queue.hold.mutate({ ids: [...ids, "424242"] }));
  expect(job).toMatchObject({
    total: 4,
    done: 2,
    skipped: 2,
    reasons: expect.arrayContaining([
      { why: "in another queue", count: 1 },
      { why: "gone", count: 1 },
    ]),
  });
  const { path } = await anna.api.queue.leftAlone.mutate({ id: job.id });
  const list = await (await fetch(`${gateway.address}${path}`)).text();
  expect(list).toBe(`${one}\tin another queue\n424242\tgone\n`);
  expect(list).not.toContain(two);
});

test("work on many entries is listed, and can be stopped between two steps", async () => {
  await gateway.database.pool.query(
    `INSERT INTO queue_entry (queue_id, message_id, body_id, queue, sender, recipient, size, received_at,
       transport, next_hop, revision, next_attempt_at, envelope)
     SELECT 100000 + n, gen_random_uuid(), gen_random_uuid(), 'outgoing', 'a@sender.example', 'b@example.org', 1,
       now(), 'internal', 'mx.many.example', 1, now(), '{}' FROM generate_series(1, 20000) AS n`,
  );
  const filter = { nextHop: "mx.many.example" };
  const { pool } = gateway.database;
  const midway = await standstill(
    (text) => pool.query(text),
    "queue_entry",
    "NEW.queue_id = 110000",
  );
  const { id } = await anna.api.queue.hold.mutate({ filter });
  await eventually(
    async () => (await pool.query(midway.isReached)).rows.length,
    (standing) => standing === 1,
  );
  await anna.api.queue.stopJob.mutate({ id });
  await midway.goOn();
  const job = await done(Promise.resolve({ id }));
  expect(job).toMatchObject({ state: "stopped", by: "anna" });
  const held = await anna.api.queue.list.query({ queue: "hold", filter });
  expect(held.estimate).toBe(job.done);
  expect(job.done).toBeGreaterThan(0);
  expect(job.done).toBeLessThan(20_000);
  expect((await anna.api.queue.jobs.query())[0]?.id).toBe(id);
});

test("what cannot be called back can wait a moment, and is undone by stopping it", async () => {
  const filter = { nextHop: "mx.example.org" };
  const { id } = await anna.api.queue.remove.mutate({ filter, undoSeconds: 60 });
  for (;;) {
    const waiting = await anna.api.queue.job.query({ id });
    expect(waiting).toMatchObject({ state: "running", done: 0, beginsAt: expect.any(String) });
    if (waiting.total === 2) break;
  }
  await anna.api.queue.stopJob.mutate({ id });
  expect(await done(Promise.resolve({ id }))).toMatchObject({
    state: "stopped",
    total: 2,
    done: 0,
  });
  expect((await anna.api.queue.list.query({ filter })).rows).toHaveLength(2);
  const job = await done(anna.api.queue.remove.mutate({ filter, undoSeconds: 1 }));
  expect(job).toMatchObject({ state: "done", done: 2, beginsAt: null });
});

test("a destination is stopped, shown as stopped, and goes on", async () => {
  await anna.api.queue.pause.mutate({ destination: "mx.example.org" });
  expect(await anna.api.queue.pauses.query()).toEqual([
    expect.objectContaining({
      target: { kind: "destination", destination: "mx.example.org" },
      by: "anna",
    }),
  ]);
  const { nextHops } = await anna.api.queue.summary.query();
  expect(nextHops.map(({ paused }) => paused)).toEqual([true, false]);
  await anna.api.queue.resume.mutate({ destination: "mx.example.org" });
  expect(await anna.api.queue.pauses.query()).toEqual([]);
});

test("what does not exist is not stopped: a slip of the pen must not look like a pause", async () => {
  const unknown = { code: "NOT_FOUND", detail: { field: "transport" } };
  expect(await refusal(anna.api.queue.pause.mutate({ transport: "bakcup" }))).toMatchObject(
    unknown,
  );
  expect(
    await refusal(anna.api.queue.pause.mutate({ destination: "bakcup/example.org" })),
  ).toMatchObject(unknown);
  expect(await anna.api.queue.pauses.query()).toEqual([]);
  await anna.api.queue.pause.mutate({ transport: "backup" });
  await anna.api.queue.pause.mutate({ destination: "backup/example.org" }); // nothing waits there yet
  expect(await anna.api.queue.pauses.query()).toHaveLength(2);
});

test("an address in angle brackets is meant as a whole, and <> is the null sender", async () => {
  const found = async (filter: object): Promise<string[]> =>
    (await anna.api.queue.list.query({ filter })).rows.map(({ recipient }) => recipient);
  expect(await found({ recipient: "e@example.org" })).toEqual(["one@example.org"]);
  expect(await found({ recipient: "<e@example.org>" })).toEqual([]);
  expect(await found({ recipient: "<One@example.org>" })).toEqual(["one@example.org"]);
  expect(await found({ sender: "<>" })).toEqual([]);
  await gateway.database.pool.query(
    "UPDATE queue_entry SET sender = '' WHERE recipient LIKE 'two%'",
  );
  expect(await found({ sender: "<>" })).toEqual(["two@example.org"]);
});

test("a waiting message can be downloaded, and that is in the audit trail", async () => {
  const { rows } = await anna.api.queue.list.query({ limit: 1 });
  const queueId = rows[0]?.queueId ?? "";
  const { path } = await anna.api.queue.download.mutate({ queueId });
  expect(
    await (await createBrowser(gateway.address).fetch(`${gateway.address}${path}`)).text(),
  ).toBe(body);
  const audit = await anna.api.system.audit.query({ limit: 1 });
  expect(audit.rows[0]).toMatchObject({ action: "content.download", object: `queue/${queueId}` });
  const unknown = anna.api.queue.download.mutate({ queueId: "999999" });
  expect((await refusal(unknown)).code).toBe("NOT_FOUND");
});
