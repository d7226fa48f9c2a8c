/** A running API over a real database: what mail stages would answer is given by hand. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { blocks } from "@sluice/blocks/definitions";
import { compileFlow, type Flow } from "@sluice/flow-schema";
import { createTRPCClient, httpBatchLink, type TRPCClient, TRPCClientError } from "@trpc/client";
import { afterAll } from "vitest";
import type { Permission } from "../../src/api/permission.ts";
import { type AppRouter, appRouter, type ErrorData } from "../../src/api/router.ts";
import { type ApiServerOptions, createApiServer } from "../../src/api/server.ts";
import { createNotifications } from "../../src/database/notifications.ts";
import { GatewayError } from "../../src/errors.ts";
import { createDns } from "../../src/flows/host/dns.ts";
import { seedFirstRevision } from "../../src/store/first-start.ts";
import { createPrisma } from "../../src/store/prisma.ts";
import { readSecretKey } from "../../src/store/secret-store.ts";
import { makeSetupCode } from "../../src/store/setup-code.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

export const acceptUsers: Flow = {
  kind: "recipient",
  title: "Known users",
  entry: "signed-in",
  nodes: {
    "signed-in": {
      block: "authenticated",
      version: 1,
      config: {},
      outcomes: { yes: "ok", no: "no" },
    },
    ok: { block: "accept", version: 1, config: {}, outcomes: {} },
    no: { block: "reject", version: 1, config: { text: "Relaying denied" }, outcomes: {} },
  },
};

/** What stands in for the stages of mail. */
export const stageSeconds = (): Pick<
  ApiServerOptions,
  "queue" | "quarantine" | "history" | "log" | "checks"
> => ({
  queue: {
    summary: async () => ({ queues: [], nextHops: [], replies: [] }),
    list: async () => ({ rows: [], nextCursor: null, estimate: 0 }),
    select: async () => ["1", "2"],
    act: async (_action, ids) => ({ done: ids.length, skipped: 0, left: [] }),
    pauses: async () => [],
    pause: async () => {},
    resume: async () => {},
    content: async () => null,
  },
  quarantine: {
    select: async () => [],
    list: async () => ({ rows: [], nextCursor: null }),
    count: async () => 0,
    get: async () => null,
    content: async () => null,
    release: async (ids) => ({ done: ids.length, skipped: 0, left: [] }),
    remove: async (ids) => ({ done: ids.length, skipped: 0, left: [] }),
  },
  history: {
    list: async () => ({ rows: [], nextCursor: null }),
    message: async () => null,
    runsOf: async () => [],
    stored: { places: async () => ({ queues: [], isHeld: false }), open: async () => null },
  },
  log: {
    search: async () => ({ rows: [], nextCursor: null, understoodAs: "text" }),
    context: async () => [],
  },
  checks: {
    directory: async (_directory, bindPassword) => ({
      ok: true,
      steps: [
        {
          step: "bind",
          ok: true,
          text: `${bindPassword?.length ?? 0} characters`,
          milliseconds: 1,
        },
      ],
    }),
    runScript: async () => ({ verdict: null, diagnostics: [], log: [], trace: null }),
    tryFlow: async () => ({ kind: "problems", problems: [] }),
    replayFlow: async () => ({ kind: "problems", problems: [] }),
  },
});

export type Browser = {
  cookie: string;
  readonly fetch: (input: string | URL, init?: RequestInit) => Promise<Response>;
  readonly api: TRPCClient<AppRouter>;
};

/** A browser with its cookies. */
export const createBrowser = (address: string, own: Record<string, string> = {}): Browser => {
  let cookie = "";
  const browser: Browser = {
    get cookie() {
      return cookie;
    },
    set cookie(value: string) {
      cookie = value;
    },
    fetch: async (input: string | URL, init: RequestInit = {}): Promise<Response> => {
      const headers = new Headers(init.headers);
      if (cookie !== "") headers.set("cookie", cookie);
      if (!headers.has("sec-fetch-site")) headers.set("sec-fetch-site", "same-origin");
      for (const [name, value] of Object.entries(own)) headers.set(name, value);
      const response = await fetch(input, { ...init, headers });
      for (const line of response.headers.getSetCookie()) {
        const [pair = ""] = line.split(";");
        cookie = pair.endsWith("=") ? "" : pair;
      }
      return response;
    },
    api: createTRPCClient<AppRouter>({
      links: [
        httpBatchLink({
          url: `${address}/trpc`,
          fetch: (input, init) => browser.fetch(String(input), init as RequestInit),
        }),
      ],
    }),
  };
  return browser;
};

type Changes = Partial<ApiServerOptions>;

export const startApi = async (
  changes: Changes | ((database: TestDatabase) => Changes) = {},
  seed: Parameters<typeof seedFirstRevision>[1] = {
    defaultFlows: { flows: {}, layouts: {} },
    port: 2525,
  },
) => {
  const database = await createTestDatabase();
  const dataFolder = mkdtempSync(path.join(tmpdir(), "sluice-api-"));
  const store = createPrisma(database.pool);
  await seedFirstRevision(store, seed);
  const notifications = createNotifications(database.address);
  const variables = new Map<string, string>();
  let now = 0;
  const server = createApiServer({
    version: "0.0.0-test",
    clock: () => new Date(Date.now() + now),
    environment: { dataFolder, http: { host: "127.0.0.1", port: 0 } },
    pool: database.pool,
    store,
    secretKey: readSecretKey(path.join(dataFolder, "secret.key")),
    environmentVariable: (name) => variables.get(name),
    blocks,
    compileFlow,
    dns: createDns(),
    fetchBytes: async () => {
      throw new GatewayError("INVALID", "no network here");
    },
    notices: notifications.on,
    webFolder: null,
    report: (text, error) => {
      process.stderr.write(`${text} ${error instanceof Error ? error.stack : String(error)}\n`);
    },
    ...stageSeconds(),
    ...(typeof changes === "function" ? changes(database) : changes),
  });
  const address = await server.listen();
  return {
    address,
    dataFolder,
    database,
    store,
    variables,
    advance: (milliseconds: number): void => {
      now += milliseconds;
    },
    setupCode: async (): Promise<string> => {
      const code = await makeSetupCode(store);
      if (code === null) throw new Error("somebody may sign in already");
      return code;
    },
    close: async (): Promise<void> => {
      await server.close();
      await notifications.close();
      await store.$disconnect();
      await database.drop();
      rmSync(dataFolder, { recursive: true, force: true });
    },
  };
};
export type RunningApi = Awaited<ReturnType<typeof startApi>>;

export const password = "correct horse battery staple";

/** Signed in as the first administrator, through the set-up link. */
export const firstAdministrator = async (gateway: RunningApi): Promise<Browser> => {
  const browser = createBrowser(gateway.address);
  const code = await gateway.setupCode();
  await browser.api.signIn.setUp.mutate({ code, name: "anna", password });
  return browser;
};

/** Code and detail of the refusal; throws when there is none. */
export const refusal = async (
  request: Promise<unknown>,
): Promise<{ code: ErrorData["code"]; message: string; detail: Record<string, unknown> }> => {
  try {
    await request;
  } catch (error) {
    if (error instanceof TRPCClientError && error.data !== undefined && error.data !== null) {
      const { code, detail } = error.data as ErrorData; // what the server's formatter made
      return { code, message: error.message, detail };
    }
    throw error;
  }
  throw new Error("it was not refused");
};

export type Procedure = {
  readonly path: string;
  readonly type: "query" | "mutation" | "subscription";
  readonly permission: Permission | undefined;
};

/** Every procedure there is. */
export const procedures: readonly Procedure[] = Object.entries(
  appRouter._def.procedures as unknown as Record<
    string,
    { _def: { type: Procedure["type"]; meta?: { permission: Permission } } }
  >, // its type nests what its value keeps flat
).map(([path, { _def }]) => ({ path, type: _def.type, permission: _def.meta?.permission }));

/** An API of its own for a test file, with its first administrator signed in; closed after the file's tests. */
export const apiOfFile = async (
  ...how: Parameters<typeof startApi>
): Promise<{ readonly gateway: RunningApi; readonly anna: Browser }> => {
  const gateway = await startApi(...how);
  afterAll(() => gateway.close());
  return { gateway, anna: await firstAdministrator(gateway) };
};
