/** What a reputation source and our own memory say of a client, and what the blocks make of it. */
import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createReputation } from "../../src/flows/host/reputation.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestFlows } from "../support/flows.ts";
import { type Knot, startKnot } from "../support/knot.ts";
import { testWithPeer } from "../support/peers.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** Each outcome ends in a Block that names it. */
const outcomesOf = (
  block: string,
  config: Record<string, unknown>,
  outcomes: readonly string[],
) => ({
  kind: "ip-policy" as const,
  title: "Test",
  entry: "ask",
  nodes: {
    ask: {
      block,
      version: 1,
      config,
      outcomes: Object.fromEntries(outcomes.map((outcome) => [outcome, outcome])),
    },
    ...Object.fromEntries(
      outcomes.map((outcome) => [
        outcome,
        { block: "block", version: 1, config: { reply: "never", text: outcome } },
      ]),
    ),
  },
});

const judge = async (
  flows: ReturnType<typeof createTestFlows>,
  clientAddress: string,
): Promise<string> => {
  const { verdict } = await flows.connect("f", { clientAddress });
  return verdict.kind === "block" ? (verdict.lines[0] ?? "").replace("554 5.7.1 ", "") : "allowed";
};

const reputationFlow = (source: string) =>
  outcomesOf("reputation", { source, bad: ["127.0.0.2"], doubtful: ["127.0.0.3"] }, [
    "good",
    "doubtful",
    "bad",
    "error",
  ]);

testWithPeer("knotd")("a zone says good, doubtful or bad, and a refusal is no answer", async () => {
  const reversed = (address: string) => address.split(".").reverse().join(".");
  const knot: Knot = await startKnot({
    "rep.test": [
      `${reversed("192.0.2.2")} A 127.0.0.2`,
      `${reversed("192.0.2.3")} A 127.0.0.3`,
      `${reversed("192.0.2.4")} A 127.0.0.4`,
      `${reversed("192.0.2.5")} A 127.255.255.254`,
      `${reversed("192.0.2.6")} A 203.0.113.1`,
    ].join("\n"),
    "world.test": "* A 127.0.0.2",
  });
  try {
    const flows = createTestFlows({
      settings: {
        gateway: { resolvers: [knot.address] },
        flows: { f: reputationFlow("rep.test") },
      },
    });
    expect(await judge(flows, "192.0.2.1")).toBe("good");
    expect(await judge(flows, "192.0.2.2")).toBe("bad");
    expect(await judge(flows, "192.0.2.3")).toBe("doubtful");
    expect(await judge(flows, "192.0.2.4")).toBe("good"); // an answer that means nothing here
    expect(await judge(flows, "192.0.2.5")).toBe("error");
    expect(await judge(flows, "192.0.2.6")).toBe("error");
    const world = createTestFlows({
      settings: {
        gateway: { resolvers: [knot.address], reputation: "rep.test" },
        flows: { f: reputationFlow("world.test") },
      },
    });
    expect(await judge(world, "192.0.2.1")).toBe("error");
    const dead = createTestFlows({
      settings: {
        gateway: { resolvers: ["127.0.0.1:1"] },
        flows: { f: reputationFlow("rep.test") },
      },
    });
    expect(await judge(dead, "192.0.2.2")).toBe("error");
    const script = (kind: string) =>
      ({
        kind: "ip-policy",
        title: "Test",
        entry: "s",
        nodes: { s: { block: "script", version: 1, config: { source: kind } } },
      }) as const;
    const classic = createTestFlows({
      settings: {
        gateway: { resolvers: [knot.address], reputation: "rep.test" },
        flows: { f: script('Block("554 5.7.1 ".globalview($senderip));') },
      },
    });
    expect(await judge(classic, "192.0.2.1")).toBe("accept");
    expect(await judge(classic, "192.0.2.2")).toBe("permfail");
    expect(await judge(classic, "192.0.2.5")).toBe("tempfail"); // could not say
  } finally {
    await knot.stop();
  }
});

test("a web service says so with one word; everything else is no answer, and an answer is kept", async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    const word = /192\.0\.2\.(\d)/.exec(request.url ?? "")?.[1];
    if (word === "7") {
      response.writeHead(302, { location: "/other" }).end("permfail");
      return;
    }
    response.statusCode = word === "6" ? 500 : 200;
    response.end(
      { 1: "accept\n", 2: "PERMFAIL", 3: "tempfail", 4: "<html>", 5: "accept maybe", 6: "accept" }[
        word ?? ""
      ],
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // listening on TCP
  try {
    const flows = createTestFlows({
      settings: {
        gateway: { httpAllowPrivate: ["127.0.0.1"] },
        flows: { f: reputationFlow(`http://127.0.0.1:${port}/v1/$1`) },
      },
    });
    const answers: string[] = [];
    for (const last of [1, 2, 3, 4, 5, 6, 7]) answers.push(await judge(flows, `192.0.2.${last}`));
    expect(answers).toEqual(["good", "bad", "doubtful", "error", "error", "error", "error"]);
    await judge(flows, "192.0.2.2");
    expect(asked.filter((url) => url === "/v1/192.0.2.2")).toHaveLength(1);
    const fenced = createTestFlows({
      settings: { flows: { f: reputationFlow(`http://127.0.0.1:${port}/v1/$1`) } },
    });
    expect(await judge(fenced, "192.0.2.1")).toBe("error"); // a private address needs leave
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test("our own memory: accepted, rejected and the share of spam over days decide", async () => {
  const now = new Date();
  const add = async (address: string, outcome: string, stage: string, count: number, days = 0) => {
    for (let index = 0; index < count; index++) {
      await database.pool.query(
        `INSERT INTO mail_history (message_id, at, outcome, stage, client_address, listener, revision) VALUES ($1, $2, $3, $4, $5, 'inbound', 1)`,
        [randomUUID(), new Date(now.getTime() - days * 86_400_000), outcome, stage, address],
      );
    }
  };
  await add("192.0.2.1", "delivered", "data", 9);
  await add("192.0.2.1", "quarantined", "data", 1);
  await add("192.0.2.2", "delivered", "data", 1);
  await add("192.0.2.2", "rejected", "data", 9);
  await add("192.0.2.3", "delivered", "data", 2);
  await add("192.0.2.4", "rejected", "rcpt", 30);
  await add("192.0.2.5", "blocked", "connect", 3);
  await add("2001:db8::1", "deleted", "data", 6);
  const reputation = createReputation({ pool: database.pool });
  await reputation.learn(now, 30);
  await database.pool.query(
    "INSERT INTO address_memory (address, day, accepted, rejected, spam) VALUES ('192.0.2.3', $1, 0, 0, 50)",
    [new Date(now.getTime() - 20 * 86_400_000)],
  );
  expect(await reputation.remembered("192.0.2.2", 7)).toEqual({
    accepted: 1,
    rejected: 9,
    spam: 9,
  });

  const config = { days: 7, minimum: 5, share: 80, refusals: 20 };
  const names = ["good", "unknown", "bad", "error"];
  const flows = createTestFlows({
    pool: database.pool,
    settings: { flows: { f: outcomesOf("address-memory", config, names) } },
  });
  expect(await judge(flows, "192.0.2.1")).toBe("good");
  expect(await judge(flows, "192.0.2.2")).toBe("bad");
  expect(await judge(flows, "192.0.2.3")).toBe("unknown"); // what was bad is too long ago
  expect(await judge(flows, "192.0.2.4")).toBe("bad"); // thirty refusals, and never a message
  expect(await judge(flows, "192.0.2.5")).toBe("unknown");
  expect(await judge(flows, "2001:db8::1")).toBe("bad");
  expect(await judge(flows, "198.51.100.1")).toBe("unknown");
  const longer = createTestFlows({
    pool: database.pool,
    settings: { flows: { f: outcomesOf("address-memory", { ...config, days: 30 }, names) } },
  });
  expect(await judge(longer, "192.0.2.3")).toBe("bad");
  const without = createTestFlows({
    settings: { flows: { f: outcomesOf("address-memory", config, names) } },
  });
  expect(await judge(without, "192.0.2.1")).toBe("error"); // a memory out of reach says nothing
});
