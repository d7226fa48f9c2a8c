/** The connection that listens for notices, through a database that is away for a while. */

import type { AddressInfo } from "node:net";
import { createConnection, createServer, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createNotifications } from "../../src/database/notifications.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { eventually } from "../support/queue-rig.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** What PostgreSQL says to everybody while it recovers: an ErrorResponse of its protocol. */
const fields = Buffer.from("SFATAL\0C57P03\0Mthe database system is starting up\0\0");
const startingUp = Buffer.concat([Buffer.from("E"), Buffer.alloc(4), fields]);
startingUp.writeInt32BE(4 + fields.length, 1);

test("however often it is refused, in the end one connection listens", async () => {
  const { address, pool } = database;
  if (address.kind !== "socket") throw new Error("the test's database has a socket");
  let refused = 0;
  const through = new Set<Socket>();
  const proxy = createServer((socket) => {
    socket.on("error", () => {});
    if (refused < 3) {
      refused += 1;
      // at times it does not even say that
      if (refused % 2 === 0) socket.destroy();
      else socket.once("data", () => socket.end(startingUp));
      return;
    }
    const behind = createConnection(`${address.folder}/.s.PGSQL.${address.port}`);
    behind.on("error", () => socket.destroy());
    socket.on("close", () => behind.destroy());
    through.add(socket);
    socket.pipe(behind).pipe(socket);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const { port } = proxy.address() as AddressInfo;
  const url = `postgres://${address.user}@127.0.0.1:${port}/${address.database}`;
  const notifications = createNotifications({ kind: "url", url });
  const heard: string[] = [];
  notifications.on("news", (payload) => heard.push(payload));
  const listening = async (): Promise<number> => {
    const { rows } = await pool.query(
      "SELECT count(*)::int AS count FROM pg_stat_activity WHERE application_name = 'sluice notices' AND datname = current_database()",
    );
    return rows[0].count;
  };
  const hears = async (word: string) =>
    eventually(
      async () => {
        await pool.query("SELECT pg_notify('news', $1)", [word]);
        return heard;
      },
      (all) => all.includes(word),
    );
  try {
    await hears("first");
    await new Promise((resolve) => setTimeout(resolve, 2500)); // others that waited to try would have come by now
    expect(await listening()).toBe(1);
    // a server that crashes says so, ends, and is away for a while
    for (let crash = 1; crash <= 3; crash++) {
      refused = 0;
      await pool.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sluice notices' AND datname = current_database()",
      );
      await hears(`after ${crash}`);
    }
    expect(heard).toContain(""); // what was said meanwhile is not known
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(await listening()).toBe(1);
  } finally {
    await notifications.close();
    proxy.close();
  }
});
