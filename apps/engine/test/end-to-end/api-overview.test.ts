import { expect, test } from "vitest";
import { apiOfFile } from "./api-support.ts";

const { gateway, anna } = await apiOfFile();

const addMail = (minutesAgo: number, outcome: string, node: string | null = null) =>
  gateway.database.pool.query(
    `INSERT INTO mail_history (message_id, at, outcome, stage, listener, revision, flow, node)
     VALUES (gen_random_uuid(), now() - make_interval(mins => $1), $2, 'rcpt', 'inbound', 1, $3, $4)`,
    [minutesAgo, outcome, node === null ? null : "users", node],
  );

test("an empty gateway has numbers of nothing, and asks for no attention", async () => {
  const overview = await anna.api.overview.numbers.query({ span: "1h" });
  expect(overview.numbers.outcomes).toEqual({});
  expect(overview.numbers.steps.length).toBeGreaterThanOrEqual(60);
  expect(overview).toMatchObject({ revision: 1, unpublishedChanges: 0, attention: [], held: 0 });
});

test("mail is counted by outcome and time, and by the node that decided", async () => {
  await addMail(5, "delivered");
  await addMail(5, "delivered");
  await addMail(5, "rejected", "spam-list");
  await addMail(600, "rejected", "spam-list");
  await addMail(60 * 24 * 30, "rejected", "old");
  const hour = await anna.api.overview.numbers.query({ span: "1h" });
  expect(hour.numbers.outcomes).toEqual({ delivered: 2, rejected: 1 });
  const inSteps = hour.numbers.steps.reduce(
    (sum, { outcomes }) => sum + (outcomes.delivered ?? 0),
    0,
  );
  expect(inSteps).toBe(2);
  const day = await anna.api.overview.numbers.query({ span: "24h" });
  expect(day.numbers.outcomes).toEqual({ delivered: 2, rejected: 2 });
  expect(day.numbers.decidedBy).toEqual([
    { flow: "users", node: "spam-list", outcome: "rejected", count: 2 },
  ]);
});

test("a listener that failed is named, and a worker that is gone is not", async () => {
  const failed = { listener: "inbound", state: "failed", port: 25, error: "EACCES" };
  const add = (worker: string, age: string) =>
    gateway.database.pool.query(
      `INSERT INTO worker_status (worker, pid, started_at, updated_at, listeners)
       VALUES ($1, 1, now(), now() - $2::interval, $3)`,
      [worker, age, JSON.stringify([failed])],
    );
  await add("worker-1", "1 second");
  await add("worker-2", "1 hour");
  expect(await anna.api.listeners.status.query()).toEqual([
    { worker: "worker-1", address: "", connections: 0, revision: null, ...failed },
  ]);
  const { attention } = await anna.api.overview.numbers.query({});
  expect(attention).toEqual([
    {
      kind: "listener-failed",
      text: "Listener inbound does not listen (worker-1): EACCES",
      object: { kind: "listener", id: "inbound" },
    },
  ]);
});

test("runs and wires of a flow are counted for the last day", async () => {
  const add = (node: string, outcome: string | null, count: number, age: string) =>
    gateway.database.pool.query(
      `INSERT INTO flow_activity (at, flow, node, outcome, count, microseconds)
       VALUES (now() - $4::interval, 'users', $1, $2, $3::bigint, $3::bigint * 100)`,
      [node, outcome, count, age],
    );
  await add("", null, 7, "1 hour");
  await add("spf", "pass", 4, "1 hour");
  await add("spf", "pass", 1, "2 hours");
  await add("spf", "fail", 2, "1 hour");
  await add("spf", "pass", 100, "2 days");
  expect(await anna.api.flows.activity.query({ flow: "users" })).toEqual([
    { node: "spf", outcome: "fail", count: 2, averageMicroseconds: 100 },
    { node: "spf", outcome: "pass", count: 5, averageMicroseconds: 100 },
  ]);
});

test("the status names version, revision and problems", async () => {
  const status = await anna.api.system.status.query();
  expect(status).toMatchObject({
    version: "0.0.0-test",
    revision: 1,
    unpublishedChanges: 0,
    problems: { errors: 0, warnings: 0 },
  });
});
