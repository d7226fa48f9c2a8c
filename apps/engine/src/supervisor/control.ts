/**
 * The control process: HTTP (API, web app, metrics) and housekeeping. If it dies,
 * mail goes on; the supervisor starts it again.
 */
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { blocks } from "@sluice/blocks/definitions";
import { compileFlow } from "@sluice/flow-schema";
import { createApiServer } from "../api/server.ts";
import { createReadiness } from "../api/worker-status.ts";
import { matchDomain } from "../config/domain-match.ts";
import { createLiveSnapshot } from "../config/live-snapshot.ts";
import { version } from "../config/version.ts";
import { createPool } from "../database/connection.ts";
import { createNotifications } from "../database/notifications.ts";
import { nextHopName, recipientDomain } from "../delivery/next-hop.ts";
import { GatewayError } from "../errors.ts";
import { createFlowServices } from "../flows/create-services.ts";
import { testDirectory } from "../flows/host/test-directory.ts";
import { createHistory } from "../history/history.ts";
import { createHistorySearch } from "../history/history-search.ts";
import { createLogSearch } from "../history/log-search.ts";
import { createRetention } from "../history/retention.ts";
import { createQuarantine } from "../quarantine/quarantine.ts";
import { createQueueOperations } from "../queue/queue-operations.ts";
import { removeOrphanBodies } from "../queue/queue-store.ts";
import { createStoredMessages } from "../queue/stored-message.ts";
import { createPrisma } from "../store/prisma.ts";
import { readSecretKey } from "../store/secret-store.ts";
import type { Part } from "./child.ts";
import { createDryRun } from "./dry-run.ts";
import { createFlowTrials } from "./flow-trial.ts";
import type { StartOrder } from "./orders.ts";
import { createQueueIds } from "./queue-ids.ts";
import { createSnapshotSource } from "./snapshot-source.ts";

const housekeepingMilliseconds = 10 * 60_000;

export const startControl = async (order: StartOrder): Promise<Part> => {
  const { environment, database } = order;
  const hostName = hostname();
  const clock = (): Date => new Date();
  const pool = createPool(database, { max: 8, name: "control" });
  const settingsPool = createPool(database, { max: 5, name: "control settings" });
  const store = createPrisma(settingsPool);
  const history = createHistory({
    pool,
    clock,
    logLevel: environment.logLevel,
    report: (text, error) => process.stderr.write(`control: ${text}: ${String(error)}\n`),
  });
  const report = (text: string, error?: unknown): void => {
    const cause =
      error === undefined ? "" : `: ${error instanceof Error ? error.message : String(error)}`;
    history.log({ level: "error", component: "control", text: `${text}${cause}` });
  };
  const notifications = createNotifications(database);
  const secretKey = readSecretKey(environment.secretKeyFile);
  const environmentVariable = (name: string): string | undefined => order.variables[name];
  const snapshot = await createLiveSnapshot({
    source: createSnapshotSource(store, { key: secretKey, environmentVariable }),
    onNotice: (wake) => notifications.on("sluice_settings", wake),
    report,
  });
  const services = createFlowServices({
    pool,
    accept: () => Promise.reject(new GatewayError("NOT_ALLOWED", "Nothing is sent from here.")),
    alarm: report,
  });
  const nextHopOf = (entry: { transport: string | null; recipient: string }): string =>
    nextHopName(snapshot.current().settings, entry);
  const ids = await createQueueIds(pool);
  const quarantine = createQuarantine({
    pool,
    nextQueueId: ids.next,
    route: (recipient, chosen) => {
      const { settings } = snapshot.current();
      const domain = recipientDomain(recipient);
      const match = Object.keys(settings.listeners)
        .map((listener) => matchDomain(settings, listener, domain))
        .find((found) => found !== null);
      // one that was deleted meanwhile holds nobody's mail back
      const isKnown = chosen !== undefined && Object.hasOwn(settings.transports, chosen);
      const transport = isKnown ? chosen : (match?.domain.transport ?? null);
      return { domain: match?.id ?? null, transport, nextHop: nextHopOf({ transport, recipient }) };
    },
  });
  const stored = createStoredMessages(pool);
  const search = createHistorySearch({ pool, clock });
  const trials = createFlowTrials({
    services,
    hostName,
    snapshot: snapshot.current,
    history: search,
    message: stored.whole,
  });
  const dist = path.resolve(import.meta.dirname, "../../../web/dist");
  const server = createApiServer({
    environment,
    isListening: createReadiness({ pool, node: order.node, workers: environment.workers }),
    webFolder: existsSync(path.join(dist, "index.html")) ? dist : null,
    version,
    pool,
    store,
    secretKey,
    environmentVariable,
    blocks,
    compileFlow,
    fetchBytes: async (url, { maximumBytes }) => {
      const { gateway } = snapshot.current().settings;
      const answer = await services.http.fetch({
        url,
        method: "GET",
        headers: [],
        body: null,
        timeoutSeconds: 10,
        connectSeconds: 5,
        verifyPeer: true,
        redirects: 3,
        maximumBytes,
        allowPrivate: gateway.httpAllowPrivate,
        resolvers: gateway.resolvers,
      });
      if (answer.kind === "error") throw new GatewayError("INVALID", answer.text);
      if (answer.status !== 200)
        throw new GatewayError("INVALID", `The server answered ${answer.status}.`);
      return answer.body;
    },
    notices: notifications.on,
    queue: createQueueOperations({
      pool,
      clock,
      nextHopOf,
      pausedTransports: () => {
        const { transports } = snapshot.current().settings;
        return Object.keys(transports).filter((id) => transports[id]?.paused === true);
      },
    }),
    quarantine,
    history: { ...search, stored },
    log: createLogSearch({ pool }),
    checks: {
      directory: (directory, bindPassword, lookup) =>
        testDirectory({ ...directory, bindPassword }, lookup),
      runScript: createDryRun({
        services,
        hostName,
        snapshot: async () => snapshot.current(),
        message: stored.whole,
      }),
      ...trials,
    },
    dns: services.dns,
    report,
  });
  const address = await server.listen();
  const retention = createRetention({ pool, clock, settings: () => snapshot.current().settings });
  const clean = async (): Promise<void> => {
    await retention.run();
    await quarantine.expire();
    await removeOrphanBodies(pool);
  };
  const timer = setInterval(() => {
    clean().catch((error: unknown) => report("housekeeping failed", error));
  }, housekeepingMilliseconds);

  return {
    describe: `Web app and API: ${address}`,
    stop: async () => {
      clearInterval(timer);
      await server.close();
      snapshot.close();
      await history.close();
      await services.close();
      await notifications.close();
      await Promise.all([pool.end(), settingsPool.end()]);
    },
  };
};
