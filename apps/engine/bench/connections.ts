/**
 * What floods of connections cost, on the whole product (supervisor, two workers, PostgreSQL):
 *
 *   node apps/engine/bench/connections.ts idle [connections] [seconds]   slow clients, one byte a second each,
 *                                                                         and beside them normal mail
 *   node apps/engine/bench/connections.ts refused [seconds]              clients turned away, by each way of refusing
 *
 * Needs as many file descriptors as connections (`ulimit -n`). Numbers go to standard output.
 */
import { readFileSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { createGateway, freePort, type Gateway } from "../test/support/gateway.ts";
import { startSink } from "../test/support/sink.ts";
import { SmtpClient } from "../test/support/smtp-client.ts";

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Megabytes that each worker holds. */
const memoryOf = (gateway: Gateway): number[] =>
  gateway.pids().flatMap((pid) => {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").startsWith("sluice worker")) return [];
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      return [Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)];
    } catch {
      return []; // it ended meanwhile
    }
  });

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? Number.NaN;

const sendOne = async (port: number): Promise<number> => {
  const began = performance.now();
  const client = new SmtpClient(port, { host: "127.0.0.1" });
  await client.reply();
  for (const line of [
    "EHLO client.example",
    "MAIL FROM:<a@sender.example>",
    "RCPT TO:<b@example.org>",
    "DATA",
  ])
    await client.say(line);
  const reply = await client.say(`Subject: x\r\n\r\n${"x".repeat(2000)}\r\n.`);
  client.end();
  if (reply?.startsWith("250") !== true) throw new Error(`not taken: ${reply}`);
  return performance.now() - began;
};

/** `count` clients from several addresses; each is greeted and then says one byte a second. */
const openSlow = async (port: number, count: number): Promise<Set<Socket>> => {
  const open = new Set<Socket>();
  let next = 0;
  const opener = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      await new Promise<void>((resolve) => {
        const socket = createConnection({
          port,
          host: "127.0.0.1",
          localAddress: `127.0.${1 + (index % 50)}.1`,
        });
        socket.on("error", () => resolve());
        socket.once("close", () => {
          open.delete(socket);
          resolve();
        });
        socket.once("data", () => {
          open.add(socket);
          resolve();
        });
      });
    }
  };
  await Promise.all(Array.from({ length: 50 }, opener));
  return open;
};

const idle = async (count: number, seconds: number): Promise<void> => {
  const sink = await startSink();
  const gateway = await createGateway({ workers: 2 });
  await gateway.start();
  const port = await freePort();
  await gateway.apply({
    "listeners/inbound.yaml": `address: 127.0.0.1\nport: ${port}\nmaximumConnections: ${count + 100}\nmaximumConnectionsPerClient: ${count}\ncommandSeconds: ${seconds}\n`,
    "transports/sink.yaml": `destination: "127.0.0.1:${sink.port}"\n`,
    "domains/example.org.yaml": "transport: sink\n",
  });
  for (let index = 0; index < 20; index++) await sendOne(port);
  const before = memoryOf(gateway);
  const began = performance.now();
  const open = await openSlow(port, count);
  say(
    `${open.size} of ${count} connections open after ${(performance.now() - began).toFixed(0)} ms`,
  );
  say(
    `memory of the workers: ${before.join(" + ")} MB before, ${memoryOf(gateway).join(" + ")} MB with them`,
  );
  const dripping = setInterval(() => {
    for (const socket of open) socket.write("N");
  }, 1000);
  const times: number[] = [];
  const until = performance.now() + Math.min(30, seconds / 2) * 1000;
  while (performance.now() < until) {
    times.push(await sendOne(port));
    await wait(50);
  }
  say(
    `normal mail meanwhile: ${times.length} messages, median ${percentile(times, 0.5).toFixed(0)} ms, p95 ${percentile(times, 0.95).toFixed(0)} ms; ${open.size} slow ones still there`,
  );
  while (open.size > 0 && performance.now() - began < (seconds + 60) * 1000) await wait(500);
  clearInterval(dripping);
  say(
    `${open.size} slow ones left after ${((performance.now() - began) / 1000).toFixed(0)} s (limit ${seconds} s)`,
  );
  await gateway.stop();
  await sink.close();
};

/** Connections that were closed again, in `seconds`. */
const flood = async (port: number, seconds: number, from: string): Promise<number> => {
  const until = performance.now() + seconds * 1000;
  let refused = 0;
  const client = async (): Promise<void> => {
    while (performance.now() < until) {
      await new Promise<void>((resolve) => {
        const socket = createConnection({ port, host: "127.0.0.1", localAddress: from });
        socket.on("error", () => {});
        socket.resume();
        socket.once("end", () => {
          refused += 1;
          socket.resetAndDestroy(); // leaves no TIME_WAIT to run out of ports by
        });
        socket.once("close", () => resolve());
      });
    }
  };
  await Promise.all(Array.from({ length: 64 }, client));
  return refused / seconds;
};

const policy = (name: string, nodes: string): Record<string, string> => ({
  [`flows/ip-policy/${name}.yaml`]: `kind: ip-policy\ntitle: ${name}\nentry: first\nnodes:\n${nodes}`,
});

const refused = async (seconds: number): Promise<void> => {
  const gateway = await createGateway({ workers: 2 });
  await gateway.start();
  const ways: Record<string, { listener: string; files: Record<string, string> }> = {
    "too many connections of one client": {
      listener: "maximumConnectionsPerClient: 1\n",
      files: {},
    },
    "too many connections in all": { listener: "maximumConnections: 1\n", files: {} },
    "too many in a minute": { listener: "connectionsPerMinute: 1\n", files: {} },
    "IP policy, verdict remembered": {
      listener: "ipPolicyFlow: remembered\n",
      files: policy(
        "remembered",
        "  first: { block: block, version: 1, config: { reply: never, seconds: 300 } }\n",
      ),
    },
    "IP policy, rate limit asked each time": {
      listener: "ipPolicyFlow: rate\n",
      files: policy(
        "rate",
        "  first: { block: rate-limit, version: 1, config: { count: 1, seconds: 60 }, outcomes: { within: no, exceeded: no, error: no } }\n  no: { block: block, version: 1, config: { reply: later, seconds: 0 } }\n",
      ),
    },
  };
  for (const [words, { listener, files }] of Object.entries(ways)) {
    const port = await freePort();
    await gateway.apply({
      ...files,
      "listeners/inbound.yaml": `address: 127.0.0.1\nport: ${port}\n${listener}`,
    });
    const held = new SmtpClient(port, { host: "127.0.0.1" });
    await held.reply();
    const rate = await flood(port, seconds, "127.0.0.1");
    say(`${rate.toFixed(0)} refused a second: ${words}`);
    held.end();
  }
  await gateway.stop();
};

const [what = "", first, second] = process.argv.slice(2);
if (what === "idle") await idle(Number(first ?? 5000), Number(second ?? 300));
else if (what === "refused") await refused(Number(first ?? 5));
else
  say(
    "usage: node apps/engine/bench/connections.ts idle [connections] [seconds] | refused [seconds]",
  );
