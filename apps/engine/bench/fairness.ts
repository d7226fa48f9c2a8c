/**
 * What a hundred thousand messages for one destination that is dead, or silent, cost
 * mail for others, from the client's final dot to its arrival; and how fast a backlog
 * for one good destination drains:
 *
 *   node apps/engine/bench/fairness.ts [messages] [workers]
 */
import { createServer } from "node:net";
import path from "node:path";
import pg from "pg";
import { createGateway, freePort } from "../test/support/gateway.ts";
import { envelope } from "../test/support/queue-rig.ts";
import { startSink } from "../test/support/sink.ts";
import { SmtpClient } from "../test/support/smtp-client.ts";
import { startSmtpSink } from "../test/support/smtp-sink.ts";

const [backlog = 100_000, workers = 2] = process.argv.slice(2).map(Number);
const probes = 200;
const pauseMilliseconds = 50;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};
const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** When each probe arrived. */
const arrivals = new Map<string, number>();
const sink = await startSink({
  beforeReply: async ({ bytes }) => {
    const id = /X-Probe: (\S+)/.exec(bytes.toString("latin1"))?.[1];
    if (id !== undefined) arrivals.set(id, performance.now());
  },
});
const quick = await startSmtpSink();
const silent = createServer((socket) => socket.on("error", () => {})); // takes connections, says nothing
const silentPort = await freePort();
await new Promise<void>((resolve) => silent.listen(silentPort, "127.0.0.1", resolve));

const gateway = await createGateway({ workers });
await gateway.start();
const port = await freePort();
await gateway.apply({
  "listeners/inbound.yaml": `address: 127.0.0.1\nport: ${port}\n`,
  "transports/live.yaml": `destination: "127.0.0.1:${sink.port}"\n`,
  "transports/quick.yaml": `destination: "127.0.0.1:${quick.port}"\n`,
  "transports/dead.yaml": `destination: "127.0.0.1:${await freePort()}"\n`,
  "transports/silent.yaml": `destination: "127.0.0.1:${silentPort}"\n`,
  "domains/example.test.yaml": "listener: inbound\ntransport: live\n",
});
const database = new pg.Client({
  host: path.join(gateway.dataFolder, "run"),
  user: "sluice",
  database: "sluice",
});
await database.connect();

let inserted = 0;
const insert = async (transport: string, count: number): Promise<void> => {
  await database.query(
    `WITH body AS (INSERT INTO mail_body SELECT gen_random_uuid(), 0, $5
       FROM generate_series(1, $2::bigint) RETURNING body_id)
     INSERT INTO queue_entry (queue_id, message_id, body_id, queue, sender, recipient, size, received_at,
       transport, next_hop, revision, attempts, next_attempt_at, envelope)
     SELECT 900000000 + $3::bigint + n, gen_random_uuid(), body_id, 'outgoing', 'sender@example.com',
       'user' || n || '@example.org', octet_length($5), now(), $1, $1, 1, 0, now(), $4
     FROM (SELECT row_number() OVER () AS n, body_id FROM body) AS numbered`,
    [
      transport,
      count,
      inserted,
      envelope,
      Buffer.from(`Subject: x\r\n\r\n${"x".repeat(1000)}\r\n`),
    ],
  );
  inserted += count;
};
const waiting = async (transport: string): Promise<number> => {
  const { rows } = await database.query<{ count: string }>(
    "SELECT count(*) AS count FROM queue_entry WHERE transport = $1",
    [transport],
  );
  return Number(rows[0]?.count ?? 0);
};

/** Milliseconds from the final dot to the arrival, for each of some messages. */
const probe = async (name: string): Promise<number[]> => {
  const client = new SmtpClient(port, { host: "127.0.0.1" });
  await client.reply();
  await client.say("EHLO client.example");
  const sent: number[] = [];
  for (let index = 0; index < probes; index++) {
    for (const line of ["MAIL FROM:<a@sender.example>", "RCPT TO:<b@example.test>", "DATA"])
      await client.say(line);
    sent.push(performance.now());
    await client.say(`X-Probe: ${name}-${index}\r\n\r\n${"x".repeat(900)}\r\n.`);
    await sleep(pauseMilliseconds);
  }
  client.end();
  const own = () =>
    sent.flatMap((at, index) => {
      const arrived = arrivals.get(`${name}-${index}`);
      return arrived === undefined ? [] : [arrived - at];
    });
  await sink.until(() => own().length >= probes, 60);
  return own();
};

const report = (words: string, taken: readonly number[]): void => {
  const sorted = [...taken].sort((a, b) => a - b);
  const at = (part: number): string => (sorted[Math.floor(sorted.length * part)] ?? 0).toFixed(0);
  say(
    `${words}: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, most ${(sorted.at(-1) ?? 0).toFixed(0)} ms`,
  );
};

try {
  report("nothing else waits", await probe("alone"));
  for (const transport of ["dead", "silent"]) {
    await insert(transport, backlog);
    report(`${backlog} messages for a host that is ${transport}`, await probe(transport));
    await database.query("DELETE FROM queue_entry WHERE transport = $1", [transport]);
  }
  const drained = 10_000;
  const began = performance.now();
  await insert("quick", drained);
  report(`${drained} messages for a host that is quick, besides`, await probe("quick"));
  while ((await waiting("quick")) > 0) await sleep(100);
  const seconds = (performance.now() - began) / 1000;
  say(`the backlog of ${drained} drained at ${(drained / seconds).toFixed(0)} a second`);
} finally {
  await database.end();
  await gateway.stop();
  await quick.close();
  await sink.close();
  silent.close();
}
