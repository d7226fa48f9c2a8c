/**
 * What a worker computes for one message, the database apart: a new connection for each,
 * the default flows with their traces, one delivery over a kept connection. Client, sink
 * and name server are processes of their own.
 *   node apps/engine/bench/session-cpu.ts [--rounds N] [--messages N] [--sessions N] [--size N]
 * Prints milliseconds of CPU for each message, the best round and the middle one: others on the
 * machine make it more, never less.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { parseArgs } from "node:util";
import { defaultFlows } from "@sluice/blocks/default-flows";
import { createDeliver } from "../src/delivery/deliver.ts";
import type { SmtpClient } from "../src/delivery/smtp-message.ts";
import type { AcceptMessage } from "../src/queue/queue-entry.ts";
import { createTestFlows } from "../test/support/flows.ts";
import { freePort } from "../test/support/gateway.ts";
import { startKnot } from "../test/support/knot.ts";
import { startListener, until } from "../test/support/listener.ts";
import { requirePeer } from "../test/support/peers.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "10" },
    messages: { type: "string", default: "2000" },
    sessions: { type: "string", default: "20" },
    size: { type: "string", default: "5120" },
  },
});

const knot = await startKnot({ "bench.example": '@ TXT "v=spf1 ip4:127.0.0.0/8 -all"' });
const sinkPort = await freePort();
const sink = spawn(
  requirePeer("smtp-sink"),
  ["-c", "-u", "nobody", `127.0.0.1:${sinkPort}`, "1024"],
  { stdio: "ignore" },
);

const settings = (port: number) => ({
  gateway: { resolvers: [knot.address] },
  listeners: {
    inbound: {
      ...{ address: "127.0.0.1", port, ipPolicyFlow: "default-connection" },
      authenticationFlow: "default-login",
    },
  },
  transports: { sink: { destination: `127.0.0.1:${sinkPort}` } },
  domains: {
    "dest.example": {
      ...{ listener: "inbound", transport: "sink", recipientFlow: "spf-and-recipient" },
      ...{ contentFlow: "default-content", deliveryFlow: "default-delivery" },
    },
  },
  quarantines: { default: { title: "Quarantine" } },
  flows: defaultFlows,
});
const flows = createTestFlows({ settings: settings(1) });

const deliver = createDeliver({
  snapshot: () => flows.snapshot,
  runner: flows.deliveries,
  dns: flows.services.dns,
  mtaSts: flows.services.mtaSts,
  hostName: "gateway.test",
  clock: () => new Date(),
  readBody: () => {
    throw new Error("the body is in memory");
  },
  report: (text) => console.error(text),
});

const idle: SmtpClient[] = [];
let delivered = 0;
let last = 0;

const send = async (acceptance: Parameters<AcceptMessage>[0]): Promise<void> => {
  for (const { prefix, header, content, entries } of acceptance.bodies) {
    const chunks: Buffer[] = [prefix, header];
    for await (const chunk of content.read(content.header.length)) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    for (const entry of entries) {
      last += 1;
      const queueEntry = {
        ...{ ...entry, queueId: String(last), messageId: acceptance.messageId },
        ...{ bodyId: acceptance.messageId, size: body.length, receivedAt: acceptance.receivedAt },
        ...{ listener: "inbound", nextHop: "sink", revision: 7, epoch: "1", attempts: 0 },
      };
      const job = { entries: [queueEntry], body, reserved: 0 };
      const { client, copies } = await deliver(job, idle.pop() ?? null);
      if (client !== null) idle.push(client);
      if (copies[0]?.result.code !== 250) console.error(copies[0]?.result.text);
      delivered += 1;
    }
  }
};

const listener = await startListener({
  settings,
  runner: flows.sessions,
  flows: [...flows.snapshot.flows.values()],
  acceptMessage: async (acceptance) => {
    const sent = send(acceptance); // its content is let go once it is accepted
    await Promise.resolve();
    void sent;
  },
});

const messages = Number(values.messages);
const round = async (): Promise<{ sum: number; user: number }> => {
  const goal = delivered + messages;
  const before = process.cpuUsage();
  const source = spawn(
    requirePeer("smtp-source"),
    [
      ...["-s", values.sessions, "-l", values.size, "-m", values.messages],
      ...["-f", "sender@bench.example", "-t", "rcpt@dest.example", `127.0.0.1:${listener.port}`],
    ],
    { stdio: "inherit" },
  );
  const [code] = await once(source, "close");
  if (code !== 0) throw new Error(`smtp-source ended with ${code}`);
  await until(() => delivered >= goal);
  const { user, system } = process.cpuUsage(before);
  flows.traces.length = 0;
  flows.log.length = 0;
  (listener.records as unknown[]).length = 0;
  return { sum: (user + system) / 1000 / messages, user: user / 1000 / messages };
};

const rounds: { sum: number; user: number }[] = [];
for (let i = 0; i < Number(values.rounds); i++) rounds.push(await round());
const shown = (of: "sum" | "user"): string => {
  const sorted = rounds.map((one) => one[of]).toSorted((a, b) => a - b);
  const [best = 0] = sorted;
  return `best ${best.toFixed(3)}, middle ${(sorted[sorted.length >> 1] ?? 0).toFixed(3)}`;
};
console.log(`ms of CPU for each message: ${shown("sum")}; without the kernel: ${shown("user")}`);

for (const client of idle) client.close();
await listener.close();
sink.kill();
await knot.stop();
process.exit(0);
