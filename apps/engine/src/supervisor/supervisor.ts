/**
 * The parent of everything: PostgreSQL when it is ours, migrations, the first
 * settings, one control process, the workers.
 *
 * A child that dies is started again (more and more slowly when it keeps
 * dying); its leases expire and others take its mail. One that lives and says
 * nothing for a minute is killed, and then started again. When the supervisor
 * itself is killed the children notice and stop, and PostgreSQL goes on until
 * the next start takes it over.
 */
import cluster, { type Worker } from "node:cluster";
import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";
import { readEnvironment } from "../config/environment.ts";
import { claimFolder } from "../database/claim-folder.ts";
import type { DatabaseAddress } from "../database/connection.ts";
import { prepareDataFolder } from "../database/data-folder.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../database/embedded-postgres.ts";
import { migrate } from "../database/migrate.ts";
import { ownUser } from "../database/system-user.ts";
import { createLedger } from "../listener/ledger.ts";
import { createTicketKeySource } from "../listener/ticket-keys.ts";
import { prepareFirstStart } from "./first-start.ts";
import type { Report, Role, StartOrder } from "./orders.ts";
import { watchSilence } from "./silence.ts";

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const restartDelay = (deaths: readonly number[]): number => {
  const recent = deaths.filter((at) => Date.now() - at < 60_000).length;
  return recent <= 1 ? 0 : Math.min(30_000, 250 * 2 ** recent);
};

/** A worker may have 14, the control process too; the rest is for the start, a backup and whoever looks. */
const connectionsFor = (workers: number): number => Math.max(100, 40 + 16 * workers);

/** A name that stays with the data folder: leases of a killed start are found again by it. */
const nodeName = (dataFolder: string): string => {
  const file = path.join(dataFolder, "node-name");
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    const name = `${hostname()}-${randomBytes(4).toString("hex")}`;
    writeFileSync(file, `${name}\n`);
    return name;
  }
};

/** How Node collects garbage (docs/internals/performance.md). */
const collectorOf = {
  // it has no throughput to lose by a small nursery
  control: ["--max-semi-space-size=4"],
  // bodies pass through as buffers outside of the heap: with the usual limit of 64 MB for
  // those, a fifth of a busy worker's time goes into looking at all of the heap for them
  worker: ["--external-memory-accounted-in-global-limit"],
} satisfies Record<Role, string[]>;

export const supervise = async (): Promise<void> => {
  const wanted = readEnvironment();
  const user = ownUser();
  const folder = prepareDataFolder(wanted.dataFolder, { user, named: wanted.dataFolderNamed });
  if (folder.movedFrom !== null) {
    say(
      `Data is kept in ${folder.path}: the user "${user?.name}" cannot enter ${folder.movedFrom}.`,
    );
  }
  claimFolder(folder.path);
  const environment = readEnvironment(process.env, folder.path);

  let stopping = false;
  let postgres: EmbeddedPostgres | null = null;
  let starting: Promise<EmbeddedPostgres> | null = null;
  const children = new Map<string, Worker>();
  const stopChildren = async (): Promise<void> => {
    const exits = [...children.values()].map(
      (child) => new Promise<void>((resolve) => child.once("exit", () => resolve())),
    );
    for (const child of children.values()) child.send({ kind: "stop" });
    const patience = setTimeout(() => {
      for (const child of children.values()) child.process.kill("SIGKILL");
    }, 30_000);
    await Promise.all(exits);
    clearTimeout(patience);
  };
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await stopChildren();
    await (postgres ?? (await starting?.catch(() => null)))?.stop();
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => void stop());
  /** A step of the start; what a stop has broken off is no failure, and nothing follows it. */
  const step = async <T>(work: Promise<T>): Promise<T> => {
    try {
      const result = await work;
      if (!stopping) return result;
    } catch (error) {
      if (!stopping) throw error;
    }
    return new Promise<T>(() => {}); // the stop ends the process
  };
  let address: DatabaseAddress;
  if (environment.databaseUrl === null) {
    const startServer = (): Promise<EmbeddedPostgres> =>
      startEmbeddedPostgres({
        dataFolder: folder.path,
        user,
        log: (line) => say(`postgres: ${line}`),
        settings: { max_connections: String(connectionsFor(environment.workers)) },
      });
    starting = startServer();
    postgres = await step(starting);
    address = postgres.address;
    const watch = async (server: EmbeddedPostgres): Promise<void> => {
      await server.exited;
      while (!stopping) {
        say("PostgreSQL has stopped; it is started again.");
        try {
          postgres = await startServer();
          void watch(postgres);
          return;
        } catch (error) {
          say(`postgres: ${error instanceof Error ? error.message : String(error)}`); // a full disk, say
          await new Promise((resolve) => setTimeout(resolve, 1000));
        }
      }
    };
    void watch(postgres);
  } else {
    address = { kind: "url", url: environment.databaseUrl };
  }

  const applied = await step(migrate(address));
  if (applied.length > 0) say(`Migrations applied: ${applied.join(", ")}`);
  const first = await step(prepareFirstStart({ address, environment, user }));

  cluster.schedulingPolicy = cluster.SCHED_NONE; // children accept by themselves; we only bind
  cluster.setupPrimary({ exec: new URL("../main.ts", import.meta.url).pathname, args: [] });

  const node = nodeName(folder.path);
  const variables = Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value]],
    ),
  );
  const deaths = new Map<string, number[]>();
  const ticketKeys = createTicketKeySource({
    tell: (key) => {
      for (const child of children.values()) {
        if (child.isConnected()) child.send({ kind: "ticket-key", key });
      }
    },
  });
  const ledger = createLedger({
    tell: (name, answers) => {
      const child = children.get(name);
      if (child?.isConnected() === true) child.send({ kind: "answers", answers });
    },
  });
  const silence = watchSilence((name) => {
    say(`${name} has said nothing for a minute; it is killed.`);
    children.get(name)?.process.kill("SIGKILL");
  });
  const settled: Promise<void>[] = [];

  const launch = (role: Role, name: string): Promise<void> =>
    new Promise((resolve, reject) => {
      cluster.setupPrimary({ execArgv: collectorOf[role] });
      const child = cluster.fork();
      children.set(name, child);
      let ready = false;
      const order: StartOrder = {
        kind: "start",
        role,
        name,
        environment,
        database: address,
        user,
        node,
        ticketKey: ticketKeys.current(),
        variables,
      };
      child.on("message", (message: Report) => {
        silence.heard(name);
        switch (message.kind) {
          case "alive":
            break;
          case "waiting":
            child.send(order);
            break;
          case "ready":
            ready = true;
            if (message.text !== "") say(message.text);
            resolve();
            break;
          case "failed":
            say(`${name}: ${message.text}`);
            reject(new Error(`${name} did not start: ${message.text}`));
            break;
          case "asks":
            ledger.ask(name, message.asks);
            break;
          default:
            message satisfies never;
        }
      });
      child.on("error", () => {}); // a send to a child that is gone; "exit" tells the rest
      child.on("exit", (code, signal) => {
        children.delete(name);
        ledger.forget(name);
        silence.forget(name);
        if (stopping) return;
        const history = [...(deaths.get(name) ?? []), Date.now()].slice(-20);
        deaths.set(name, history);
        const delay = restartDelay(history);
        say(
          `${name} ended (${signal ?? code}); started again${delay > 0 ? ` in ${delay / 1000} s` : ""}.`,
        );
        if (!ready) reject(new Error(`${name} ended before it was ready`));
        setTimeout(() => {
          if (!stopping) launch(role, name).catch(() => {}); // its exit has been said already
        }, delay);
      });
    });

  settled.push(launch("control", "control"));
  for (let index = 1; index <= environment.workers; index++) {
    settled.push(launch("worker", `worker-${index}`));
  }
  const failed = (await Promise.allSettled(settled)).find((result) => result.status === "rejected");
  if (failed !== undefined && children.size === 0 && !stopping) {
    await postgres?.stop();
    throw failed.reason;
  }
  for (const line of first.welcome) say(line);
};
