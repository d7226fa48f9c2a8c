import { expect, test } from "vitest";
import { createSignInCounts } from "../session/sign-in-guard.ts";
import { type Ask, createLedger, type LedgerAnswer, type LedgerOptions } from "./ledger.ts";
import { createLedgerClient, type LedgerClient } from "./ledger-client.ts";

const limits = { total: 4, perClient: 3, perMinute: 0 };

/** Workers that reach the ledger as over IPC: plain data, later. */
const workersOf = (options: Omit<LedgerOptions, "tell">, ...names: string[]) => {
  const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value));
  const clients = new Map<string, LedgerClient>();
  const sent: Ask[] = [];
  const silent = new Set<string>();
  const ledger = createLedger({
    ...options,
    tell: (name, answers) => {
      const told: readonly LedgerAnswer[] = plain(answers);
      setImmediate(() => {
        if (!silent.has(name)) clients.get(name)?.receive(told);
      });
    },
  });
  const workers = names.map((name) => {
    const client = createLedgerClient({
      send: (asks) => {
        sent.push(...asks);
        ledger.ask(name, plain(asks));
      },
    });
    clients.set(name, client);
    return { name, client, inbound: client.limitFor("inbound") };
  });
  return { ledger, workers, sent, silent };
};

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

test("workers that share a port share its limits, and what one gives back another may take", async () => {
  const [one, two] = workersOf({}, "worker-1", "worker-2").workers;
  if (one === undefined || two === undefined) throw new Error("no workers");
  expect(await one.inbound.admit("192.0.2.1", limits, 0)).toBe("admitted");
  expect(await one.inbound.admit("192.0.2.1", limits, 0)).toBe("admitted");
  expect(await two.inbound.admit("192.0.2.1", limits, 0)).toBe("admitted");
  expect(await two.inbound.admit("192.0.2.1", limits, 0)).toBe("too-many"); // three of this client
  expect(await two.inbound.admit("192.0.2.2", limits, 0)).toBe("admitted");
  expect(await one.inbound.admit("192.0.2.3", limits, 0)).toBe("too-many"); // four in all
  expect([one.inbound.count(), two.inbound.count()]).toEqual([2, 2]);
  one.inbound.release("192.0.2.1");
  await settled();
  expect(await two.inbound.admit("192.0.2.1", limits, 0)).toBe("admitted");
  expect(await two.client.limitFor("other").admit("192.0.2.1", limits, 0)).toBe("admitted");
});

test("new connections of a minute are counted over all workers, and IPv6 by /64", async () => {
  let time = 1_000_000;
  const [one, two] = workersOf({ now: () => time }, "worker-1", "worker-2").workers;
  if (one === undefined || two === undefined) throw new Error("no workers");
  const slow = { total: 100, perClient: 100, perMinute: 2 };
  expect(await one.inbound.admit("2001:db8::1", slow, time)).toBe("admitted");
  expect(await two.inbound.admit("2001:db8::2", slow, time)).toBe("admitted");
  expect(await one.inbound.admit("2001:db8::3", slow, time)).toBe("too-fast");
  expect(await one.inbound.admit("2001:db8:0:1::3", slow, time)).toBe("admitted");
  time += 60_000;
  expect(await two.inbound.admit("2001:db8::1", slow, time)).toBe("admitted");
});

test("what a worker held is free when it dies", async () => {
  const { ledger, workers } = workersOf({}, "worker-1", "worker-2");
  const [one, two] = workers;
  if (one === undefined || two === undefined) throw new Error("no workers");
  for (let index = 0; index < 3; index++) await one.inbound.admit("192.0.2.1", limits, 0);
  expect(await two.inbound.admit("192.0.2.1", limits, 0)).toBe("too-many");
  ledger.forget("worker-1");
  for (let index = 0; index < 3; index++) {
    expect(await two.inbound.admit("192.0.2.1", limits, 0)).toBe("admitted");
  }
});

test("guesses at one worker slow and lock those at another", async () => {
  const signIns = createSignInCounts();
  const [one, two] = workersOf({ signIns }, "worker-1", "worker-2").workers;
  if (one === undefined || two === undefined) throw new Error("no workers");
  for (let index = 0; index < 10; index++) {
    const guard = index % 2 === 0 ? one.client.signIns : two.client.signIns;
    expect(await guard.begin("192.0.2.1", "anna")).not.toBe("locked");
  }
  expect(await one.client.signIns.begin("192.0.2.1", "Anna")).toBe("locked");
  expect(await two.client.signIns.begin("192.0.2.1", "anna")).toBe("locked");
  const honest = await two.client.signIns.begin("198.51.100.1", "bert");
  if (honest !== "locked") honest.succeeded();
  await settled();
  expect(await one.client.signIns.begin("198.51.100.1", "bert")).toMatchObject({ delay: 0 });
});

test("a client that comes again at the same worker costs no question", async () => {
  const { workers, sent } = workersOf({}, "worker-1");
  const [one] = workers;
  if (one === undefined) throw new Error("no worker");
  for (let index = 0; index < 50; index++) {
    expect(await one.inbound.admit("192.0.2.1", limits, 0)).toBe("admitted");
    one.inbound.release("192.0.2.1");
  }
  expect(sent).toHaveLength(1);
  expect(await one.inbound.admit("192.0.2.2", limits, 0)).toBe("admitted"); // another's place is not taken
  expect(sent).toHaveLength(2);
});

test("empty places of one worker are called back before another is refused", async () => {
  const [one, two] = workersOf({}, "worker-1", "worker-2").workers;
  if (one === undefined || two === undefined) throw new Error("no workers");
  for (let index = 0; index < 3; index++) await one.inbound.admit("192.0.2.1", limits, 0);
  one.inbound.release("192.0.2.1");
  one.inbound.release("192.0.2.1");
  const three = Array.from({ length: 3 }, () => two.inbound.admit("192.0.2.1", limits, 0));
  expect((await Promise.all(three)).toSorted()).toEqual(["admitted", "admitted", "too-many"]);
  one.inbound.release("192.0.2.1"); // places are short now: it is given back at once
  await settled();
  expect(await two.inbound.admit("192.0.2.1", limits, 0)).toBe("admitted");
  expect(await one.inbound.admit("192.0.2.1", limits, 0)).toBe("too-many");
});

test("a worker that is stuck keeps its places, and nobody waits for it long", async () => {
  const { ledger, workers, silent } = workersOf({}, "worker-1", "worker-2");
  const [one, two] = workers;
  if (one === undefined || two === undefined) throw new Error("no workers");
  for (let index = 0; index < 3; index++) await one.inbound.admit("192.0.2.1", limits, 0);
  for (let index = 0; index < 3; index++) one.inbound.release("192.0.2.1");
  silent.add("worker-1");
  expect(await two.inbound.admit("192.0.2.1", limits, 0)).toBe("too-many");
  ledger.forget("worker-1");
  expect(await two.inbound.admit("192.0.2.1", limits, 0)).toBe("admitted");
});

test("a place that nobody needs is given back", async () => {
  const { workers, sent } = workersOf({}, "worker-1");
  const [one] = workers;
  if (one === undefined) throw new Error("no worker");
  await one.inbound.admit("2001:db8::1", limits, 0);
  one.inbound.release("2001:db8::1");
  await expect
    .poll(() => sent.at(-1), { timeout: 5000 })
    .toMatchObject({ kind: "release", count: 1 });
});

test("a ledger that does not answer stops no mail; the worker's own limits hold", async () => {
  const client = createLedgerClient({ send: () => {}, patienceMilliseconds: 20 });
  const inbound = client.limitFor("inbound");
  for (let index = 0; index < 3; index++) {
    expect(await inbound.admit("192.0.2.1", limits, 0)).toBe("admitted");
  }
  expect(await inbound.admit("192.0.2.1", limits, 0)).toBe("too-many");
  expect(await client.signIns.begin("192.0.2.1", "anna")).toMatchObject({ delay: 0 });
  client.close();
});
