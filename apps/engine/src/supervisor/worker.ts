/**
 * A worker: listeners, flows, queue and delivery in one process. If it dies, its
 * sessions end, its lease runs out, and others take what it had.
 */
import { hostname } from "node:os";
import path from "node:path";
import { blocks } from "@sluice/blocks/definitions";
import { executors } from "@sluice/blocks/executors";
import { createLiveSnapshot } from "../config/live-snapshot.ts";
import { createPool } from "../database/connection.ts";
import { createNotifications } from "../database/notifications.ts";
import { createDispatcher, type Dispatcher } from "../delivery/dispatcher.ts";
import { nextHopName } from "../delivery/next-hop.ts";
import { createSettlement, withJournal } from "../delivery/settlement.ts";
import { createTlsReporter } from "../delivery/tls-report/tls-reporter.ts";
import { createFlowServices } from "../flows/create-services.ts";
import { loadLibraries } from "../flows/host/libraries.ts";
import { createDeliveryFlowRunner } from "../flows/run-delivery.ts";
import { createFlowRunner } from "../flows/run-flow.ts";
import { createHistory } from "../history/history.ts";
import { createTlsResults } from "../history/tls-results.ts";
import type { LedgerClient } from "../listener/ledger-client.ts";
import { createListenerSet } from "../listener/listener-set.ts";
import type { TicketKeys } from "../listener/ticket-keys.ts";
import { watchStorage } from "../queue/check-storage.ts";
import { createGroupCommit, type GroupCommit } from "../queue/group-commit.ts";
import { createIncomingQueue } from "../queue/incoming-queue.ts";
import { createMailInHand, type MailInHand } from "../queue/journal/mail-in-hand.ts";
import { openJournal } from "../queue/journal/open-journal.ts";
import { createLease } from "../queue/lease.ts";
import { queueChannel } from "../queue/queue-operations.ts";
import { watchStrayEntries } from "../queue/stray-entries.ts";
import { createContentStore } from "../scanner/content-store.ts";
import { createScanner } from "../scanner/scanner.ts";
import { createPolicyCache } from "../session/policy-cache.ts";
import { createPrisma } from "../store/prisma.ts";
import { readSecretKey } from "../store/secret-store.ts";
import type { Part } from "./child.ts";
import { createIntakeWatch } from "./intake-watch.ts";
import type { StartOrder } from "./orders.ts";
import { createSnapshotSource } from "./snapshot-source.ts";
import { writeWorkerStatus } from "./worker-status.ts";

const statusMilliseconds = 5000;

export const startWorker = async (
  order: StartOrder,
  { ledger, ticketKeys }: { readonly ledger: LedgerClient; readonly ticketKeys: TicketKeys },
): Promise<Part> => {
  const { environment, name, database } = order;
  const hostName = hostname();
  const owner = `${order.node} ${name}`;
  const clock = (): Date => new Date();
  const pool = createPool(database, { max: 6, name, byIndex: true });
  const commitPool = createPool(database, { max: 3, name: `${name} commit`, byIndex: true });
  const settlementPool = createPool(database, {
    byIndex: true,
    max: 2,
    name: `${name} results`,
    asynchronousCommit: true,
  });
  const settingsPool = createPool(database, { max: 2, name: `${name} settings` });
  const history = createHistory({
    pool,
    clock,
    logLevel: environment.logLevel,
    report: (text, error) => process.stderr.write(`${name}: ${text}: ${String(error)}\n`),
  });
  const report =
    (component: string) =>
    (text: string, error?: unknown): void => {
      const cause =
        error instanceof Error
          ? `: ${error.message}`
          : error === undefined
            ? ""
            : `: ${String(error)}`;
      history.log({ level: "error", component, text: `${text}${cause}` });
    };
  const libraries = loadLibraries(); // no mail is to wait for them
  const notifications = createNotifications(database);
  const store = createPrisma(settingsPool);
  const access = {
    key: readSecretKey(environment.secretKeyFile),
    environmentVariable: (variable: string) => order.variables[variable],
  };
  const snapshot = await createLiveSnapshot({
    source: createSnapshotSource(store, access),
    onNotice: (wake) => notifications.on("sluice_settings", wake),
    report: report("settings"),
  });
  const nextHopOf = (entry: { transport: string | null; recipient: string }): string =>
    nextHopName(snapshot.current().settings, entry);

  const lease = await createLease({ pool, owner, report: report("queue") });
  const stored = (ids: readonly string[]): void => {
    for (const id of ids) history.stored(id);
  };
  // the two halves of the queue need each other: what is accepted may be delivered from memory
  const halves: { dispatcher: Dispatcher | null; hand: MailInHand | null } = {
    dispatcher: null,
    hand: null,
  };
  const usesJournal = (): boolean => {
    const { journal } = snapshot.current().settings.gateway;
    return journal === "always" || (journal === "own-database" && database.kind === "socket");
  };
  const commit: GroupCommit = createGroupCommit({
    pool: commitPool,
    epoch: lease.epoch,
    nextQueueId: lease.nextQueueId,
    nextHopOf,
    reserve: (bytes, hops) => halves.dispatcher?.reserve(bytes, hops) ?? new Set(),
    release: (bytes) => halves.dispatcher?.release(bytes),
    onTaken: (entries) => halves.dispatcher?.take(entries),
    onFree: (queues) => {
      if (queues.has("outgoing")) halves.dispatcher?.wake();
      if (queues.has("incoming")) scanner.wake();
    },
    hand: () => (usesJournal() ? halves.hand : null),
    onStored: stored,
    report: report("queue"),
  });
  const journal = await openJournal({
    folder: path.join(environment.dataFolder, "journal"),
    pool,
    store: commit.store,
    onFree: () => halves.dispatcher?.wake(),
    report: report("queue"),
  });
  const settlement = createSettlement({
    pool: settlementPool,
    epoch: lease.epoch,
    report: report("delivery"),
    onStored: stored,
  });
  halves.hand =
    journal === null
      ? null
      : createMailInHand({
          files: journal,
          store: commit.store,
          pool,
          lease,
          settle: settlement.add,
          freeEntries: settlement.free,
          onFree: () => halves.dispatcher?.wake(),
          onStored: stored,
          report: report("queue"),
        });
  const { hand } = halves;
  const tlsResults = createTlsResults({ pool, clock, report: report("delivery") });
  const services = createFlowServices({
    pool,
    accept: commit.acceptMessage,
    alarm: report("flows"),
    onTls: tlsResults.count,
  });
  const flowParts = { services, blocks, executors, history, hostName };
  const runner = createFlowRunner(flowParts);
  const dispatcher = createDispatcher({
    pool,
    settlement: hand === null ? settlement : withJournal(settlement, hand),
    isInJournal: (queueId) => hand?.holds(queueId) ?? false,
    lease,
    snapshot: snapshot.current,
    runner: createDeliveryFlowRunner(flowParts),
    dns: services.dns,
    mtaSts: services.mtaSts,
    onTls: tlsResults.count,
    hostName,
    clock,
    acceptMessage: commit.acceptMessage,
    report: report("delivery"),
  });
  halves.dispatcher = dispatcher;
  const tlsReporter = createTlsReporter({
    pool,
    snapshot: snapshot.current,
    dns: services.dns,
    http: services.http,
    acceptMessage: commit.acceptMessage,
    hostName,
    clock,
    report: report("delivery"),
  });
  lease.onLost(() => {
    hand?.forget();
    dispatcher.forget();
  });
  const incoming = createIncomingQueue({
    pool,
    epoch: lease.epoch,
    nextQueueId: lease.nextQueueId,
    nextHopOf,
  });
  const strays = watchStrayEntries({
    pool,
    epoch: lease.epoch,
    isHeld: (queueId) => dispatcher.isHeld(queueId) || incoming.isHeld(queueId),
    report: report("queue"),
  });
  const intake = createIntakeWatch();
  const contents = createContentStore({ folder: path.join(environment.dataFolder, "spool") });
  const scanner = createScanner({
    queue: incoming,
    runner,
    snapshot: snapshot.current,
    history,
    clock,
    vouches: async ({ sender, envelope }) => {
      const { gateway } = snapshot.current().settings;
      const { clientAddress, helo } = envelope;
      const { result } = await services.spf.check(
        { address: clientAddress, helo, sender, receiver: hostName },
        { servers: gateway.resolvers },
      );
      return result === "pass";
    },
    contents,
    isBusy: intake.isBusy,
    report: report("scanner"),
  });
  const forgetQueue = notifications.on(queueChannel, (reason) => {
    dispatcher.wake(reason);
    scanner.wake();
  });

  const storage = watchStorage({
    pool,
    folder: environment.dataFolder,
    limits: () => snapshot.current().settings.gateway,
    workers: environment.workers,
    report: (text) => history.log({ level: "warn", component: "queue", text }),
  });
  await Promise.all([storage.look(), libraries]);
  const listeners = createListenerSet({
    snapshot,
    parts: {
      runner,
      acceptMessage: intake.watched(storage.guarded(commit.acceptMessage)),
      history,
      contents,
      storageState: (listener) =>
        commit.storageState() === "full" ? "full" : storage.state(listener),
      clock,
      hostName,
      policies: createPolicyCache(),
      signIns: ledger.signIns,
    },
    limitFor: ledger.limitFor,
    ticketKeys,
    report: () => void tell(),
  });
  const startedAt = clock();
  const tell = async (): Promise<void> => {
    try {
      await writeWorkerStatus(pool, {
        worker: owner,
        startedAt,
        revision: listeners.revision(),
        listeners: listeners.status(),
      });
    } catch {
      // a row that grows old says the same
    }
  };
  await listeners.ready;
  await tell();
  const timer = setInterval(() => void tell(), statusMilliseconds);
  dispatcher.wake();
  scanner.wake();

  const failed = listeners.status().filter(({ state }) => state === "failed");
  const open = listeners.status().filter(({ state }) => state === "listening");
  const words =
    order.name === "worker-1"
      ? [
          ...open.map(
            ({ listener, address, port }) => `Listener ${listener}: ${address} port ${port}`,
          ),
          ...failed.map(
            ({ listener, address, port, error }) =>
              `Listener ${listener}: ${address} port ${port} is not open. ${error ?? ""}`,
          ),
        ].join("\n")
      : "";
  return {
    describe: words,
    stop: async () => {
      clearInterval(timer);
      intake.close();
      await listeners.close();
      ledger.close();
      forgetQueue();
      strays.close();
      storage.close();
      await scanner.close();
      await dispatcher.close();
      await tlsReporter.close();
      await tlsResults.close();
      await commit.close();
      await hand?.close();
      await settlement.flush(5000);
      await services.close();
      await lease.close();
      await history.close();
      snapshot.close();
      await notifications.close();
      await Promise.all([pool.end(), commitPool.end(), settlementPool.end(), settingsPool.end()]);
    },
  };
};
