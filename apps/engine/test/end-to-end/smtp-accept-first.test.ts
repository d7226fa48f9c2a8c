/** Without direct processing a burst is accepted whatever the content flow waits for, and every message is judged afterwards. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createGateway, freePort, type Gateway } from "../support/gateway.ts";
import { type Sink, startSink } from "../support/sink.ts";
import { greeted } from "../support/smtp-client.ts";

let gateway: Gateway;
let sink: Sink;
let port: number;
const held: ServerResponse[] = [];
let isOpen = false;
/** A service that the content flow asks, and that takes its time. */
const slow = createServer((_request, response) => {
  if (isOpen) response.end("OK");
  else held.push(response);
});

beforeAll(async () => {
  await new Promise<void>((resolve) => slow.listen(0, "127.0.0.1", resolve));
  const { port: slowPort } = slow.address() as AddressInfo; // listening on TCP
  sink = await startSink();
  port = await freePort();
  gateway = await createGateway({ workers: 1 });
  await gateway.start();
  const source = `if (http("http://127.0.0.1:${slowPort}/", 60) != "OK") Defer(); SetHeader("X-Judged", "yes"); Deliver();`;
  await gateway.apply({
    "gateway.yaml": 'httpAllowPrivate: ["127.0.0.1"]\n',
    "listeners/inbound.yaml": `address: 127.0.0.1\nport: ${port}\ndirectProcessing: false\n`,
    "transports/sink.yaml": `destination: "127.0.0.1:${sink.port}"\n`,
    "flows/content/slow.yaml": `kind: content\ntitle: Slow\nentry: s\nnodes:\n  s: { block: script, version: 1, config: { source: ${JSON.stringify(source)} } }\n`,
    "domains/example.org.yaml": "transport: sink\ncontentFlow: slow\n",
  });
});

afterAll(async () => {
  slow.closeAllConnections();
  slow.close();
  await gateway.stop();
  await sink.close();
});

test("a hundred messages have their 250 while not one is judged, and all are judged in the end", async () => {
  const send = async (session: number): Promise<void> => {
    const client = await greeted(port);
    for (let index = 0; index < 20; index++) {
      await client.sayAll("MAIL FROM:<a@client.example>", "RCPT TO:<b@example.org>", "DATA");
      expect(await client.say(`Subject: ${session}-${index}\r\n\r\nx\r\n.`)).toMatch(
        /^250 2\.0\.0/,
      );
    }
    client.end();
  };
  await Promise.all([0, 1, 2, 3, 4].map(send));
  expect(sink.messages).toHaveLength(0);
  isOpen = true;
  for (const response of held.splice(0)) response.end("OK");
  await sink.until((messages) => messages.length === 100);
  const subjects = sink.messages.map(
    ({ bytes }) => /^Subject: (.*)\r$/m.exec(bytes.toString())?.[1],
  );
  expect(new Set(subjects).size).toBe(100);
  for (const { bytes } of sink.messages) expect(bytes.toString()).toContain("X-Judged: yes\r\n");
});
