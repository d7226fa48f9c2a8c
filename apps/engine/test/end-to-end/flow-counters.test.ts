import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createCounters } from "../../src/flows/host/counters.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestFlows, scriptFlow } from "../support/flows.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
const create = () => createCounters({ pool: database.pool, report: () => {} });
const window = (entry: string, now: number, everywhere = true) => ({
  namespace: "n",
  entry,
  seconds: 60,
  now,
  everywhere,
});

test.each([true, false])(
  "a window slides, and a refused hit is not counted (everywhere: %s)",
  async (everywhere) => {
    const counters = create();
    const entry = `slide-${everywhere}`;
    const hits = [];
    for (const second of [0, 10, 20, 30, 59, 61, 62])
      hits.push(await counters.hit(window(entry, 1000 + second, everywhere), 3));
    expect(hits).toEqual([true, true, true, false, false, true, false]);
    expect(await counters.count(window(entry, 1062, everywhere))).toBe(3);
    expect(await counters.count(window(entry, 2000, everywhere))).toBe(0);
  },
);

test("workers together never let more through than one would", async () => {
  const workers = [create(), create(), create()];
  const results = await Promise.all(
    Array.from({ length: 60 }, (_, index) => workers[index % 3]?.hit(window("together", 5000), 17)),
  );
  expect(results.filter((one) => one === true)).toHaveLength(17);
});

test("any bytes may be names, and old rows go", async () => {
  const counters = create();
  for (const entry of ["a\0b", "'; DROP TABLE rate_hit; --", "x".repeat(5000), "\ud800"])
    expect(await counters.hit(window(entry, 9000), 1)).toBe(true);
  expect(await counters.sweep(new Date(99_000_000))).toBeGreaterThan(0);
  expect((await database.pool.query("SELECT count(*)::int AS n FROM rate_hit")).rows[0].n).toBe(0);
});

test("a script sees true, false, a number, and −1 when the counters are away", async () => {
  const source =
    'echo rate("login", $senderip, 2, 60); echo rate("login", $senderip, 2, 60); echo rate("login", $senderip, 2, 60); echo rate("login", $senderip, 0, 60); Accept();';
  const settings = { flows: { f: scriptFlow("recipient", source) } };
  const flows = createTestFlows({ settings, pool: database.pool });
  await flows.recipient("f", "bob@example.org");
  expect(flows.echoed()).toEqual(["1", "1", "0", "2"]);
  const pool = new pg.Pool({ host: "127.0.0.1", port: 1, connectionTimeoutMillis: 500 });
  const away = createTestFlows({ settings, pool });
  await away.recipient("f", "bob@example.org");
  expect(away.echoed()).toEqual(["-1", "-1", "-1", "-1"]);
});
