import { expect, test } from "vitest";
import { createSignInCounts } from "../session/sign-in-guard.ts";
import { type Ask, createLedger, type Ledger, type LedgerAnswer } from "./ledger.ts";
import { createLedgerClient } from "./ledger-client.ts";

const limits = { total: 4, perClient: 3, perMinute: 0 };

/** Workers that reach the ledger as over IPC: plain data, later. */
const workersOf = (ledger: Ledger, ...names: string[]) =>
  names.map((name) => {
    const client = createLedgerClient({
      send: (asks) => {
        const sent: readonly Ask[] = JSON.parse(JSON.stringify(asks));
        const answers: readonly LedgerAnswer[] = JSON.parse(
          JSON.stringify(ledger.answer(name, sent)),
        );
        setImmediate(() => client.receive(answers));
      },
    });
    return { name, client, inbound: client.limitFor("inbound") };
  });

const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

test("workers that share a port share its limits, and what one gives back another may take", async () => {
  const [one, two] = workersOf(createLedger(), "worker-1", "worker-2");
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
  const [one, two] = workersOf(createLedger({ now: () => time }), "worker-1", "worker-2");
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
  const ledger = createLedger();
  const [one, two] = workersOf(ledger, "worker-1", "worker-2");
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
  const [one, two] = workersOf(createLedger({ signIns }), "worker-1", "worker-2");
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
