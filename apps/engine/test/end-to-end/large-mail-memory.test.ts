/** What a large message costs while it comes in, is stored, read again and sent on: never itself, let alone twice. */
import { spawn } from "node:child_process";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, expect } from "vitest";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { startListener, until } from "../support/listener.ts";
import { requirePeer, testWithPeer } from "../support/peers.ts";
import { startQueueRig } from "../support/queue-rig.ts";
import { startSmtpSink } from "../support/smtp-sink.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void; // what the flag brings

const megabyte = 1024 * 1024;
const size = 50 * megabyte;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const sendLarge = (port: number): Promise<number | null> =>
  new Promise((resolve) => {
    const client = spawn(
      requirePeer("smtp-source"),
      ["-l", String(size), "-f", "a@example.com", "-t", "b@example.org", `127.0.0.1:${port}`],
      { stdio: "ignore" },
    );
    client.once("exit", resolve);
  });

testWithPeer("smtp-source", "smtp-sink")(
  "50 MB on the whole way in and out are never held in memory",
  async () => {
    const sink = await startSmtpSink();
    const rig = await startQueueRig({
      database,
      transports: { out: { destination: `127.0.0.1:${sink.port}`, tls: { mode: "none" } } },
    });
    const listener = await startListener({
      settings: (port) => ({
        listeners: { in: { address: "127.0.0.1", port, maximumMessageBytes: 2 * size } },
        domains: { "example.org": { transport: "out" } },
        transports: { out: { destination: `127.0.0.1:${sink.port}` } },
      }),
      acceptMessage: rig.commit.acceptMessage,
    });
    const held = (): number => {
      collectGarbage();
      collectGarbage(); // waits for what the first one left to be freed beside it
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const before = held();
    let most = 0;
    let timer: NodeJS.Timeout | undefined;
    // with a pause behind each look: on a slow machine the looks must not be all that happens
    const look = (): void => {
      most = Math.max(most, held() - before);
      timer = setTimeout(look, 100);
    };
    look();
    try {
      expect(await sendLarge(listener.port)).toBe(0);
      await until(() => rig.dispatcher.inFlight() > 0);
      await until(() => rig.dispatcher.inFlight() === 0, 60_000);
    } finally {
      clearTimeout(timer);
      await listener.close();
      await rig.close();
      await sink.close();
    }
    const { rows } = await database.pool.query("SELECT FROM queue_entry");
    expect(rows).toEqual([]);
    expect(most).toBeLessThan(16 * megabyte);
  },
);
