/** CurrentConnections: at most so many attempts at a time, whoever makes them. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createSlots } from "../../src/flows/host/slots.ts";
import { startAwkward } from "../support/awkward-server.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestDelivery } from "../support/delivery.ts";
import { scriptFlow } from "../support/flows.ts";
import { eventually } from "../support/queue-rig.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
const servers: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const locks = async (): Promise<number> => {
  const { rows } = await database.pool.query(
    "SELECT count(*)::int AS held FROM pg_locks WHERE locktype = 'advisory' AND classid = 7306 AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
  );
  return rows[0].held;
};
const until = (held: number) => eventually(locks, (count) => count === held);

test("workers together hold no more places than there are, and a place given back is free", async () => {
  const reports: string[] = [];
  const report = (text: string) => void reports.push(text);
  const [one, two] = [
    createSlots({ pool: database.pool, report }),
    createSlots({ pool: database.pool, report }),
  ];
  const taken = await Promise.all(
    Array.from({ length: 8 }, (_, index) => (index % 2 ? one : two).take("n", "e", 3)),
  );
  const held = taken.filter((place) => typeof place === "function");
  expect(held).toHaveLength(3);
  expect(taken.filter((place) => place === null)).toHaveLength(5);
  expect(typeof (await one.take("n", "other", 1))).toBe("function");
  held[0]?.();
  await until(3);
  expect(typeof (await two.take("n", "e", 3))).toBe("function");
  expect(await one.take("n", "e", 3)).toBeNull();

  // a worker that dies gives its places back
  await database.pool.query(
    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND classid = 7306 AND pid <> pg_backend_pid()",
  );
  await until(0);
  expect(reports).toEqual([]);
});

test("an attempt over the limit waits, and makes no connection; the place is free afterwards", async () => {
  let answerFinal = (): void => {};
  const isHere = Promise.withResolvers<void>();
  const server = await startAwkward({
    final: (_content, { say }) => {
      answerFinal = () => say("250 2.0.0 ok\r\n");
      isHere.resolve();
      return "";
    },
  });
  servers.push(server);
  const create = () =>
    createTestDelivery({
      transports: { next: { destination: `127.0.0.1:${server.port}` } },
      pool: database.pool,
      settings: {
        flows: {
          f: scriptFlow(
            "delivery",
            'if (not $attempted and CurrentConnections("domain", $recipientdomain, 1) === false) Queue(["delay" => 10, "increment_retry" => false]);',
          ),
        },
        domains: { "example.org": { deliveryFlow: "f" } },
      },
    });
  const first = create().one({ domain: "example.org" });
  await isHere.promise;
  const second = await create().one({ domain: "example.org" });
  expect(second.decision).toMatchObject({ kind: "again", delaySeconds: 10 });
  expect(server.connections()).toBe(1);
  answerFinal();
  await first;
  await until(0);
});

test("says −1 without a database", async () => {
  const delivery = createTestDelivery({
    transports: { next: { destination: "127.0.0.1:9" } },
    settings: {
      flows: {
        f: scriptFlow(
          "delivery",
          'if (not $attempted) { echo CurrentConnections("n", "e", 1); Delete(); }',
        ),
      },
      domains: { "example.org": { deliveryFlow: "f" } },
    },
  });
  await delivery.one({ domain: "example.org" });
  expect(delivery.echoed()).toEqual(["-1"]);
});
