/** A Debian server in the foreground, with a folder of its own that goes with it. */
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export type Foreground = {
  readonly folder: string;
  readonly freeze: () => void;
  readonly thaw: () => void;
  readonly stop: () => Promise<void>;
};

/** Makes the folder and writes its files; names may have folders in them that are there already. */
export const makeFolder = (name: string, files: (folder: string) => Record<string, string>) => {
  const folder = mkdtempSync(path.join(tmpdir(), `${name}-`));
  chmodSync(folder, 0o755); // servers started by root become somebody else
  for (const [file, text] of Object.entries(files(folder))) {
    writeFileSync(path.join(folder, file), text);
  }
  return folder;
};

export const startForeground = async (
  program: string,
  args: readonly string[],
  folder: string,
  isReady: (child: ChildProcess, output: () => string) => Promise<void>,
): Promise<Foreground> => {
  let output = "";
  const child = spawn(program, args, { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output = (output + chunk.toString("utf8")).slice(-20_000);
    });
  }
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      child.kill("SIGCONT");
      child.kill("SIGTERM");
      await gone;
    }
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await isReady(child, () => output);
  } catch (error) {
    await stop();
    throw new Error(`${program} did not start: ${output}`, { cause: error });
  }
  return {
    folder,
    freeze: () => void child.kill("SIGSTOP"),
    thaw: () => void child.kill("SIGCONT"),
    stop,
  };
};

/** Asks again until it works: for servers that tell by an answer that they are ready. */
export const untilTrue = async (
  child: ChildProcess,
  ask: () => Promise<boolean> | boolean,
): Promise<void> => {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    if (await ask()) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error("the server did not get ready");
};
