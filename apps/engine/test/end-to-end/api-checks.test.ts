import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { requirePeer, testWithPeer } from "../support/peers.ts";
import {
  type Browser,
  firstAdministrator,
  type RunningApi,
  refusal,
  startApi,
} from "./api-support.ts";

let gateway: RunningApi;
let anna: Browser;
const children: ChildProcess[] = [];

beforeAll(async () => {
  gateway = await startApi();
  anna = await firstAdministrator(gateway);
});
afterAll(async () => {
  for (const child of children) child.kill();
  await gateway.close();
});

const freePort = async (): Promise<number> => {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
};

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("data", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });

const startSink = async (): Promise<number> => {
  const port = await freePort();
  const user = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
  children.push(spawn(requirePeer("smtp-sink"), [...user, `127.0.0.1:${port}`, "10"]));
  while (!(await answers(port))) await new Promise((resolve) => setTimeout(resolve, 20));
  return port;
};

testWithPeer("smtp-sink")(
  "a transport is tried as delivery would, and says what it met",
  async () => {
    const port = await startSink();
    const closed = await freePort();
    const body = (more: object) => ({ destination: `127.0.0.1:${port}`, ...more });
    const check = (more: object) => anna.api.transports.test.mutate({ body: body(more) });

    const plain = await check({});
    expect(plain.ok).toBe(true);
    const where = `127.0.0.1 [127.0.0.1]:${port}`;
    expect(plain.steps.map(({ step }) => step)).toEqual([
      "destination",
      `${where} connect`,
      `${where} greeting`,
      `${where} hello`,
    ]);
    expect(plain.steps.at(-1)?.text).toMatch(/^smtp-sink, PIPELINING/);
    const strict = await check({ tls: { mode: "require" } });
    expect(strict.ok).toBe(false);
    const second = await check({ destination: `127.0.0.1:${closed},127.0.0.1:${port}` });
    expect(second.steps.map(({ ok }) => ok)).toEqual([true, false, true, true, true]);
    expect(second.ok).toBe(true);
    const wrong = await check({ destination: "not a host" });
    expect(wrong).toMatchObject({ ok: false, steps: [{ step: "destination", ok: false }] });
    expect((await check({ destination: "null" })).ok).toBe(true);
  },
);

test("which flow runs is answered with every match that was tried", async () => {
  const save = (kind: "flow" | "domain" | "transport", id: string, body: unknown) =>
    anna.api.settings.save.mutate({ kind, id, body, version: null });
  await save("transport", "internal", { destination: "192.0.2.10:25" });
  await save("domain", "example.org", { aliases: ["example.net"], transport: "internal" });
  await anna.api.settings.publish.mutate({ message: "A domain" });
  const ask = (recipient: string, listener = "inbound") =>
    anna.api.domains.whichFlow.query({ clientAddress: "192.0.2.1", listener, recipient });
  const found = await ask("user@EXAMPLE.net");
  expect(found).toMatchObject({ domain: "example.org", transport: "internal", refusal: null });
  expect(found.steps.at(-1)).toMatchObject({ domain: "example.net", matched: true });
  const foreign = await ask("user@elsewhere.example");
  expect(foreign).toMatchObject({ domain: null, refusal: expect.stringContaining("550 5.7.1") });
  expect(found.notes).toEqual([
    "There is no recipient flow: every user of the domain is accepted.",
  ]);
  expect((await refusal(ask("a@b.example", "nowhere"))).code).toBe("NOT_FOUND");
  expect((await refusal(ask("not <an> address"))).code).toBe("INVALID");
});

test("the assignment map has a cell for each listener and domain, with the flows in force and where each is set", async () => {
  const save = (kind: "flow" | "domain" | "listener", id: string, body: unknown) =>
    anna.api.settings.save.mutate({ kind, id, body, version: null });
  const accept = (kind: string) => ({
    kind,
    title: kind,
    entry: "ok",
    nodes: { ok: { block: kind === "content" ? "deliver" : "accept", version: 1, config: {} } },
  });
  await save("flow", "map-recipient", accept("recipient"));
  await save("flow", "map-content", accept("content"));
  await save("listener", "map-second", { address: "127.0.0.9", port: 2526 });
  await save("domain", "everybody", {
    name: "any",
    recipientFlow: "map-recipient",
    listener: "map-second",
  });
  await save("domain", "example.org-second", {
    name: "example.org",
    listener: "map-second",
    contentFlow: "map-content",
  });
  const map = await anna.api.domains.map.query({ of: "draft" });
  expect(map.listeners.map(({ id }) => id)).toEqual(["map-second", "inbound"]); // “any” last
  expect(map.columns.map(({ name }) => name)).toEqual(["example.net", "example.org", "any"]);
  const cell = (name: string, listener: string) =>
    map.columns
      .find((column) => column.name === name)
      ?.cells.find((one) => one.listener === listener);
  expect(cell("example.org", "map-second")).toMatchObject({
    domain: "example.org-second",
    why: null,
    flows: { content: { id: "map-content", from: "domain" }, recipient: { id: null } },
  });
  expect(cell("example.org", "inbound")).toMatchObject({
    domain: "example.org",
    why: "set for every listener",
    flows: { "ip-policy": { from: "listener" } },
  });
  // “any” of this listener beats the domain of every listener
  expect(cell("example.net", "map-second")).toMatchObject({
    domain: "everybody",
    why: "by “any” (everybody)",
    flows: { recipient: { id: "map-recipient", from: "any" } },
  });
  expect(cell("example.net", "inbound")).toMatchObject({ why: "alias of example.org" });
  expect(cell("any", "inbound")).toMatchObject({ domain: null });
  const { version } = await anna.api.settings.get.query({ kind: "transport", id: "internal" });
  await anna.api.settings.save.mutate({
    kind: "transport",
    id: "internal",
    body: { destination: "192.0.2.10:25", deliveryFlow: "default-delivery" },
    version,
  });
  const later = await anna.api.domains.map.query({ of: "draft", filter: "example.org" });
  expect(later.columns[0]?.cells.find(({ listener }) => listener === "inbound")).toMatchObject({
    flows: { delivery: { id: "default-delivery", from: "transport" } },
  });
  await anna.api.settings.discard.mutate({ kind: "transport", id: "internal" });
  const some = await anna.api.domains.map.query({ of: "draft", filter: "EXAMPLE", limit: 1 });
  expect([some.columns.length, some.more]).toEqual([1, 1]);
  expect((await anna.api.domains.map.query({})).listeners).toHaveLength(1); // what is live
  for (const id of ["everybody", "example.org-second"]) {
    await anna.api.settings.discard.mutate({ kind: "domain", id });
  }
  await anna.api.settings.discard.mutate({ kind: "listener", id: "map-second" });
});

test("whether one answer after DATA can serve all recipients is told with the block that hinders it", async () => {
  const flow = (id: string, nodes: object) =>
    anna.api.settings.save.mutate({
      kind: "flow",
      id,
      body: { kind: "content", title: id, entry: "first", nodes },
      version: null,
    });
  const deliver = { block: "deliver", version: 1, config: {} };
  await flow("once", {
    first: {
      block: "header",
      version: 1,
      config: { action: "set", name: "X-Seen", value: "from $senderip" },
      outcomes: { next: "deliver" },
    },
    deliver,
  });
  await flow("each", {
    first: {
      block: "branch",
      title: "For the boss?",
      version: 1,
      config: { condition: '$recipient == "boss@example.org"' },
      outcomes: { yes: "deliver", no: "deliver" },
    },
    deliver,
  });
  const ask = (contentFlow: string) => anna.api.domains.oneReply.query({ contentFlow });
  expect(await ask("once")).toEqual({ kind: "once" });
  expect(await ask("each")).toEqual({
    kind: "each",
    reasons: [{ what: "$recipient", nodes: [{ node: "first", title: "For the boss?" }] }],
  });
  for (const id of ["once", "each", "map-recipient", "map-content"]) {
    await anna.api.settings.discard.mutate({ kind: "flow", id });
  }
});

test("a script that is typed is checked as it would run", async () => {
  const check = async (script: string) =>
    (await anna.api.scripting.check.query({ flowKind: "recipient", script })).problems;
  expect(await check('if ($senderip == "192.0.2.1") Accept();\nReject("no");')).toEqual([]);
  expect(await check("Accept();\nif (")).toEqual([
    expect.objectContaining({ severity: "error", line: 2 }),
  ]);
  const unknown = await check("Deliver();");
  expect(unknown).toEqual([expect.objectContaining({ severity: "error", line: 1, column: 1 })]);
});

test("a destination that cannot be read is a problem of the transport", async () => {
  const save = anna.api.settings.save;
  const transport = { kind: "transport", id: "wrong" } as const;
  await save.mutate({ ...transport, body: { destination: "a b" }, version: null });
  expect(await anna.api.settings.problems.query()).toEqual([
    expect.objectContaining({ ...transport, rule: "destination", field: ["destination"] }),
  ]);
});
