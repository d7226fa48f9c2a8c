/** The count of TLS sessions with other servers. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { deleteOldHistory } from "../../src/history/retention.ts";
import { createTlsResults, listTlsResults, sumTlsResults } from "../../src/history/tls-results.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const today = new Date("2030-01-02T12:00:00Z");
const good = { domain: "example.org", policyType: "tlsa", host: "mx.example.org" } as const;

test("sessions of several workers add up, day by day, and go when they are old", async () => {
  let now = today;
  const problems: string[] = [];
  const workers = [1, 2].map(() =>
    createTlsResults({
      pool: database.pool,
      clock: () => now,
      report: (text) => problems.push(text),
    }),
  );
  for (const [index, worker] of workers.entries()) {
    for (let session = 0; session < 3; session++) worker.count({ ...good, failure: null });
    // two addresses of one host: told apart in a report, not on the page
    worker.count({ ...good, failure: "validation-failure", receivingIp: `192.0.2.${index}` });
  }
  await Promise.all(workers.map((worker) => worker.flush()));
  now = new Date("2030-01-03T00:00:01Z");
  for (const worker of workers) worker.count({ ...good, failure: null });
  await Promise.all(workers.map((worker) => worker.close()));

  const sums = await sumTlsResults(database.pool, today);
  expect(sums.sort((a, b) => b.count - a.count)).toEqual([
    { policyType: "tlsa", result: "success", count: 6 },
    { policyType: "tlsa", result: "validation-failure", count: 2 },
  ]);
  expect(await sumTlsResults(database.pool, now)).toEqual([
    { policyType: "tlsa", result: "success", count: 2 },
  ]);
  const failures = [{ host: good.host, result: "validation-failure", count: 2 }];
  const { host: _, ...policy } = good;
  expect(await listTlsResults(database.pool, today)).toEqual([
    { ...policy, day: "2030-01-03", successes: 2, failed: 0, failures: [], report: null },
    { ...policy, day: "2030-01-02", successes: 6, failed: 2, failures, report: null },
  ]);
  expect(await listTlsResults(database.pool, now)).toHaveLength(1);
  await deleteOldHistory(
    database.pool,
    { historyDays: 1, logDays: 1 },
    new Date("2030-01-04T01:00:00Z"),
  );
  expect(await sumTlsResults(database.pool, today)).toEqual([]);
  expect(await sumTlsResults(database.pool, now)).toHaveLength(1);
  expect(problems).toEqual([]);
});

test("what could not be written is written the next time", async () => {
  const problems: string[] = [];
  let isBroken = true;
  const results = createTlsResults({
    pool: new Proxy(database.pool, {
      get: (pool, name) =>
        name === "query" && isBroken
          ? () => Promise.reject(new Error("away"))
          : Reflect.get(pool, name).bind(pool),
    }),
    clock: () => new Date("2031-01-01T00:00:00Z"),
    report: (text) => problems.push(text),
  });
  results.count({ ...good, failure: null });
  await results.flush();
  results.count({ ...good, failure: null });
  isBroken = false;
  await results.close();
  expect(problems).toHaveLength(1);
  expect(await sumTlsResults(database.pool, new Date("2031-01-01T05:00:00Z"))).toEqual([
    { policyType: "tlsa", result: "success", count: 2 },
  ]);
});
