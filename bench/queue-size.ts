/**
 * How a large queue feels: claims with a million deferred entries, and mail for others
 * beside a hundred thousand for one destination that does not answer.
 *
 *   node bench/queue-size.ts [entries] [next hops]
 */
import { chmodSync, chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createPool } from "../apps/engine/src/database/connection.ts";
import { prepareDataFolder } from "../apps/engine/src/database/data-folder.ts";
import { startEmbeddedPostgres } from "../apps/engine/src/database/embedded-postgres.ts";
import { migrate } from "../apps/engine/src/database/migrate.ts";
import { ownUser } from "../apps/engine/src/database/system-user.ts";
import { claimEntries, findDueHops } from "../apps/engine/src/queue/claims.ts";
import { createQueueOperations } from "../apps/engine/src/queue/queue-operations.ts";

const entries = Number(process.argv[2] ?? 1_000_000);
const hops = Number(process.argv[3] ?? 1000);
const dead = 100_000;

const parent = mkdtempSync(path.join(tmpdir(), "sluice-bench-"));
chmodSync(parent, 0o755);
const user = ownUser();
if (user !== null) chownSync(parent, user.uid, user.gid);
const folder = prepareDataFolder(path.join(parent, "data"), { user, named: true });
const postgres = await startEmbeddedPostgres({ dataFolder: folder.path, user, log: () => {} });
await migrate(postgres.address);
const pool = createPool(postgres.address, { max: 4, name: "bench" });

const fill = (first: number, count: number, hop: string, due: string) =>
  pool.query(
    `INSERT INTO queue_entry (queue_id, message_id, body_id, queue, sender, recipient, size, received_at, transport,
       next_hop, revision, attempts, next_attempt_at, last_reply, last_attempt_at, envelope)
     SELECT $1 + n, gen_random_uuid(), gen_random_uuid(), 'outgoing', 'sender@example.com', 'user' || n || '@example.org',
       5000, now(), 'mx', ${hop}, 1, 2, now() + ${due}, '451 4.7.1 Try again later', now(), '{"subject": "x"}'
     FROM generate_series(1, $2) AS n`,
    [first, count],
  );

const quantile = (values: readonly number[], part: number): string =>
  ([...values].sort((a, b) => a - b)[Math.floor(values.length * part)] ?? 0).toFixed(1);

const repeat = async (times: number, work: () => Promise<unknown>): Promise<string> => {
  const taken: number[] = [];
  for (let index = 0; index < times; index++) {
    const start = performance.now();
    await work();
    taken.push(performance.now() - start);
  }
  return `p50 ${quantile(taken, 0.5)} ms, p99 ${quantile(taken, 0.99)} ms`;
};

try {
  await pool.query("INSERT INTO worker_lease VALUES (1, 'bench', now() + interval '1 day')");
  await fill(
    0,
    entries,
    `'mx/d' || n % ${hops} || '.example'`,
    "make_interval(mins => 10 + (n % 1000)::integer)",
  );
  await fill(10_000_000, dead, "'mx/dead.example'", "interval '-1 minute'");
  await pool.query("VACUUM ANALYZE queue_entry");
  let place: string | null = null;
  let id = 20_000_000;
  const stopped = { stoppedHops: ["mx/dead.example"], stoppedTransports: [] };
  const claim = async (): Promise<void> => {
    const found = await findDueHops(pool, {
      queue: "outgoing",
      after: place,
      limit: 500,
      ...stopped,
    });
    place = found.next;
    if (found.hops.length === 0) return;
    await claimEntries(pool, {
      epoch: "1",
      queue: "outgoing",
      hops: found.hops,
      limit: 500,
      perHop: 200,
    });
  };
  console.log(
    `${entries} deferred entries at ${hops} next hops, ${dead} due ones at a hop that does not answer`,
  );
  console.log(`a look with nothing due: ${await repeat(300, claim)}`);
  const fresh = async (): Promise<void> => {
    await fill(id, 20, `'mx/d' || n % ${hops} || '.example'`, "interval '0'");
    id += 100;
  };
  const looks: number[] = [];
  for (let index = 0; index < 200; index++) {
    await fresh();
    const start = performance.now();
    await claim();
    looks.push(performance.now() - start);
  }
  console.log(
    `a claim of 20 entries: p50 ${quantile(looks, 0.5)} ms, p99 ${quantile(looks, 0.99)} ms`,
  );
  const operations = createQueueOperations({
    pool,
    clock: () => new Date(),
    nextHopOf: () => "",
    pausedTransports: () => [],
  });
  console.log(
    `the first page of the list: ${await repeat(5, () => operations.list({ filter: { queue: "outgoing" }, cursor: null, limit: 200 }))}`,
  );
  console.log(
    `the sums: ${await repeat(1, operations.summary)}, and again: ${await repeat(20, operations.summary)}`,
  );
  console.log(
    `memory of this process: ${Math.round(process.resourceUsage().maxRSS / 1024)} MB at most`,
  );
} finally {
  await pool.end();
  await postgres.stop();
  rmSync(parent, { recursive: true, force: true });
}
