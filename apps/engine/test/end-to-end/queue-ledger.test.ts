/**
 * A ledger kept by sender and sink while processes are killed, stopped and the
 * database dies: what got 250 arrives, byte for byte.
 */
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createConnection } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createGateway, freePort, type Gateway } from "../support/gateway.ts";
import { eventually } from "../support/queue-rig.ts";
import { type Sink, startSink } from "../support/sink.ts";

let gateway: Gateway;
let sink: Sink;
let port: number;
/** Message → SHA-256 of its body, as the sender has it in writing. */
const ledger = new Map<string, string>();

const sha256 = (text: string): string => createHash("sha256").update(text, "latin1").digest("hex");

beforeAll(async () => {
  sink = await startSink();
  port = await freePort();
  gateway = await createGateway();
  await gateway.start();
  await gateway.apply({
    "listeners/inbound.yaml": `address: 127.0.0.1\nport: ${port}\n`,
    "transports/sink.yaml": `destination: "127.0.0.1:${sink.port}"\nretryMinutes: [0.02]\ntls:\n  mode: none\n`,
    "domains/example.test.yaml": "listener: inbound\ntransport: sink\n",
  });
});
afterAll(async () => {
  await gateway.stop();
  await sink.close();
});

/** One transaction on a connection of its own: the final reply, or null when the connection broke. */
const send = (id: string, body: string): Promise<string | null> =>
  new Promise((resolve) => {
    const socket = createConnection({ port, host: "127.0.0.1" });
    const lines = [
      "EHLO client.example",
      "MAIL FROM:<sender@client.example>",
      "RCPT TO:<user@example.test>",
      "DATA",
      `X-Ledger: ${id}\r\n\r\n${body}\r\n.`,
    ];
    let buffer = "";
    socket.setTimeout(20_000, () => socket.destroy());
    socket.on("error", () => {});
    socket.on("close", () => resolve(null));
    socket.on("data", (chunk: Buffer) => {
      buffer += chunk.toString("latin1");
      for (let end = buffer.indexOf("\r\n"); end >= 0; end = buffer.indexOf("\r\n")) {
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        if (line[3] === "-") continue;
        const next = lines.shift();
        if (next === undefined || /^[45]/.test(line)) {
          resolve(line);
          socket.end("QUIT\r\n");
          return;
        }
        socket.write(`${next}\r\n`);
      }
    });
  });

let isSending = true;
const keepSending = async (session: number): Promise<void> => {
  for (let number = 0; isSending; number++) {
    const id = `${session}-${number}`;
    const bytes = randomBytes(500 + ((number * 997) % 9000)).toString("base64");
    const body = `${(bytes.match(/.{1,76}/g) ?? []).join("\r\n")}\r\n`;
    const reply = await send(id, body.slice(0, -2));
    if (reply?.startsWith("250") === true) ledger.set(id, sha256(body));
    else await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

const pidOf = (title: string): Promise<number> =>
  eventually(
    () =>
      gateway.pids().find((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, "latin1").startsWith(title);
        } catch {
          return false; // it ended meanwhile
        }
      }) ?? 0,
    (pid) => pid > 0,
  );

const more = (count: number): Promise<number> => {
  const before = ledger.size;
  return eventually(
    () => ledger.size,
    (size) => size >= before + count,
    60_000,
  );
};

const arrived = (): ReadonlyMap<string, string> =>
  new Map(
    sink.messages.map(({ bytes }) => {
      const text = bytes.toString("latin1");
      return [
        /X-Ledger: (\S+)/.exec(text)?.[1] ?? "",
        sha256(text.slice(text.indexOf("\r\n\r\n") + 4)),
      ];
    }),
  );

test("nothing that got 250 is missing or changed after kills, a stopped worker and a dead database", async () => {
  const sessions = Array.from({ length: 6 }, (_, index) => keepSending(index));
  await more(50);
  const stopped = await pidOf("sluice worker-1");
  process.kill(stopped, "SIGSTOP");
  const stoppedAt = performance.now();
  await more(20);
  process.kill(await pidOf("sluice control"), "SIGKILL");
  await more(20);
  const postmaster = path.join(gateway.dataFolder, "postgres/postmaster.pid");
  process.kill(Number(readFileSync(postmaster, "utf8").split("\n")[0]), "SIGKILL");
  await more(50); // by itself
  process.kill(await pidOf("sluice worker-2"), "SIGKILL");
  await more(50);
  // the stopped worker sleeps for longer than two leases of 15 seconds
  await eventually(
    () => performance.now() - stoppedAt,
    (milliseconds) => milliseconds > 31_000,
    60_000,
  );
  process.kill(stopped, "SIGCONT");
  await more(50);
  isSending = false;
  await Promise.all(sessions);

  await sink.until(() => {
    const found = arrived();
    return [...ledger.keys()].every((id) => found.has(id));
  }, 60);
  const found = arrived();
  expect([...ledger].filter(([id, digest]) => found.get(id) !== digest)).toEqual([]);
  const left = await eventually(
    async () => (await gateway.cli(["queue", "list", "--json"])).stdout,
    (text) => text.includes('"estimate": 0'),
    30_000,
  );
  expect(left).toContain('"rows": []');
}, 200_000);
