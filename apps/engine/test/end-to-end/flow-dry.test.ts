/** A trial of a script leaves nothing behind: no value kept, no number counted, no connection made. */
import { createServer } from "node:net";
import { blocks } from "@sluice/blocks/definitions";
import { executors } from "@sluice/blocks/executors";
import { Settings } from "@sluice/settings";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createFlowServices } from "../../src/flows/create-services.ts";
import { statsSince } from "../../src/flows/host/script-stats.ts";
import { createScriptRunner } from "../../src/flows/run-script-once.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
let connections = 0;
const server = createServer((socket) => {
  connections += 1;
  socket.on("error", () => {});
  socket.end();
});

beforeAll(async () => {
  database = await createTestDatabase();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  server.close();
  await database.drop();
});

test("memory, stat, sockets and requests in the background only look as if", async () => {
  const services = createFlowServices({
    pool: database.pool,
    accept: () => Promise.reject(new Error("nothing is sent from here")),
    alarm: () => {},
  });
  await services.sharedMemory?.store("kept", 5, 60);
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  const run = createScriptRunner({ services, blocks, executors, hostName: "gateway.test" });
  const answer = await run({
    kind: "recipient",
    script: `
      memory_store("new", "x"); echo memory_fetch("new");
      echo memory_inc("kept", 2); echo memory_delete("kept"); echo memory_fetch("kept", "gone");
      stat("trial", ["a" => 1]);
      echo Socket("AF_INET", "SOCK_STREAM")->connect("127.0.0.1", ${port}) === none;
      http("http://127.0.0.1:${port}/", ["background" => true]);`,
    variables: {},
    message: null,
    snapshot: {
      revision: 1,
      settings: Settings.parse({
        gateway: { scriptConnections: ["127.0.0.0/8"], httpAllowPrivate: ["127.0.0.0/8"] },
      }),
      flows: new Map(),
      file: () => null,
      secret: () => null,
    },
  });
  await services.requests.idle();
  const left = [
    await services.sharedMemory?.fetch("kept"),
    await services.sharedMemory?.fetch("new"),
  ];
  await services.close();
  expect(answer.diagnostics).toEqual([]);
  expect(answer.log.filter((line) => !line.includes("dry run"))).toEqual([
    "x",
    "7",
    "1",
    "gone",
    "1",
  ]);
  expect(answer.log.filter((line) => line.includes("dry run"))).toHaveLength(2);
  expect(left).toEqual([5, undefined]);
  expect(await statsSince(database.pool, new Date(0))).toEqual([]);
  expect(connections).toBe(0);
});
