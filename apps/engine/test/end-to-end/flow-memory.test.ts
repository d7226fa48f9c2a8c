/** What scripts keep and count, in a real database and between two workers. */
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { statsSince } from "../../src/flows/host/script-stats.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestFlows, scriptFlow } from "../support/flows.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const worker = (source: string) =>
  createTestFlows({
    settings: { flows: { f: scriptFlow("recipient", source) } },
    pool: database.pool,
  });

/** What the script logs, or why it failed. */
const run = async (source: string): Promise<string[]> => {
  const flows = worker(source);
  const { trace } = await flows.recipient("f", "bob@example.org");
  await flows.services.close();
  return trace?.error === null ? flows.echoed() : [trace?.error?.message ?? "no trace"];
};

test("one worker reads what another has stored, byte for byte", async () => {
  await run(
    String.raw`memory_store("m", ["a" => 1.5, 7 => [true, none, "\xff\x00\$ü"]]); memory_store("e", "");`,
  );
  expect(await run('echo json_encode(memory_fetch("m")["a"]); $x = memory_fetch("m")[7];')).toEqual(
    ["1.5"],
  );
  const same = String.raw`memory_fetch("m") == ["a" => 1.5, 7 => [true, none, "\xff\x00\$ü"]]`;
  expect(await run(`echo ${same}; echo memory_fetch("e") === "";`)).toEqual(["1", "1"]);
  expect(await run('echo memory_delete("m"); echo memory_delete("m") === false;')).toEqual([
    "1",
    "1",
  ]);
  expect(await run('echo memory_fetch("m", "gone");')).toEqual(["gone"]);
});

test("what is over its time is gone", async () => {
  await run('memory_store("old", "x"); memory_inc("count", 5);');
  await database.pool.query("UPDATE script_memory SET until = now() - interval '1 second'");
  expect(await run('echo memory_fetch("old", "gone"); echo memory_inc("count");')).toEqual([
    "gone",
    "1",
  ]);
});

test("no step is lost when many count at once", async () => {
  await Promise.all(Array.from({ length: 20 }, () => run('memory_inc("busy", 2);')));
  expect(await run('echo memory_fetch("busy");')).toEqual(["40"]);
});

test("a text is no number to add to, and a function cannot be kept", async () => {
  expect(await run('memory_store("t", "word"); memory_inc("t");')).toEqual([
    "what is kept under this name is no number",
  ]);
  expect(await run('memory_store("f", [function () {}]);')).toEqual([
    "functions and objects cannot be kept",
  ]);
  expect(await run('memory_store("l", str_repeat("x", 70000));')).toEqual([
    expect.stringContaining("65536 bytes at most"),
  ]);
});

test("a database that cannot be reached is no empty memory", async () => {
  const flows = createTestFlows({
    settings: { flows: { f: scriptFlow("recipient", 'memory_fetch("x"); Accept();') } },
    pool: new pg.Pool({ host: "127.0.0.1", port: 1, connectionTimeoutMillis: 500 }),
  });
  const { verdict, trace } = await flows.recipient("f", "bob@example.org");
  expect(verdict.kind).toBe("defer");
  expect(trace?.error?.code).toBe("memory-unreachable");
});

test("stat() sums what all workers count", async () => {
  const source = 'stat("mail.size", ["small" => 1, "large" => 0.5]);';
  const flows = worker(source);
  for (let i = 0; i < 3; i++) await flows.recipient("f", "bob@example.org");
  await flows.services.close();
  await run(source);
  expect(await statsSince(database.pool, new Date(Date.now() - 3_600_000))).toEqual([
    { name: "mail.size", legend: "large", value: 2 },
    { name: "mail.size", legend: "small", value: 4 },
  ]);
  expect(await run('stat("Upper", ["a" => 1]);')).toEqual([expect.stringContaining("a to z")]);
});
