/** Mail that was accepted first and judged afterwards. */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createHistory } from "../../src/history/history.ts";
import { createIncomingQueue } from "../../src/queue/incoming-queue.ts";
import { createLease, type Lease } from "../../src/queue/lease.ts";
import { insertBodyPart, insertEntries } from "../../src/queue/queue-store.ts";
import { createContentStore } from "../../src/scanner/content-store.ts";
import { createScanner, type Scanner } from "../../src/scanner/scanner.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestFlows, scriptFlow } from "../support/flows.ts";
import { startKnot } from "../support/knot.ts";
import { testWithPeer } from "../support/peers.ts";
import { plainEnvelope } from "../support/plain-envelope.ts";
import { eventually } from "../support/queue-rig.ts";

let database: TestDatabase;
let lease: Lease;
const folder = mkdtempSync(path.join(tmpdir(), "sluice-scanner-"));
const contents = createContentStore({ folder });
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const scanners: Scanner[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  lease = await createLease({ pool: database.pool, owner: "test", report: () => {} });
});
afterEach(async () => {
  for (const scanner of scanners.splice(0)) await scanner.close();
  await database.pool.query(
    "TRUNCATE quarantined_message, queue_entry, mail_body, mail_chapter, mail_history",
  );
});
afterAll(async () => {
  await lease.close();
  await database.drop();
});

const small = Buffer.from("Received: by us\r\nSubject: Hello\r\n\r\nbody\r\n");

const accept = async (
  recipient: string,
  mayBounce = false,
  sender = "ann@example.com",
  bytes = small,
) => {
  const messageId = randomUUID();
  const bodyId = randomUUID();
  await insertBodyPart(database.pool, bodyId, 0, bytes);
  await insertEntries(database.pool, lease.epoch(), [
    {
      ...{
        queueId: lease.nextQueueId(),
        messageId,
        bodyId,
        size: 40,
        receivedAt: new Date(),
        listener: "inbound",
        revision: 1,
        nextHop: "",
        isTaken: false,
      },
      ...{
        queue: "incoming",
        sender,
        recipient,
        domain: "example.org",
        transport: "internal",
        delaySeconds: 0,
      },
      envelope: { ...plainEnvelope, mayBounce, subject: "Hello" },
    },
  ]);
  return messageId;
};

const scan = async (
  source: string,
  options: { resolvers?: string[]; domain?: string } = {},
): Promise<void> => {
  const { resolvers = [], domain = "example.org" } = options;
  const flows = createTestFlows({
    settings: {
      gateway: { resolvers },
      quarantines: { spam: { title: "Spam", retentionDays: 5 } },
      transports: { internal: { destination: "192.0.2.10:25" } },
      domains: { [domain]: { contentFlow: "f" } },
      flows: { f: scriptFlow("content", source) },
    },
  });
  const history = createHistory({ pool: database.pool, clock: () => new Date(), logLevel: "info" });
  const problems: unknown[] = [];
  const scanner = createScanner({
    queue: createIncomingQueue({
      pool: database.pool,
      epoch: lease.epoch,
      nextQueueId: lease.nextQueueId,
      nextHopOf: ({ transport }) => transport ?? "",
    }),
    runner: flows.sessions,
    snapshot: () => flows.snapshot,
    history,
    clock: () => new Date(),
    contents,
    vouches: async ({ sender, envelope }) => {
      if (resolvers.length === 0) return false;
      const { clientAddress: address, helo } = envelope;
      const question = { address, helo, sender, receiver: "gateway.test" };
      const { result } = await flows.services.spf.check(question, { servers: resolvers });
      return result === "pass";
    },
    report: (text, error) => problems.push(text, error),
  });
  scanners.push(scanner);
  scanner.wake();
  await eventually(
    async () => {
      const { rows } = await database.pool.query(
        "SELECT 1 FROM queue_entry WHERE queue = 'incoming' AND attempts = 0",
      );
      return rows.length;
    },
    (left) => left === 0,
  );
  await history.close();
  expect(problems).toEqual([]);
};
const entries = async () =>
  (
    await database.pool.query(
      "SELECT queue, sender, recipient, transport, attempts, last_reply FROM queue_entry ORDER BY recipient",
    )
  ).rows;
const bodies = async () =>
  (
    await database.pool.query(
      "SELECT string_agg(bytes, ''::bytea ORDER BY part) AS bytes FROM mail_body GROUP BY body_id ORDER BY body_id",
    )
  ).rows.map(({ bytes }) => bytes.toString());

test("each recipient ends on its own", async () => {
  await accept("bob@example.org");
  await accept("carol@example.org");
  await accept("dan@example.org");
  await scan(
    'if ($recipientlocalpart == "bob") Deliver(); if ($recipientlocalpart == "carol") Quarantine("mailquarantine:spam", none, "mailtransport:internal"); Delete();',
  );
  expect(await entries()).toMatchObject([
    { queue: "outgoing", recipient: "bob@example.org", transport: "internal" },
  ]);
  const { rows } = await database.pool.query(
    "SELECT recipient, quarantine, flow, node, envelope->>'releaseTransport' AS way FROM quarantined_message",
  );
  expect(rows).toEqual([
    {
      recipient: "carol@example.org",
      quarantine: "spam",
      flow: "f",
      node: "script",
      way: "internal",
    },
  ]);
  const events = await database.pool.query(
    "SELECT kind, recipient FROM mail_event ORDER BY recipient",
  );
  expect(events.rows.map(({ kind }) => kind)).toEqual([
    "message-accepted",
    "quarantined",
    "deleted",
  ]);
  expect((await database.pool.query("SELECT 1 FROM mail_trace")).rows).toHaveLength(3);
});

test("what a flow says about the client is what the queue keeps", async () => {
  await accept("bob@example.org");
  await scan(
    'SetSenderIP("2001:db8::7"); SetSenderHELO("real.example.com"); if ($senderip == "2001:db8::7") Deliver(); Delete();',
  );
  const { rows } = await database.pool.query("SELECT envelope FROM queue_entry");
  expect(rows).toMatchObject([
    { envelope: { clientAddress: "2001:db8::7", helo: "real.example.com" } },
  ]);
});

test("while mail pours in one message is judged at a time, and the others when it is over", async () => {
  for (let index = 0; index < 8; index++) await accept(`user${index}@example.org`);
  const flows = createTestFlows({
    settings: {
      domains: { "example.org": { contentFlow: "f" } },
      flows: { f: scriptFlow("content", "Delete();") },
    },
  });
  const history = createHistory({ pool: database.pool, clock: () => new Date(), logLevel: "info" });
  let isBusy = true;
  const two = Promise.withResolvers<void>();
  let running = 0;
  let most = 0;
  const counts: number[] = [];
  const scanner = createScanner({
    queue: createIncomingQueue({
      pool: database.pool,
      epoch: lease.epoch,
      nextQueueId: lease.nextQueueId,
      nextHopOf: () => "",
    }),
    runner: {
      content: async (flow, input) => {
        running += 1;
        most = Math.max(most, running);
        if (running === 2) two.resolve();
        // once there is room, one waits for another beside it
        await (isBusy ? new Promise((resolve) => setTimeout(resolve, 20)) : two.promise);
        running -= 1;
        counts.push(most);
        if (counts.length === 3) isBusy = false;
        return flows.sessions.content(flow, input);
      },
    },
    snapshot: () => flows.snapshot,
    history,
    clock: () => new Date(),
    contents,
    vouches: async () => false,
    isBusy: () => isBusy,
    report: () => {},
  });
  scanners.push(scanner);
  scanner.wake();
  while (counts.length < 8) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(counts.slice(0, 3)).toEqual([1, 1, 1]);
  expect(counts.at(-1)).toBeGreaterThan(1);
  while ((await entries()).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await history.close();
});

test("messages whose flows wait for look-ups do not wait for each other", async () => {
  const count = 120;
  for (let index = 0; index < count; index++) await accept(`user${index}@example.org`);
  const history = createHistory({ pool: database.pool, clock: () => new Date(), logLevel: "info" });
  const flows = createTestFlows({
    settings: {
      domains: { "example.org": { contentFlow: "f" } },
      flows: { f: scriptFlow("content", "Delete();") },
    },
  });
  let running = 0;
  const all = Promise.withResolvers<void>();
  const scanner = createScanner({
    queue: createIncomingQueue({
      pool: database.pool,
      epoch: lease.epoch,
      nextQueueId: lease.nextQueueId,
      nextHopOf: () => "",
    }),
    runner: {
      content: async (flow, input) => {
        running += 1;
        if (running === count) all.resolve();
        await all.promise; // none ends before all have begun
        return flows.sessions.content(flow, input);
      },
    },
    snapshot: () => flows.snapshot,
    history,
    clock: () => new Date(),
    contents,
    vouches: async () => false,
    report: () => {},
  });
  scanners.push(scanner);
  scanner.wake();
  while ((await entries()).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await history.close();
});

test("a large message is judged from disk, and its body leaves as it came", async () => {
  const body = `${"x".repeat(76)}\r\n`.repeat(40_000); // 3 MB
  const bytes = Buffer.from(`Subject: Hello\r\n\r\n${body}`);
  await accept("bob@example.org", false, "ann@example.com", bytes);
  await scan('PrependHeader("Subject", "[x] ");');
  const [changed] = await bodies();
  expect(changed).toBe(`Subject: [x] Hello\r\n\r\n${body}`);
});

test("a changed header is delivered, the rest stays as it came", async () => {
  await accept("bob@example.org");
  await scan('PrependHeader("Subject", "[x] ");');
  expect(await bodies()).toContain("Received: by us\r\nSubject: [x] Hello\r\n\r\nbody\r\n");
});

test("a late reject makes a notice for a known sender only", async () => {
  await accept("bob@example.org");
  await accept("carol@example.org", true);
  await accept("dan@example.org", true, "");
  await scan('Reject("No thanks");');
  expect(await entries()).toMatchObject([
    { queue: "outgoing", sender: "", recipient: "ann@example.com" },
  ]);
  const notice = (await bodies()).find((body) => body.includes("multipart/report"));
  expect(notice).toContain("No thanks");
  expect(notice).toContain("Final-Recipient: rfc822; carol@example.org");
});

testWithPeer("knotd")(
  "a late reject makes a notice for a sender whose domain vouches for the client, and for no forged one",
  async () => {
    const knot = await startKnot({
      "honest.test": '@ TXT "v=spf1 ip4:192.0.2.7 -all"',
      "forged.test": '@ TXT "v=spf1 ip4:192.0.2.99 -all"',
      "silent.test": "",
    });
    try {
      await accept("bob@example.org", false, "ann@honest.test");
      await accept("carol@example.org", false, "ann@forged.test");
      await accept("dan@example.org", false, "ann@silent.test");
      await scan('Reject("No thanks");', { resolvers: [knot.address] });
      expect(await entries()).toMatchObject([
        { queue: "outgoing", sender: "", recipient: "ann@honest.test" },
      ]);
    } finally {
      await knot.stop();
    }
  },
);

test("mail for a domain that left the settings meanwhile waits, and is not delivered unjudged", async () => {
  await accept("bob@example.org");
  await scan("Deliver();", { domain: "example.com" });
  expect(await entries()).toMatchObject([
    {
      queue: "incoming",
      attempts: 1,
      last_reply: "The domain example.org is no longer in the settings.",
    },
  ]);
});

test("what cannot be judged now waits, and is never lost", async () => {
  await accept("bob@example.org");
  await scan("while (true) { }");
  expect(await entries()).toMatchObject([
    { queue: "incoming", attempts: 1, last_reply: "Local policy failed, try again later" },
  ]);
});

test("a part that a flow removes is gone, and only that", async () => {
  const messageId = randomUUID();
  const bodyId = randomUUID();
  const mail = [
    "Subject: x",
    'Content-Type: multipart/mixed; boundary="b"',
    "",
    "--b",
    "",
    "text",
    "--b",
    "Content-Type: application/x-msdownload; name=a.exe",
    "",
    "MZ",
    "--b--",
    "",
  ].join("\r\n");
  await accept("bob@example.org");
  await insertBodyPart(database.pool, bodyId, 0, Buffer.from(mail));
  await database.pool.query("UPDATE queue_entry SET body_id = $1, message_id = $2", [
    bodyId,
    messageId,
  ]);
  await scan(
    '$ids = GetAttachmentsByName("exe$"); echo GetAttachmentSize($ids)[0]; RemoveAttachments($ids); AddHeader("X-Removed", count($ids));',
  );
  const changed = (await bodies()).find((body) => body.startsWith("X-Removed: 1"));
  expect(changed).toBe(
    `X-Removed: 1\r\n${mail.replace("--b\r\nContent-Type: application/x-msdownload; name=a.exe\r\n\r\nMZ\r\n", "")}`,
  );
});
