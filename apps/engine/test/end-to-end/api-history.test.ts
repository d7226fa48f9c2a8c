import { afterAll, beforeAll, expect, test } from "vitest";
import { createHistory, historyChannel } from "../../src/history/history.ts";
import { createHistorySearch } from "../../src/history/history-search.ts";
import { createLogSearch } from "../../src/history/log-search.ts";
import { createStoredMessages } from "../../src/queue/stored-message.ts";
import {
  type Browser,
  createBrowser,
  firstAdministrator,
  password,
  type RunningApi,
  refusal,
  startApi,
} from "./api-support.ts";

let gateway: RunningApi;
let anna: Browser;
let history: ReturnType<typeof createHistory>;
const messageId = "019a0000-0000-7000-8000-00000000000a";

const record = (id: string, recipient: string, outcome: "rejected" | "delivered") =>
  history.record({
    messageId: id,
    at: new Date(),
    outcome,
    stage: "rcpt",
    listener: "inbound",
    clientAddress: "192.0.2.7",
    helo: "mx.example.com",
    signIn: null,
    sender: "ann@example.com",
    recipients: [recipient],
    subject: "Hello",
    size: 100,
    revision: 1,
    flow: "users",
    node: "no",
    reply: "550 5.7.1 Relaying denied",
    traces: [],
    events: [],
  });

beforeAll(async () => {
  const clock = (): Date => new Date();
  gateway = await startApi(({ pool }) => ({
    history: { ...createHistorySearch({ pool, clock }), stored: createStoredMessages(pool) },
    log: createLogSearch({ pool }),
  }));
  history = createHistory({ pool: gateway.database.pool, clock, logLevel: "info" });
  anna = await firstAdministrator(gateway);
  record(messageId, "one@example.org", "rejected");
  record("019a0000-0000-7000-8000-00000000000b", "two@example.org", "delivered");
  history.log({ level: "info", component: "session", messageId, text: "refused <b>two</b>" });
  await history.flush();
});
afterAll(async () => {
  await history.close();
  await gateway.close();
});

test("history is searched in the language of the search box, page by page", async () => {
  const all = await anna.api.history.list.query({ limit: 1 });
  expect(all.rows).toHaveLength(1);
  const rest = await anna.api.history.list.query({ limit: 1, cursor: all.nextCursor });
  expect(rest.rows).toHaveLength(1);
  const found = await anna.api.history.list.query({ query: "to:one@example.org outcome:rejected" });
  expect(found.rows.map((row) => row.messageId)).toEqual([messageId]);
});

test("a query that cannot be read is refused with the place", async () => {
  const { code, message } = await refusal(anna.api.history.list.query({ query: 'outcome:"' }));
  expect(code).toBe("INVALID");
  expect(message).not.toBe("");
});

test("a message is shown with its log, and one that is not there is told", async () => {
  const message = await anna.api.history.message.query({ id: messageId });
  expect(message.record).toMatchObject({ outcome: "rejected", reply: "550 5.7.1 Relaying denied" });
  expect(message.log.map(({ text }) => text)).toEqual(["refused <b>two</b>"]);
  const gone = anna.api.history.message.query({ id: "019a0000-0000-7000-8000-0000000000ff" });
  expect((await refusal(gone)).code).toBe("NOT_FOUND");
});

test("a message that is kept can be read and downloaded from history, and both are audited", async () => {
  const body = "019a0000-0000-7000-8000-0000000000b0";
  const { pool } = gateway.database;
  await pool.query("INSERT INTO mail_body (body_id, part, bytes) VALUES ($1, 0, $2)", [
    body,
    Buffer.from("Subject: Hello\r\nReceived: by mx.example.com; now\r\n\r\nDear Ann\r\n"),
  ]);
  await pool.query(
    `INSERT INTO quarantined_message (message_id, body_id, quarantine, sender, recipient, subject, size, reason,
       flow, revision, received_at, expires_at, envelope)
     VALUES ($1, $2, 'default', 'ann@example.com', 'one@example.org', 'Hello', 60, 'why', 'f', 1, now(), now(), '{}')`,
    [messageId, body],
  );
  expect(await anna.api.history.places.query({ id: messageId })).toEqual({
    queues: [],
    isHeld: true,
  });
  const content = await anna.api.history.content.query({ id: messageId });
  expect(content?.headers.map(({ name }) => name)).toEqual(["Subject", "Received"]);
  expect(content?.text).toBe("Dear Ann\n");
  const { path } = await anna.api.history.download.mutate({ id: messageId });
  const file = await anna.fetch(`${gateway.address}${path}`);
  expect(await file.text()).toContain("\r\n\r\nDear Ann");
  const { rows } = await anna.api.system.audit.query({});
  expect(rows.map(({ action }) => action)).toEqual(
    expect.arrayContaining(["content.read", "content.download"]),
  );
});

test("of a message that was not kept there is nothing to read", async () => {
  const id = "019a0000-0000-7000-8000-00000000000b";
  expect(await anna.api.history.places.query({ id })).toEqual({ queues: [], isHeld: false });
  expect(await anna.api.history.content.query({ id })).toBeNull();
  expect((await refusal(anna.api.history.download.mutate({ id }))).code).toBe("NOT_FOUND");
});

test("who may not read content does not, though the message is kept", async () => {
  await anna.api.users.add.mutate({ name: "audrey", role: "auditor", password });
  const auditor = createBrowser(gateway.address);
  await auditor.api.signIn.signIn.mutate({ name: "audrey", password });
  expect((await auditor.api.history.places.query({ id: messageId })).isHeld).toBe(true);
  expect((await refusal(auditor.api.history.content.query({ id: messageId }))).code).toBe(
    "NOT_ALLOWED",
  );
});

test("the log is found by message id and by text, with the lines around one", async () => {
  const byId = await anna.api.log.search.query({ text: messageId });
  expect(byId.rows).toHaveLength(1);
  const byText = await anna.api.log.search.query({ text: "refused" });
  expect(byText.rows.map(({ id }) => id)).toEqual(byId.rows.map(({ id }) => id));
  const around = await anna.api.log.context.query({ id: byId.rows[0]?.id ?? "" });
  expect(around.length).toBeGreaterThanOrEqual(1);
});

test("an open list hears of new mail", async () => {
  const response = await anna.fetch(`${gateway.address}/trpc/live.notices`, {
    headers: { accept: "text/event-stream" },
  });
  const id = "019a0000-0000-7000-8000-00000000000c";
  let heard = "";
  // the gateway may begin to listen a moment after it has answered
  const told = setInterval(() => {
    void gateway.database.pool.query("SELECT pg_notify($1, $2)", [historyChannel, id]);
  }, 50);
  for await (const chunk of response.body ?? []) {
    heard += Buffer.from(chunk).toString();
    if (heard.includes(id)) break;
  }
  clearInterval(told);
  expect(heard).toContain(id);
});
