/** A listener without direct processing: a burst is taken at once, judged in its own time, and bounded. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { createGateway, freePort, type Gateway } from "../support/gateway.ts";
import { eventually } from "../support/queue-rig.ts";
import { type Sink, startSink } from "../support/sink.ts";
import { greeted } from "../support/smtp-client.ts";

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
    "listeners/inbound.yaml": `address: 127.0.0.1\nport: ${port}\ndirectProcessing: false\nmaximumConnections: 1000\nmaximumConnectionsPerClient: 1000\n`,
    "transports/sink.yaml": `destination: "127.0.0.1:${sink.port}"\ntls:\n  mode: none\n`,
    "flows/content/slow.yaml":
      "kind: content\ntitle: Slow\nentry: wait\nnodes:\n  wait:\n    block: script\n    version: 1\n    config:\n      source: |\n        sleep(0.2);\n        Deliver();\n",
    "flows/content/later.yaml":
      "kind: content\ntitle: Later\nentry: wait\nnodes:\n  wait: { block: defer, version: 1, config: {} }\n",
    "domains/later.test.yaml": "listener: inbound\ntransport: sink\ncontentFlow: later\n",
    "domains/example.test.yaml": "listener: inbound\ntransport: sink\ncontentFlow: slow\n",
  });
});
afterAll(async () => {
  await gateway.stop();
  await sink.close();
});

/** The last reply of one transaction. */
const send = async (): Promise<string> => {
  const end = await begin("b@example.test");
  return end.reply.startsWith("354") ? end.finish() : end.reply;
};

type Begun = { readonly reply: string; readonly finish: () => Promise<string> };

/** Goes as far as DATA; `finish` sends the message. */
const begin = async (recipient: string): Promise<Begun> => {
  const client = await greeted(port);
  for (const line of ["MAIL FROM:<a@client.example>", `RCPT TO:<${recipient}>`, "DATA"]) {
    const reply = (await client.say(line)) ?? "";
    if (!/^[23]/.test(reply)) {
      client.end();
      return { reply, finish: async () => reply };
    }
  }
  return {
    reply: "354",
    finish: async () => {
      const reply = await client.say("\r\nHello\r\n.");
      client.end();
      return reply ?? "";
    },
  };
};

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

test("a burst of messages that all began before the limit was reached stops at it", async () => {
  const begun = await Promise.all(Array.from({ length: 300 }, () => begin("b@later.test")));
  const replies = await Promise.all(begun.map(({ finish }) => finish()));
  const accepted = replies.filter((reply) => reply.startsWith("250")).length;
  // the limit, and the 128 that may be judged at a time
  expect(accepted).toBeGreaterThanOrEqual(20);
  expect(accepted).toBeLessThan(160);
  expect(replies.filter((reply) => reply.startsWith("452 4.3.1"))).toHaveLength(300 - accepted);
});
