/** Every process of the gateway is killed in the middle of a burst; what got 250 must still arrive. */
import { createConnection } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createGateway, freePort, type Gateway } from "../support/gateway.ts";
import { type Sink, startSink } from "../support/sink.ts";

let gateway: Gateway;
let sink: Sink;
let port: number;

beforeAll(async () => {
  sink = await startSink();
  port = await freePort();
  gateway = await createGateway();
  await gateway.start();
  await gateway.apply({
    "listeners/inbound.yaml": `address: 127.0.0.1\nport: ${port}\n`,
    "transports/sink.yaml": `destination: "127.0.0.1:${sink.port}"\nretryMinutes: [0.02]\n`,
    "domains/example.test.yaml": "listener: inbound\ntransport: sink\n",
  });
});

afterAll(async () => {
  await gateway.stop();
  await sink.close();
});

/** The port answers with a greeting: workers are there. */
const listening = async (): Promise<void> => {
  for (;;) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = createConnection({ port, host: "127.0.0.1" });
      socket.once("data", () => resolve(true));
      socket.once("error", () => resolve(false));
      socket.once("close", () => resolve(false));
      socket.once("data", () => socket.end("QUIT\r\n"));
    });
    if (isUp) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** One session that sends until the connection dies; returns the ids that got 250. */
const sendUntilBroken = (session: number, count: number, accepted: Set<string>): Promise<void> =>
  new Promise((resolve) => {
    const socket = createConnection({ port, host: "127.0.0.1" });
    let sent = 0;
    let step = 0;
    let buffer = "";
    const id = (): string => `${session}-${sent}`;
    socket.on("error", () => {});
    socket.on("close", () => resolve());
    socket.on("data", (chunk: Buffer) => {
      buffer += chunk.toString("latin1");
      for (;;) {
        const end = buffer.indexOf("\r\n");
        if (end < 0) return;
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        if (line[3] === "-") continue;
        if (step === 5 && line.startsWith("250")) {
          accepted.add(id());
          sent++;
          step = 1;
          if (sent >= count) {
            socket.end("QUIT\r\n");
            return;
          }
        } else if (!/^[23]/.test(line)) {
          socket.destroy(); // refused while it stops: not accepted
          return;
        }
        step++;
        if (step === 1) socket.write("EHLO client.example\r\n");
        if (step === 2) socket.write("MAIL FROM:<sender@client.example>\r\n");
        if (step === 3) socket.write("RCPT TO:<user@example.test>\r\n");
        if (step === 4) socket.write("DATA\r\n");
        if (step === 5)
          socket.write(`Subject: ledger\r\nX-Ledger: ${id()}\r\n\r\n${"x".repeat(2000)}\r\n.\r\n`);
      }
    });
  });

test("nothing that got 250 is missing after five kills", async () => {
  const accepted = new Set<string>();
  for (let round = 0; round < 5; round++) {
    await listening();
    const before = accepted.size;
    const sessions = Array.from({ length: 10 }, (_, index) =>
      sendUntilBroken(round * 100 + index, 200, accepted),
    );
    // a moment in the burst that differs from round to round
    while (accepted.size < before + 40 + round * 97)
      await new Promise((resolve) => setTimeout(resolve, 2));
    await gateway.killAll();
    await Promise.all(sessions);
    await gateway.start();
  }
  expect(accepted.size).toBeGreaterThan(500);
  const arrived = () =>
    new Set(
      sink.messages.map((message) => /X-Ledger: (\S+)/.exec(message.bytes.toString("latin1"))?.[1]),
    );
  await sink.until(() => {
    const ids = arrived();
    return [...accepted].every((id) => ids.has(id));
  }, 90);
  const ids = arrived();
  expect([...accepted].filter((id) => !ids.has(id))).toEqual([]);
});
