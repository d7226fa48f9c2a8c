/** Ports open, close and move as the settings say; no client that may stay is sent away. */
import { createServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import { freePort } from "../support/gateway.ts";
import { type ListenerUnderTest, startListener, until } from "../support/listener.ts";
import { greeted, SmtpClient } from "../support/smtp-client.ts";

let listener: ListenerUnderTest | null = null;

afterEach(async () => {
  await listener?.close();
  listener = null;
});

const domains = { "example.test": { transport: "next" } };
const transports = { next: { destination: "127.0.0.1:1" } };
type Listeners = NonNullable<Parameters<ListenerUnderTest["change"]>[0]["listeners"]>;

const start = async (listeners: (port: number) => Listeners): Promise<ListenerUnderTest> => {
  listener = await startListener({
    settings: (port) => ({ transports, domains, listeners: listeners(port) }),
  });
  return listener;
};

const greetingOf = async (port: number, host: string): Promise<string | null> => {
  const client = new SmtpClient(port, { host });
  const reply = await client.reply();
  client.end();
  return reply;
};

test("“any” answers on IPv4 and IPv6", async () => {
  const { port, status } = await start((port) => ({ all: { address: "any", port } }));
  expect(await greetingOf(port, "127.0.0.1")).toMatch(/^220/);
  expect(await greetingOf(port, "::1")).toMatch(/^220/);
  expect(status()).toMatchObject([{ listener: "all", address: "any", port, state: "listening" }]);
});

test("a listener of one address beats “any” on the same port", async () => {
  const { port, status } = await start((port) => ({
    all: { address: "any", port, hostName: "all.example" },
    special: { address: "127.0.0.2, ::1", port, hostName: "special.example" },
  }));
  expect(await greetingOf(port, "127.0.0.1")).toContain("all.example");
  expect(await greetingOf(port, "127.0.0.2")).toContain("special.example");
  expect(await greetingOf(port, "::1")).toContain("special.example");
  expect(status().map(({ state }) => state)).toEqual(["listening", "listening", "listening"]);
});

test("an address that “any” would have to cover, but the machine has not, is reported", async () => {
  const { status } = await start((port) => ({
    all: { address: "any", port },
    special: { address: "192.0.2.1", port },
  }));
  expect(status()).toMatchObject([
    { listener: "all", state: "listening" },
    { listener: "special", state: "failed", error: "This machine does not have the address." },
  ]);
});

test("a list of addresses is answered on each, and on no other", async () => {
  const { port } = await start((port) => ({ two: { address: "127.0.0.1,127.0.0.3", port } }));
  expect(await greetingOf(port, "127.0.0.1")).toMatch(/^220/);
  expect(await greetingOf(port, "127.0.0.3")).toMatch(/^220/);
  expect(await greetingOf(port, "127.0.0.2")).toBeNull();
});

test("a port in use is reported with its cure, stops no other listener, and opens when it is free", async () => {
  const squatter = createServer();
  const taken = await freePort();
  await new Promise<void>((resolve) => squatter.listen(taken, "127.0.0.1", resolve));
  const { port, status } = await start((port) => ({
    good: { address: "127.0.0.1", port },
    bad: { address: "127.0.0.1", port: taken },
  }));
  expect(status()).toMatchObject([
    { listener: "good", state: "listening", error: null },
    { listener: "bad", state: "failed" },
  ]);
  expect(status()[1]?.error).toMatch(/in use by another program. Stop it/);
  expect(await greetingOf(port, "127.0.0.1")).toMatch(/^220/);
  await new Promise((resolve) => squatter.close(resolve));
  await until(() => status().every(({ state }) => state === "listening"));
  expect(await greetingOf(taken, "127.0.0.1")).toMatch(/^220/);
});

test("an address that is none, or not of this machine, and two listeners on one port are told apart", async () => {
  const { status } = await start((port) => ({
    a: { address: "127.0.0.1", port },
    b: { address: "127.0.0.1", port },
    c: { address: "192.0.2.1", port },
    d: { address: "localhost", port },
  }));
  expect(Object.fromEntries(status().map((one) => [one.listener, one.error]))).toEqual({
    a: null,
    b: expect.stringContaining("The listener a has this address and port"),
    c: "This machine does not have the address.",
    d: expect.stringContaining("localhost is no IP address"),
  });
});

test("a change of settings reaches new connections; those that are open keep what they began with", async () => {
  const first = await start((port) => ({
    inbound: { address: "127.0.0.1", port, maximumMessageBytes: 2000 },
  }));
  const { port } = first;
  const old = await greeted(port);
  first.change({
    transports,
    domains,
    listeners: { inbound: { address: "127.0.0.1", port, maximumMessageBytes: 5000 } },
  });
  const fresh = new SmtpClient(port);
  await fresh.reply();
  await until(() => first.status()[0]?.state === "listening");
  expect(await fresh.say("EHLO client.example")).toContain("SIZE 5000");
  expect(await old.say("EHLO client.example")).toContain("SIZE 2000");
  fresh.end();
  old.end();
});

test("a disabled listener takes nobody new and lets those who are there finish", async () => {
  const first = await start((port) => ({ inbound: { address: "127.0.0.1", port } }));
  const { port } = first;
  const old = await greeted(port);
  first.change({
    transports,
    domains,
    listeners: { inbound: { address: "127.0.0.1", port, enabled: false } },
  });
  await until(() => first.status().length === 0);
  expect(await greetingOf(port, "127.0.0.1")).toBeNull();
  const replies = await old.sayAll(
    "MAIL FROM:<a@client.example>",
    "RCPT TO:<b@example.test>",
    "DATA",
    "x\r\n.",
  );
  expect(replies.at(-1)).toMatch(/^250/);
  expect(first.messages).toHaveLength(1);
  old.end();
});

test("a wide listener that comes later takes over a port, and gives it back", async () => {
  const first = await start((port) => ({
    one: { address: "127.0.0.1", port, hostName: "one.example" },
  }));
  const { port, change, status } = first;
  const one = { address: "127.0.0.1", port, hostName: "one.example" };
  const all = { address: "any", port, hostName: "all.example" };
  change({ transports, domains, listeners: { one, all } });
  await until(() => status().length === 2 && status().every(({ state }) => state === "listening"));
  expect(await greetingOf(port, "127.0.0.1")).toContain("one.example");
  expect(await greetingOf(port, "127.0.0.2")).toContain("all.example");
  change({ transports, domains, listeners: { one } });
  await until(() => status().length === 1 && status()[0]?.state === "listening");
  expect(await greetingOf(port, "127.0.0.1")).toContain("one.example");
  expect(await greetingOf(port, "127.0.0.2")).toBeNull();
});

test("closing says 421 to idle clients at once and lets a message that is under way end", async () => {
  const first = await start((port) => ({ inbound: { address: "127.0.0.1", port } }));
  const idle = await greeted(first.port);
  const busy = await greeted(first.port);
  await busy.sayAll("MAIL FROM:<a@client.example>", "RCPT TO:<b@example.test>", "DATA");
  const closing = first.close(10_000);
  listener = null;
  expect(await idle.reply()).toMatch(/^421 4\.3\.2/);
  expect(await busy.say("x\r\n.")).toMatch(/^250/);
  expect(await busy.reply()).toMatch(/^421 4\.3\.2/);
  await closing;
  expect(first.messages).toHaveLength(1);
});
