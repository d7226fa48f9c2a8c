/** Puts the API's parts together from what the gateway hands over. */

import type { BlockRegistry } from "@sluice/flow-schema";
import type { Settings } from "@sluice/settings";
import type pg from "pg";
import { parseDestination } from "../delivery/destination.ts";
import type { Dns } from "../flows/host/dns.ts";
import { createHttp } from "../flows/host/http.ts";
import { filterProblem } from "../flows/host/ldap-filter.ts";
import { statsSince } from "../flows/host/script-stats.ts";
import { listTlsResults, sumTlsResults } from "../history/tls-results.ts";
import { createDraftStore } from "../store/draft-store.ts";
import { createIconStore, type FetchBytes } from "../store/icon-store.ts";
import { loadSecret } from "../store/load-snapshot.ts";
import type { Store } from "../store/prisma.ts";
import type { CompileFlow } from "../store/problems/problem.ts";
import { createRevisionStore } from "../store/revision-store.ts";
import { createSecondFactorStore } from "../store/second-factor.ts";
import { createSecretStore } from "../store/secret-store.ts";
import { createSessionStore } from "../store/session-store.ts";
import { createUnusedSecrets } from "../store/unused-secrets.ts";
import { createUserStore } from "../store/user-store.ts";
import { createViewStore } from "../store/view-store.ts";
import { createDownloads } from "./downloads.ts";
import { createHistorySums } from "./history-numbers.ts";
import { createJobs } from "./jobs.ts";
import { checkKeyRecord } from "./key-record-check.ts";
import { explainFlow } from "./match-check.ts";
import { createMetrics } from "./metrics.ts";
import type {
  ApiParts,
  ChecksPort,
  HistoryPort,
  LogPort,
  QuarantinePort,
  QueuePort,
} from "./parts.ts";
import { checkScriptText } from "./script-check.ts";
import { createSignInThrottle } from "./sign-in-throttle.ts";
import { checkTransport } from "./transport-check.ts";
import { readListenerStatus } from "./worker-status.ts";

export type ApiOptions = {
  readonly version: string;
  readonly clock?: (() => Date) | undefined;
  readonly pool: pg.Pool;
  readonly store: Store;
  /** From `readSecretKey`. */
  readonly secretKey: Buffer;
  readonly environmentVariable: (name: string) => string | undefined;
  readonly blocks: BlockRegistry;
  readonly compileFlow: CompileFlow;
  readonly fetchBytes: FetchBytes;
  /** LISTEN on a channel; `createNotifications(address).on` fits. */
  readonly notices: ApiParts["notices"];
  readonly queue: QueuePort;
  readonly quarantine: QuarantinePort;
  /** Search; the sums are made here. */
  readonly history: Pick<HistoryPort, "list" | "message" | "runsOf" | "stored">;
  readonly log: LogPort;
  /** Checks that ask the world; those that only need the settings are made here. */
  readonly checks: Pick<ChecksPort, "directory" | "runScript" | "tryFlow" | "replayFlow"> &
    Partial<ChecksPort>;
  readonly dns: Dns;
  /** Errors that are nobody's but ours go to the log. */
  readonly report: (text: string, error: unknown) => void;
};

export const createApiParts = (options: ApiOptions): ApiParts => {
  const { store, pool, blocks, compileFlow, environmentVariable } = options;
  const { queue, quarantine, log, checks, notices, version } = options;
  const clock = options.clock ?? (() => new Date());
  const history: HistoryPort = { ...options.history, ...createHistorySums(pool, clock) };
  const secrets = createSecretStore(store, options.secretKey);
  const revisions = createRevisionStore(store, {
    blocks,
    compileFlow,
    environmentVariable,
    now: clock,
    checkFilter: filterProblem,
    checkDestination: (text) => {
      const result = parseDestination(text);
      return result.ok ? null : result.message;
    },
  });
  const liveSettings = async (): Promise<Settings> => {
    const live = await revisions.live();
    if (live === null) throw new Error("The database holds no revision of the settings.");
    return live.settings;
  };
  const secretAccess = { key: options.secretKey, environmentVariable };
  const http = createHttp({ dns: options.dns });
  const listeners = () => readListenerStatus(pool);
  return {
    version,
    clock,
    store,
    drafts: createDraftStore(store, blocks, secrets),
    revisions,
    secrets,
    unusedSecrets: createUnusedSecrets(store, clock),
    secretAccess,
    users: createUserStore(store),
    views: createViewStore(store),
    sessions: createSessionStore(store, clock),
    secondFactors: createSecondFactorStore(store, options.secretKey, clock),
    icons: createIconStore(store, options.fetchBytes),
    blocks,
    compileFlow,
    throttle: createSignInThrottle(clock),
    jobs: createJobs(clock, options.report),
    downloads: createDownloads(clock),
    notices,
    queue,
    quarantine,
    history,
    log,
    checks: {
      whichFlow: async (question) => explainFlow(await liveSettings(), question),
      keyRecord: async (question) =>
        checkKeyRecord(question, { servers: (await liveSettings()).gateway.resolvers }),
      checkScript: (kind, script) => checkScriptText(kind, script, blocks),
      transport: async (transport, password, recipientDomain) =>
        checkTransport(
          { transport, password, recipientDomain },
          {
            dns: options.dns,
            http,
            settings: await liveSettings(),
            privateKey: (objectId) =>
              loadSecret(store, secretAccess, {
                kind: "certificate",
                objectId,
                field: "privateKey",
              }),
          },
        ),
      ...checks,
    },
    system: {
      listeners,
      tlsResults: (since) => listTlsResults(pool, since),
      metrics: createMetrics({
        ...{ clock, queue, quarantine, history, revisions, listeners },
        tlsResults: (day) => sumTlsResults(pool, day),
        stats: (since) => statsSince(pool, since),
      }),
    },
  };
};
