/** A destination that does not answer delays nobody else, and its mail waits with a reason, and ends. */
import { createServer, type Server } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { claimEntries, findDueHops } from "../../src/queue/claims.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { freePort } from "../support/gateway.ts";
import { envelope, eventually, type QueueRig, startQueueRig } from "../support/queue-rig.ts";
import { type Sink, startSink } from "../support/sink.ts";

let database: TestDatabase;
let sink: Sink;
let silent: Server;
let silentPort = 0;
const rigs: QueueRig[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  sink = await startSink();
  silent = createServer((socket) => socket.on("error", () => {})); // takes connections and says nothing
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const address = silent.address();
  silentPort = typeof address === "object" && address !== null ? address.port : 0;
});
afterAll(async () => {
  await sink.close();
  silent.close();
  await database.drop();
});
beforeEach(() =>
  database.pool.query("TRUNCATE queue_entry, mail_body, mail_history, mail_chapter, worker_lease"),
);
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

const start = async (more: { retryMinutes?: number[]; maximumAgeMinutes?: number } = {}) => {
  const rig = await startQueueRig({
    database,
    transports: {
      live: { destination: `127.0.0.1:${sink.port}`, tls: { mode: "none" } },
      silent: { destination: `127.0.0.1:${silentPort}`, commandSeconds: 2, maximumConnections: 5 },
      dead: { destination: `127.0.0.1:${await freePort()}`, ...more },
    },
  });
  rigs.push(rig);
  return rig;
};

const backlog = (
  hop: string,
  count: number,
  more: { attempts?: number; ageMinutes?: number } = {},
) =>
  database.pool.query(
    `WITH body AS (INSERT INTO mail_body VALUES (gen_random_uuid(), 0, 'Subject: x') RETURNING body_id)
     INSERT INTO queue_entry (queue_id, message_id, body_id, queue, sender, recipient, size, received_at,
       transport, next_hop, revision, attempts, next_attempt_at, envelope)
     SELECT 1000000 + n, gen_random_uuid(), body_id, 'outgoing', 'sender@example.com', 'user' || n || '@example.org', 10,
       now() - make_interval(mins => $3), $1, $1, 1, $4, now() - interval '1 minute', $5
     FROM generate_series(1, $2) AS n, body`,
    [hop, count, more.ageMinutes ?? 0, more.attempts ?? 0, envelope],
  );

test("with a backlog for a host that says nothing, mail for others goes on", async () => {
  await backlog("silent", 3000);
  const rig = await start();
  await eventually(
    () => rig.dispatcher.inFlight(),
    (count) => count > 100,
  );
  for (let index = 0; index < 20; index++) {
    const { sha256 } = await rig.accept({ transport: "live", text: String(index) });
    await sink.until((messages) => messages.some((message) => message.sha256 === sha256));
    expect(rig.dispatcher.inFlight()).toBeLessThan(600); // its share, not the memory
  }
});

test("mail for a host that is down is put off with the reason, though few of it were tried", async () => {
  await backlog("dead", 1500);
  await start({ retryMinutes: [30] });
  const reasons = async () => {
    const { rows } = await database.pool.query<{
      waiting: string;
      reasons: string;
      attempts: string;
    }>(
      `SELECT count(*) FILTER (WHERE next_attempt_at > now() + interval '20 minutes') AS waiting,
         count(*) FILTER (WHERE last_reply LIKE '%ECONNREFUSED%') AS reasons, max(attempts) AS attempts FROM queue_entry`,
    );
    return rows[0];
  };
  const end = await eventually(reasons, (row) => row?.waiting === "1500", 60_000);
  expect(end).toMatchObject({ reasons: "1500", attempts: 1 });
}, 90_000);

test("mail for a host that is down is given up when its time is over, and its sender hears of it", async () => {
  await backlog("dead", 30, { ageMinutes: 120, attempts: 3 });
  await start({ maximumAgeMinutes: 60 });
  await eventually(
    async () => {
      const { rows } = await database.pool.query<{ left: string; notices: string }>(
        `SELECT count(*) FILTER (WHERE sender <> '') AS left,
           count(*) FILTER (WHERE sender = '' AND recipient = 'sender@example.com') AS notices FROM queue_entry`,
      );
      return rows[0];
    },
    (row) => row?.left === "0" && row.notices !== "0",
    60_000,
  );
}, 90_000);

test("a claim takes first attempts before retries, and a little of each next hop", async () => {
  await database.pool.query(
    "INSERT INTO worker_lease VALUES (1, 'test', now() + interval '1 hour')",
  );
  await backlog("a-large", 500);
  await database.pool.query("UPDATE queue_entry SET queue_id = queue_id + 1000000, attempts = 4");
  await backlog("b-small", 3);
  const stopped = { stoppedHops: [], stoppedTransports: [] };
  const walk = { queue: "outgoing", after: null, limit: 10, ...stopped } as const;
  const { hops } = await findDueHops(database.pool, walk);
  expect(hops).toEqual(["a-large", "b-small"]);
  const claim = { epoch: "1", queue: "outgoing", hops, limit: 5, perHop: 4 } as const;
  const entries = await claimEntries(database.pool, claim);
  expect(entries.map(({ nextHop, attempts }) => `${nextHop} ${attempts}`).sort()).toEqual([
    ...Array<string>(2).fill("a-large 4"),
    ...Array<string>(3).fill("b-small 0"),
  ]);
});

test("a walk over many next hops goes on where the last one ended, and leaves out what is stopped", async () => {
  for (const hop of ["a", "b", "c/1", "c/2", "d"]) {
    await backlog(hop, 1);
    await database.pool.query("UPDATE queue_entry SET queue_id = queue_id + 5000000");
  }
  const seen: string[][] = [];
  let after: string | null = null;
  for (let turn = 0; turn < 3; turn++) {
    const found = await findDueHops(database.pool, {
      queue: "outgoing",
      after,
      limit: 2,
      stoppedHops: ["b"],
      stoppedTransports: ["c"],
    });
    seen.push([...found.hops]);
    after = found.next;
  }
  expect(seen).toEqual([["a"], [], ["d"]]);
  expect(after).toBeNull();
});
