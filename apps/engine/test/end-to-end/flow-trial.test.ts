/** A draft is tried on real mail before it is published, and nothing happens to any mail. */
import { randomUUID } from "node:crypto";
import { blocks } from "@sluice/blocks/definitions";
import { Flow } from "@sluice/flow-schema";
import { Settings } from "@sluice/settings";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFlowServices } from "../../src/flows/create-services.ts";
import { buildLiveFlows } from "../../src/flows/live-flows.ts";
import type { FlowTrace } from "../../src/flows/trace.ts";
import { createHistory } from "../../src/history/history.ts";
import { createHistorySearch } from "../../src/history/history-search.ts";
import { createFlowTrials, type FlowTrials } from "../../src/supervisor/flow-trial.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const recipientFlow = (refused: string): Flow =>
  Flow.parse({
    kind: "recipient",
    title: "Recipients",
    entry: "known",
    nodes: {
      known: {
        block: "branch",
        version: 1,
        config: { condition: `$recipient == "${refused}"` },
        outcomes: { yes: "no", no: "ok" },
      },
      no: { block: "reject", version: 1, config: { text: "No such user" } },
      ok: { block: "accept", version: 1, config: {} },
    },
  });
const contentFlow = Flow.parse({
  kind: "content",
  title: "Contents",
  entry: "look",
  nodes: {
    look: { block: "script", version: 1, config: { source: 'echo GetHeader("Subject");' } },
  },
});

let database: TestDatabase;
let trials: FlowTrials;
let services: ReturnType<typeof createFlowServices>;
const bodies = new Map<string, Buffer>();
const mail = { accepted: randomUUID(), refused: randomUUID() };

const ran = (recipient: string, ending: string, node: string): FlowTrace => ({
  flow: "recipients",
  kind: "recipient",
  revision: 1,
  recipient,
  steps: [
    {
      ...{ node, title: node, outcome: null, lookups: [], log: [] },
      ...{ startMicroseconds: 0, microseconds: 1 },
    },
  ],
  ending,
  error: null,
  microseconds: 1,
});

beforeAll(async () => {
  database = await createTestDatabase();
  const { pool } = database;
  const clock = (): Date => new Date();
  const history = createHistory({ pool, clock, logLevel: "info" });
  const record = (messageId: string, recipient: string, trace: FlowTrace): void =>
    history.record({
      ...{ messageId, at: clock(), outcome: "delivered", stage: "data", listener: "inbound" },
      ...{ clientAddress: "192.0.2.7", helo: "mx.client.test", signIn: null, subject: "Hello" },
      ...{ sender: "ann@client.test", recipients: [recipient], size: 10, revision: 1 },
      ...{ flow: null, node: null, reply: "250 Ok", traces: [trace], events: [] },
    });
  record(mail.accepted, "bob@example.test", ran("bob@example.test", "Accept()", "ok"));
  record(mail.refused, "eve@example.test", ran("eve@example.test", 'Reject("No such user")', "no"));
  await history.close();
  services = createFlowServices({
    pool,
    accept: () => Promise.reject(new Error("nothing may be sent")),
    alarm: () => {},
  });
  const settings = Settings.parse({ flows: { recipients: recipientFlow("eve@example.test") } });
  trials = createFlowTrials({
    services,
    hostName: "mx.example.test",
    snapshot: () => ({
      revision: 1,
      settings,
      flows: buildLiveFlows(settings, 1, blocks).flows,
      file: () => null,
      secret: () => null,
    }),
    history: createHistorySearch({ pool, clock }),
    message: async (id) => bodies.get(id) ?? null,
  });
});

afterAll(async () => {
  await services.close();
  await database.drop();
});

const tryOn = (flow: Flow, messageId: string | null, content: Buffer | null = null) =>
  trials.tryFlow({ id: "recipients", flow, messageId, content, facts: {} });

test("the way a message of history would take is told step by step", async () => {
  const trial = await tryOn(recipientFlow("bob@example.test"), mail.accepted);
  expect(trial).toMatchObject({
    kind: "ran",
    facts: { recipient: "bob@example.test", sender: "ann@client.test", senderip: "192.0.2.7" },
    trace: {
      steps: [
        { node: "known", outcome: "yes" },
        { node: "no", outcome: null },
      ],
      ending: 'Reject("No such user")',
    },
  });
});

test("a content flow sees what was pasted, else what is stored, else a sample, and says which", async () => {
  const pasted = await tryOn(
    contentFlow,
    mail.accepted,
    Buffer.from("Subject: Pasted\r\n\r\nx\r\n"),
  );
  expect(pasted).toMatchObject({ content: "given", trace: { steps: [{ log: ["Pasted"] }] } });
  expect(await tryOn(contentFlow, mail.accepted)).toMatchObject({ content: "sample" });
  bodies.set(mail.accepted, Buffer.from("Subject: Stored\r\n\r\nx\r\n"));
  const stored = await tryOn(contentFlow, mail.accepted);
  expect(stored).toMatchObject({ content: "stored", trace: { steps: [{ log: ["Stored"] }] } });
});

test("beside it stands what the revision in force would do with the same message", async () => {
  const trial = await tryOn(recipientFlow("bob@example.test"), mail.accepted);
  expect(trial).toMatchObject({
    trace: { ending: 'Reject("No such user")' },
    live: { ending: "Accept()", steps: [{ node: "known", outcome: "no" }, { node: "ok" }] },
  });
  const other = await trials.tryFlow({
    ...{ id: "unpublished", messageId: null, content: null, facts: {} },
    flow: recipientFlow("bob@example.test"),
  });
  expect(other).toMatchObject({ kind: "ran", live: null });
});

test("the latest mail is replayed, and only what would end otherwise is named", async () => {
  const replay = await trials.replayFlow("recipients", recipientFlow("bob@example.test"), 100);
  expect(replay).toMatchObject({ kind: "ran", same: 0, skipped: 0 });
  expect(replay.kind === "ran" && replay.changed).toEqual(
    expect.arrayContaining([
      expect.objectContaining({
        messageId: mail.accepted,
        before: "Accept()",
        after: 'Reject("No such user")',
      }),
      expect.objectContaining({ messageId: mail.refused, after: "Accept()" }),
    ]),
  );
  expect(await trials.replayFlow("recipients", recipientFlow("eve@example.test"), 100)).toEqual({
    kind: "ran",
    same: 2,
    skipped: 0,
    changed: [],
  });
});

test("the runs that came to one block are found among those of its flow", async () => {
  const history = createHistorySearch({ pool: database.pool, clock: () => new Date() });
  const found = await history.runsOf("recipients", 10, "no");
  expect(found.map(({ messageId }) => messageId)).toEqual([mail.refused]);
  expect(await history.runsOf("recipients", 10, "nowhere")).toEqual([]);
});

test("a flow that does not compile says why instead", async () => {
  const broken = Flow.parse({
    kind: "recipient",
    title: "Broken",
    entry: "look",
    nodes: { look: { block: "script", version: 1, config: { source: "if (" } } },
  });
  expect(await tryOn(broken, null)).toMatchObject({
    kind: "problems",
    problems: [{ node: "look" }],
  });
});
