/** The whole product as a person starts it: supervisor, control process, workers, its own PostgreSQL. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { z } from "zod";

const root = path.resolve(import.meta.dirname, "../../../..");

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(false) : reject(error),
    );
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });

/** Below the ports that the system gives to connections: between this answer and its use none of those takes it. */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = randomInt(10_000, 32_000);
    if (await isFree(port)) return port;
  }
};

const Status = z.object({
  revision: z.number(),
  listeners: z.array(z.object({ revision: z.number() })),
});

export type Gateway = {
  readonly dataFolder: string;
  readonly httpPort: number;
  readonly output: () => string;
  /** Runs the command line against it; `stdin` is its standard input. */
  readonly cli: (
    args: readonly string[],
    stdin?: string,
  ) => Promise<{ code: number; stdout: string; stderr: string }>;
  /** Text form files; applied at once, and in force at every listener when it resolves. */
  readonly apply: (files: Readonly<Record<string, string>>) => Promise<void>;
  readonly pids: () => readonly number[];
  readonly killAll: () => Promise<void>;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

/** Processes below `pid`, itself included, from /proc. */
const processTree = (pid: number): number[] => {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch {
      // it ended meanwhile
    }
  }
  const found: number[] = [];
  const visit = (next: number): void => {
    found.push(next);
    for (const child of children.get(next) ?? []) visit(child);
  };
  visit(pid);
  return found;
};

export const createGateway = async (
  options: {
    workers?: number;
    /** Where the data folder is made: a file system of its own, say. */
    folder?: string;
    /** Somebody else's PostgreSQL; without it the gateway has its own. */
    databaseUrl?: string;
  } = {},
): Promise<Gateway> => {
  const parent = mkdtempSync(path.join(options.folder ?? tmpdir(), "sluice-gateway-"));
  chmodSync(parent, 0o755); // mkdtemp makes it private, and as root our own user must enter it
  const dataFolder = path.join(parent, "data");
  const httpPort = await freePort();
  const env = {
    ...process.env,
    SLUICE_DATA_DIR: dataFolder,
    SLUICE_HTTP: `127.0.0.1:${httpPort}`,
    SLUICE_WORKERS: String(options.workers ?? 2),
    DATABASE_URL: options.databaseUrl ?? "",
  };
  let child: ChildProcess | null = null;
  let output = "";

  const cli: Gateway["cli"] = (args, stdin = "") =>
    new Promise((resolve) => {
      const command = spawn(
        process.execPath,
        [path.join(root, "apps/engine/src/cli/main.ts"), ...args],
        { env, cwd: parent },
      );
      let stdout = "";
      let stderr = "";
      command.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
      command.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
      command.on("close", (code) => resolve({ code: code ?? 1, stdout, stderr }));
      command.stdin.end(stdin);
    });

  const start = async (): Promise<void> => {
    const started = spawn(
      process.execPath,
      [path.join(root, "apps/engine/src/cli/main.ts"), "start"],
      { env, cwd: parent, stdio: ["ignore", "pipe", "pipe"] },
    );
    child = started;
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    started.stdout.on("data", collect);
    started.stderr.on("data", collect);
    const deadline = Date.now() + 60_000;
    for (;;) {
      if (started.exitCode !== null) throw new Error(`the gateway ended at its start:\n${output}`);
      try {
        const answer = await fetch(`http://127.0.0.1:${httpPort}/health`);
        if (answer.ok) return;
      } catch {
        // not yet
      }
      if (Date.now() > deadline) throw new Error(`the gateway did not come up:\n${output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };

  return {
    dataFolder,
    httpPort,
    output: () => output,
    cli,
    apply: async (files) => {
      const folder = path.join(parent, "settings");
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(folder, { recursive: true });
      const exported = await cli(["export", folder]);
      if (exported.code !== 0)
        throw new Error(`export failed: ${exported.stderr}${exported.stdout}`);
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
        writeFileSync(path.join(folder, name), text);
      }
      const applied = await cli(["apply", folder, "--message", "for the test"]);
      if (applied.code !== 0) throw new Error(`apply failed: ${applied.stderr}${applied.stdout}`);
      const deadline = Date.now() + 60_000;
      for (;;) {
        const { stdout } = await cli(["status", "--json"]);
        const { revision, listeners } = Status.parse(JSON.parse(stdout));
        if (listeners.every((one) => one.revision === revision)) return;
        if (Date.now() > deadline) throw new Error(`the listeners never followed:\n${stdout}`);
      }
    },
    pids: () => (child?.pid === undefined ? [] : processTree(child.pid)),
    killAll: async () => {
      const victim = child;
      if (victim?.pid === undefined) return;
      const gone = new Promise<void>((resolve) => victim.once("exit", () => resolve()));
      for (const pid of processTree(victim.pid)) {
        try {
          process.kill(pid, "SIGKILL");
        } catch {
          // it ended by itself
        }
      }
      await gone;
      child = null;
    },
    start,
    stop: async () => {
      const victim = child;
      if (victim !== null && victim.exitCode === null) {
        const gone = new Promise<void>((resolve) => victim.once("exit", () => resolve()));
        victim.kill("SIGTERM");
        await gone;
      }
      rmSync(parent, { recursive: true, force: true });
    },
  };
};
