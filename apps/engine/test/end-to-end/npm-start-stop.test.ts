/** `npm start` in somebody's terminal or container: a signal to npm stops everything, at any moment, and once. */
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, expect, test } from "vitest";
import { freePort } from "../support/gateway.ts";
import { eventually } from "../support/queue-rig.ts";

const root = path.resolve(import.meta.dirname, "../../../..");
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

type Started = {
  readonly npm: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | string | null>;
  /** Processes that were begun for it and still run. */
  readonly left: () => number[];
};

const start = async (): Promise<Started> => {
  const folder = mkdtempSync(path.join(tmpdir(), "sluice-npm-"));
  folders.push(folder);
  chmodSync(folder, 0o755); // PostgreSQL of root runs as somebody else
  const npm = spawn("npm", ["start"], {
    cwd: root,
    detached: true, // a process group of its own, as a shell gives it
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      SLUICE_DATA_DIR: path.join(folder, "data"),
      SLUICE_HTTP: `127.0.0.1:${await freePort()}`,
      SLUICE_WORKERS: "1",
    },
  });
  let output = "";
  for (const stream of [npm.stdout, npm.stderr])
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
    });
  return {
    npm,
    output: () => output,
    ended: new Promise((resolve) => npm.on("exit", (code, signal) => resolve(signal ?? code))),
    left: () =>
      readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .map(Number)
        .filter((pid) => mentions(pid, folder)),
  };
};

const mentions = (pid: number, folder: string): boolean => {
  try {
    return ["environ", "cmdline"].some((file) =>
      readFileSync(`/proc/${pid}/${file}`, "latin1").includes(folder),
    );
  } catch {
    return false; // it ended meanwhile, or is somebody else's
  }
};

const saying = (started: Started, words: string): Promise<string> =>
  eventually(
    async () => started.output(),
    (text) => text.includes(words),
    60_000,
  );

test.each([
  ["SIGTERM", "npm alone"],
  ["SIGINT", "the group, as Ctrl C does"],
] as const)("%s to %s ends the gateway and then npm, without an error", async (signal, whom) => {
  const started = await start();
  const { npm, left, ended } = started;
  await saying(started, "Sluice runs");
  expect(left().length).toBeGreaterThan(3);
  process.kill((whom === "npm alone" ? 1 : -1) * (npm.pid ?? 0), signal);
  expect(await ended).toBe(0);
  expect(left()).toEqual([]);
  expect(started.output()).not.toMatch(/error|started again/i);
});

test("a stop while the database is being prepared leaves no database behind", async () => {
  const started = await start();
  await saying(started, "Migrations applied");
  started.npm.kill("SIGTERM");
  await started.ended;
  expect(started.left()).toEqual([]);
});
