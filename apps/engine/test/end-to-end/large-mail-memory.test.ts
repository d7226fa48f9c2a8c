/**
 * What a large message costs while it comes in, is stored, read again and sent on: never itself.
 * It is stopped on each of these ways; what is in memory then is held.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { startListener, until } from "../support/listener.ts";
import { eventually, startQueueRig } from "../support/queue-rig.ts";
import { startReluctant } from "../support/reluctant-server.ts";
import { greeted } from "../support/smtp-client.ts";
import { standstill } from "../support/standstill.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void; // what the flag brings

const megabyte = 1024 * 1024;
const block = Buffer.alloc(megabyte, `${"x".repeat(62)}\r\n`);
const blocks = 50;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const held = (): number => {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};

test("50 MB on the whole way in and out are never held in memory", async () => {
  const server = await startReluctant();
  const rig = await startQueueRig({
    database,
    transports: { out: { destination: `127.0.0.1:${server.port}`, tls: { mode: "none" } } },
  });
  const listener = await startListener({
    settings: (port) => ({
      listeners: {
        in: { address: "127.0.0.1", port, maximumMessageBytes: 2 * blocks * megabyte },
      },
      domains: { "example.org": { transport: "out" } },
      transports: { out: { destination: `127.0.0.1:${server.port}` } },
    }),
    acceptMessage: rig.commit.acceptMessage,
  });
  // what is freed is given back beside the program, at a time of its own: what is held never is
  const before = held();
  const holdsLittle = () =>
    eventually(
      () => held() - before,
      (bytes) => bytes < 16 * megabyte,
    );
  try {
    const halfway = await standstill(
      (text) => database.pool.query(text),
      "mail_body",
      "NEW.part = 3000",
    );

    const client = await greeted(listener.port);
    await client.sayAll("MAIL FROM:<a@example.com>", "RCPT TO:<b@example.org>", "DATA");
    client.send("Subject: large\r\n\r\n");
    for (let index = 0; index < blocks; index++) {
      if (!client.socket.write(block))
        await new Promise((resolve) => client.socket.once("drain", resolve));
      if (index % 5 === 4) await holdsLittle();
    }

    client.send(".\r\n");
    await eventually(
      async () => (await database.pool.query(halfway.isReached)).rows.length,
      (waiting) => waiting === 1,
    );
    await holdsLittle(); // half of it is stored

    await halfway.goOn();
    expect(await client.reply()).toMatch(/^250/);
    client.end();
    await until(server.isStanding);
    await holdsLittle(); // the next hop reads nothing yet
    server.readOn((blocks - 5) * megabyte);
    await until(server.isStanding);
    await holdsLittle(); // most of it is sent
    server.readOn();
    await eventually(
      async () => (await database.pool.query("SELECT FROM queue_entry")).rows.length,
      (entries) => entries === 0,
    );
    expect(server.taken()).toBeGreaterThan(blocks * megabyte);
  } finally {
    await listener.close();
    await rig.close();
    await server.close();
  }
});
