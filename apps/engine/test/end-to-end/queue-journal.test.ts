/** Mail that is delivered at once: in the journal first, in the database only if it must wait. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from "vitest";
import { GatewayError } from "../../src/errors.ts";
import { createJournalFiles } from "../../src/queue/journal/journal-files.ts";
import { decodeFile } from "../../src/queue/journal/record.ts";
import { recoverJournals } from "../../src/queue/journal/recover-journals.ts";
import { createMessageStore } from "../../src/queue/message-store.ts";
import type { Storable } from "../../src/queue/storable.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { eventually, type QueueRig, startQueueRig } from "../support/queue-rig.ts";
import { type Sink, startSink } from "../support/sink.ts";

let database: TestDatabase;
let sink: Sink;
let folder: string;
const rigs: QueueRig[] = [];
let refuse: (recipient: string) => { code: number; text: string } | null = () => null;
let hold: Promise<void> | null = null;

beforeAll(async () => {
  database = await createTestDatabase();
  sink = await startSink({
    refuse: (recipient) => refuse(recipient),
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
  refuse = () => null;
  hold = null;
  folder = path.join(mkdtempSync(path.join(tmpdir(), "journal-")), "journal");
  await database.pool.query(
    "TRUNCATE queue_entry, mail_body, quarantined_message, mail_history, mail_chapter, worker_lease",
  );
});
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
  rmSync(path.dirname(folder), { recursive: true });
});

const identity = "70-70";
const start = async (
  more: Partial<Parameters<typeof startQueueRig>[0]> = {},
  journal: { restMilliseconds?: number } = {},
): Promise<QueueRig> => {
  const rig = await startQueueRig({
    database,
    transports: {
      internal: {
        destination: `127.0.0.1:${sink.port}`,
        tls: { mode: "none" },
        retryMinutes: [600],
      },
    },
    journal: { folder, identity, restMilliseconds: 60_000, ...journal },
    ...more,
  });
  rigs.push(rig);
  await readyToDeliver(rig);
  return rig;
};

/** It knows which next hops are paused, and so that this one is not. */
const readyToDeliver = (rig: QueueRig): Promise<unknown> =>
  eventually(
    () => rig.dispatcher.reserve(0, ["internal"]).size,
    (size) => size === 1,
  );

type Entry = {
  queue_id: string;
  message_id: string;
  recipient: string;
  attempts: number;
  last_reply: string | null;
  lease_epoch: string | null;
};
const entries = async (): Promise<Entry[]> =>
  (await database.pool.query<Entry>("SELECT * FROM queue_entry ORDER BY recipient")).rows;

const history = async (
  messageId: string,
): Promise<{ outcome: string; outcomes: Record<string, string>; events: string[] } | null> => {
  const { rows } = await database.pool.query<{
    outcome: string;
    outcomes: Record<string, string>;
    events: string[] | null;
  }>(
    `SELECT outcome, outcomes, (SELECT array_agg(event->>'kind') FROM mail_chapter c,
        json_array_elements(c.events) AS event WHERE c.message_id = h.message_id) AS events
      FROM mail_history h WHERE message_id = $1`,
    [messageId],
  );
  const [row] = rows;
  return row === undefined ? null : { ...row, events: row.events ?? [] };
};

const bodyCount = async (): Promise<number> => {
  const { rows } = await database.pool.query<{ count: string }>(
    "SELECT count(*) AS count FROM mail_body",
  );
  return Number(rows[0]?.count);
};

/** Message ids in the journal of `owner`. */
const inJournal = (owner = identity): string[] =>
  readdirSync(path.join(folder, owner)).flatMap((name) =>
    decodeFile(readFileSync(path.join(folder, owner, name))).messages.map(
      ({ messageId }) => messageId,
    ),
  );

/** Waits for `release`, and gives the next hop's answer then. */
const heldReply = (): (() => void) => {
  let release = (): void => {};
  hold = new Promise((resolve) => {
    release = resolve;
  });
  return () => {
    hold = null;
    release();
  };
};

test("delivered at once, it leaves history and was never in the queue's tables", async () => {
  const rig = await start();
  await database.pool.query(
    `CREATE FUNCTION never() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'a row for the queue'; END $$;
     CREATE TRIGGER never BEFORE INSERT ON queue_entry FOR EACH ROW EXECUTE FUNCTION never();
     CREATE TRIGGER never BEFORE INSERT ON mail_body FOR EACH ROW EXECUTE FUNCTION never()`,
  );
  try {
    const reply = heldReply();
    const { messageId, sha256 } = await rig.accept();
    expect(inJournal()).toEqual([messageId]);
    expect(await history(messageId)).toBeNull();
    reply();
    const row = await eventually(
      () => history(messageId),
      (one) => one !== null,
    );
    expect(row).toMatchObject({ outcome: "delivered", events: ["attempt-delivered"] });
    expect(sink.messages.some((message) => message.sha256 === sha256)).toBe(true);
    await eventually(
      () => inJournal(),
      (ids) => ids.length === 0,
    );
    expect(rig.dispatcher.inFlight()).toBe(0);
  } finally {
    await database.pool.query("DROP FUNCTION never CASCADE");
  }
});

test("deferred, it is in the queue with its attempt, its reply and its body", async () => {
  refuse = () => ({ code: 451, text: "4.2.1 not now" });
  const rig = await start();
  const { messageId, sha256 } = await rig.accept();
  const [entry] = await eventually(entries, (all) => all[0]?.attempts === 1);
  expect(entry).toMatchObject({ message_id: messageId, lease_epoch: null });
  expect(entry?.last_reply).toContain("4.2.1 not now");
  expect(await history(messageId)).toMatchObject({
    outcome: "queued",
    events: ["attempt-deferred"],
  });
  refuse = () => null;
  await database.pool.query("UPDATE queue_entry SET next_attempt_at = now()");
  rig.dispatcher.wake();
  await eventually(
    () => history(messageId),
    (row) => row?.outcome === "delivered",
  );
  expect(sink.messages.some((message) => message.sha256 === sha256)).toBe(true);
  await eventually(bodyCount, (count) => count === 0);
});

test("one recipient has it, the other waits: only one is in the queue, and both outcomes are told", async () => {
  refuse = (recipient) => (recipient.startsWith("late") ? { code: 451, text: "later" } : null);
  const rig = await start();
  const { messageId } = await rig.accept({ recipients: ["late@example.org", "user@example.org"] });
  const rows = await eventually(entries, (all) => all[0]?.attempts === 1);
  expect(rows.map(({ recipient }) => recipient)).toEqual(["late@example.org"]);
  expect(await bodyCount()).toBe(1);
  const row = await eventually(
    () => history(messageId),
    (one) => one?.events.length === 2,
  );
  expect(row).toMatchObject({
    outcome: "mixed",
    outcomes: { "user@example.org": "delivered", "late@example.org": "queued" },
  });
});

test("what is not delivered after a moment is the database's, and still delivered once", async () => {
  const before = sink.messages.length;
  const reply = heldReply();
  const rig = await start({}, { restMilliseconds: 40 });
  const { messageId } = await rig.accept();
  const [entry] = await eventually(entries, (all) => all.length > 0);
  expect(entry).toMatchObject({ message_id: messageId, lease_epoch: rig.lease.epoch() });
  expect(await history(messageId)).toMatchObject({ outcome: "queued" });
  await eventually(
    () => inJournal(),
    (ids) => ids.length === 0,
  );
  reply();
  await eventually(
    () => history(messageId),
    (row) => row?.outcome === "delivered",
  );
  expect(await entries()).toEqual([]);
  expect(await bodyCount()).toBe(0);
  expect(sink.messages).toHaveLength(before + 1);
});

test("a next hop that cannot be reached: its mail waits in the queue, under nobody's lease", async () => {
  const rig = await start({
    transports: { internal: { destination: "127.0.0.1:9", retryMinutes: [600] } },
  });
  const sent = await Promise.all(Array.from({ length: 30 }, () => rig.accept()));
  const rows = await eventually(
    entries,
    (all) => all.length === 30 && all.every(({ lease_epoch }) => lease_epoch === null),
  );
  expect(new Set(rows.map((row) => row.message_id))).toEqual(
    new Set(sent.map(({ messageId }) => messageId)),
  );
  await eventually(
    () => rig.dispatcher.inFlight(),
    (count) => count === 0,
  );
});

test("closed while the next hop has not answered, it is in the queue for anybody", async () => {
  const rig = await start({
    transports: {
      internal: {
        destination: `127.0.0.1:${sink.port}`,
        maximumConnections: 1,
        tls: { mode: "none" },
      },
    },
  });
  const reply = heldReply();
  const sent = await Promise.all(Array.from({ length: 5 }, () => rig.accept()));
  const closing = rig.close();
  rigs.splice(0);
  await eventually(entries, (all) => all.length === 4);
  reply();
  await closing;
  expect((await entries()).every(({ lease_epoch }) => lease_epoch === null)).toBe(true);
  const delivered = await Promise.all(sent.map(({ messageId }) => history(messageId)));
  expect(delivered.filter((row) => row?.outcome === "delivered")).toHaveLength(1);
  expect(readdirSync(folder)).toEqual([]);
});

/** Nobody can connect to it, and whoever was connected is not any more. */
const withoutDatabase = async (work: () => Promise<void>): Promise<void> => {
  const { folder: host, port, user } = inject("postgres");
  const { rows } = await database.pool.query<{ name: string }>("SELECT current_database() AS name");
  const admin = new pg.Client({ host, port, user, database: "postgres" });
  await admin.connect();
  await admin.query(`ALTER DATABASE ${rows[0]?.name} ALLOW_CONNECTIONS false`);
  await admin.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", [
    rows[0]?.name,
  ]);
  try {
    await work();
  } finally {
    await admin.query(`ALTER DATABASE ${rows[0]?.name} ALLOW_CONNECTIONS true`);
    await admin.end();
  }
};

test("while the database is away mail is taken and delivered; its history comes afterwards", async () => {
  const rig = await start();
  const sent: { messageId: string; sha256: string }[] = [];
  await withoutDatabase(async () => {
    sent.push(...(await Promise.all(Array.from({ length: 20 }, () => rig.accept()))));
    await sink.until((all) =>
      sent.every(({ sha256 }) => all.some((message) => message.sha256 === sha256)),
    );
    await eventually(
      () => rig.reports.join(),
      (text) => text.includes("could not be handed over to the database yet"),
    );
  });
  for (const { messageId } of sent)
    await eventually(
      () => history(messageId),
      (row) => row?.outcome === "delivered" && row.events.length === 1,
    );
  expect(await entries()).toEqual([]);
});

test("an answer to a commit that was lost doubles nothing", async () => {
  const rig = await start({ failsAfterStoring: 1 });
  const { messageId } = await rig.accept();
  await eventually(
    () => rig.dispatcher.inFlight(),
    (count) => count === 0,
  );
  expect(rig.reports.join()).toContain("the answer is lost");
  expect(await history(messageId)).toMatchObject({
    outcome: "delivered",
    events: ["attempt-delivered"],
  });
});

test("a lost lease takes nothing out of the journal", async () => {
  let now = 0;
  const rig = await start({
    monotonic: () => now,
    transports: {
      internal: {
        destination: `127.0.0.1:${sink.port}`,
        maximumConnections: 1,
        tls: { mode: "none" },
      },
    },
  });
  const reply = heldReply();
  const before = sink.messages.length;
  const sent = await Promise.all(Array.from({ length: 4 }, () => rig.accept()));
  now = 1;
  rig.dispatcher.forget();
  reply();
  for (const { messageId } of sent)
    await eventually(
      () => history(messageId),
      (row) => row?.outcome === "delivered",
    );
  expect(sink.messages).toHaveLength(before + 4);
});

test("a journal that cannot be written leaves the mail to the database", async () => {
  const rig = await start();
  rmSync(path.join(folder, identity), { recursive: true });
  refuse = () => ({ code: 451, text: "later" });
  const { messageId } = await rig.accept();
  expect(await history(messageId)).not.toBeNull(); // before it is accepted
  expect(rig.reports.join()).toContain("The journal cannot be written");
});

// what a process that is gone has left

/** Messages that a process accepted before it died, the first `endedCount` of them delivered. */
const leave = async (
  owner: string,
  count: number,
  endedCount: number,
): Promise<readonly Storable[]> => {
  const messages: Storable[] = [];
  const rig = await startQueueRig({
    database,
    transports: { internal: { destination: `127.0.0.1:${sink.port}`, tls: { mode: "none" } } },
    journal: { folder, identity: "71-71" },
    onKept: (kept) => messages.push(...kept),
  });
  await readyToDeliver(rig);
  for (let index = 0; index < count; index++) await rig.accept({ text: `${owner} ${index}` });
  await rig.close();
  await database.pool.query("TRUNCATE queue_entry, mail_body, mail_history, mail_chapter");
  const files = await createJournalFiles({ folder, identity: owner, report: () => {} });
  await files.write({ messages, ended: [] });
  const ended = messages.slice(0, endedCount).map(({ messageId, entries: [entry] }) => ({
    queueId: entry?.queueId ?? "",
    messageId,
    recipient: entry?.recipient ?? "",
    outcome: "delivered" as const,
    event: {
      at: new Date(),
      kind: "attempt-delivered" as const,
      queueId: entry?.queueId ?? "",
      recipient: entry?.recipient ?? "",
      detail: {},
    },
  }));
  if (ended.length > 0) await files.write({ messages: [], ended });
  return messages;
};

const reports: string[] = [];
const recover = (own = "72-72", more: Partial<Parameters<typeof recoverJournals>[0]> = {}) =>
  recoverJournals({
    folder,
    identity: own,
    isAlive: (owner) => owner === own,
    pool: database.pool,
    store: createMessageStore({ pool: database.pool }).store,
    report: (text, error) => void reports.push(`${text} ${String(error ?? "")}`),
    ...more,
  });

test("what a process has left is in the queue; what it had delivered is in history only", async () => {
  const messages = await leave(identity, 5, 2);
  expect(await recover()).toBe(3);
  const rows = await entries();
  expect(new Set(rows.map((row) => row.message_id))).toEqual(
    new Set(messages.slice(2).map(({ messageId }) => messageId)),
  );
  expect(rows.every((row) => row.lease_epoch === null && row.attempts === 0)).toBe(true);
  expect(await bodyCount()).toBe(3);
  expect(await history(messages[0]?.messageId ?? "")).toMatchObject({
    outcome: "delivered",
    events: ["attempt-delivered"],
  });
  expect(await history(messages[2]?.messageId ?? "")).toMatchObject({ outcome: "queued" });
  expect(readdirSync(folder)).toEqual([]);
  const { rows: bodies } = await database.pool.query<{ bytes: Buffer }>(
    "SELECT bytes FROM mail_body WHERE body_id = $1",
    [messages[3]?.bodies[0]?.bodyId],
  );
  expect(bodies[0]?.bytes).toEqual(messages[3]?.bodies[0]?.bytes);
});

test("what the database had already is not taken twice", async () => {
  const messages = await leave(identity, 4, 0);
  expect(await recover()).toBe(4);
  const files = await createJournalFiles({ folder, identity: "73-73", report: () => {} });
  await files.write({ messages, ended: [] });
  await database.pool.query("TRUNCATE queue_entry, mail_body"); // delivered meanwhile
  expect(await recover()).toBe(0);
  expect(await entries()).toEqual([]);
});

test("two that look at once take each message once", async () => {
  const messages = [...(await leave(identity, 3, 0)), ...(await leave("73-73", 3, 0))];
  const counts = await Promise.all([recover("80-80"), recover("81-81")]);
  expect(counts[0] + counts[1]).toBe(6);
  expect(await entries()).toHaveLength(messages.length);
});

test("the journal of a process that lives is left alone", async () => {
  await leave(identity, 2, 0);
  expect(await recover("72-72", { isAlive: () => true })).toBe(0);
  expect(inJournal()).toHaveLength(2);
});

test("while the database is away a journal stays, and is taken over afterwards", async () => {
  await leave(identity, 2, 0);
  const away = () =>
    Promise.reject(new GatewayError("STORAGE_UNREACHABLE", "The database does not answer."));
  expect(await recover("72-72", { store: away })).toBe(0);
  expect(reports.join()).toContain("could not be taken over yet");
  expect(await entries()).toEqual([]);
  expect(await recover("72-72")).toBe(2);
  expect(readdirSync(folder)).toEqual([]);
});

test("a message that the database refuses is told and kept; the others are taken over", async () => {
  const messages = await leave(identity, 3, 0);
  const { store } = createMessageStore({ pool: database.pool });
  const picky: typeof store = (group, epoch) =>
    group.some(({ messageId }) => messageId === messages[1]?.messageId)
      ? Promise.reject(new Error("no room for such text"))
      : store(group, epoch);
  expect(await recover("72-72", { store: picky })).toBe(2);
  expect(reports.join()).toContain(`${messages[1]?.messageId} is refused`);
  expect(readdirSync(folder).join()).toMatch(/^damaged-/);
});

test("what is damaged is told and kept; the rest is taken over", async () => {
  await leave(identity, 3, 0);
  const file = path.join(folder, identity, "00000001.journal");
  const whole = readFileSync(file);
  writeFileSync(file, Buffer.concat([whole, Buffer.from("garbage"), whole]));
  expect(await recover()).toBe(3);
  const [kept] = readdirSync(folder);
  expect(kept).toMatch(/^damaged-/);
  expect(reports.join()).toContain("has 7 damaged bytes");
  expect(readFileSync(path.join(folder, kept ?? "", "00000001.journal"))).toHaveLength(
    2 * whole.length + 7,
  );
});
