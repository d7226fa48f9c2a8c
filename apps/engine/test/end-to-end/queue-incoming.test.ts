/** A listener without direct processing: a burst is taken at once, judged in its own time, and bounded. */
import { createConnection } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createGateway, freePort, type Gateway } from "../support/gateway.ts";
import { eventually } from "../support/queue-rig.ts";
import { type Sink, startSink } from "../support/sink.ts";

let gateway: Gateway;
let sink: Sink;
let port: number;
beforeAll(async () => {
  sink = await startSink();
  port = await freePort();
  gateway = await createGateway({ workers: 1 });
  await gateway.start();
  await gateway.apply({
    "gateway.yaml": "incomingLimit: 20\n",
    "listeners/inbound.yaml": `address: 127.0.0.1\nport: ${port}\ndirectProcessing: false\n`,
    "transports/sink.yaml": `destination: "127.0.0.1:${sink.port}"\ntls:\n  mode: none\n`,
    "flows/content/slow.yaml":
      "kind: content\ntitle: Slow\nentry: wait\nnodes:\n  wait:\n    block: script\n    version: 1\n    config:\n      source: |\n        sleep(0.2);\n        Deliver();\n",
    "domains/example.test.yaml": "listener: inbound\ntransport: sink\ncontentFlow: slow\n",
  });
});
afterAll(async () => {
  await gateway.stop();
  await sink.close();
});

/** The last reply of one transaction. */
const send = (): Promise<string> =>
  new Promise((resolve, reject) => {
    const lines = [
      "EHLO client.example",
      "MAIL FROM:<a@client.example>",
      "RCPT TO:<b@example.test>",
      "DATA",
      "\r\nHello\r\n.",
    ];
    const socket = createConnection({ port, host: "127.0.0.1" });
    let buffer = "";
    socket.on("error", reject);
    socket.on("data", (chunk: Buffer) => {
      buffer += chunk.toString("latin1");
      for (let end = buffer.indexOf("\r\n"); end >= 0; end = buffer.indexOf("\r\n")) {
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        if (line[3] === "-") continue;
        const next = lines.shift();
        if (next !== undefined && !/^[45]/.test(line)) socket.write(`${next}\r\n`);
        else {
          socket.end("QUIT\r\n");
          resolve(line);
          return;
        }
      }
    });
  });

test("a burst is taken until the limit, then answered 452 until it is worked off", async () => {
  await eventually(
    () => send().catch(() => ""),
    (reply) => reply.startsWith("250"),
  );
  let accepted = 1;
  const refused = await eventually(
    async () => {
      const replies = await Promise.all(Array.from({ length: 10 }, send));
      accepted += replies.filter((reply) => reply.startsWith("250")).length;
      return replies.find((reply) => !reply.startsWith("250")) ?? "";
    },
    (reply) => reply !== "",
    60_000,
  );
  expect(refused).toMatch(/^452 4\.3\.1 /);
  await sink.until((messages) => messages.length >= accepted);
  await eventually(send, (reply) => reply.startsWith("250"), 30_000);
});
