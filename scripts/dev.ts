/**
 * npm run dev: the gateway, and the web app from its sources at the port that Vite
 * prints, with changes shown at once. Ctrl C stops both.
 */
import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");

const start = (program: string, args: readonly string[]): ChildProcess =>
  spawn(program, args, { cwd: root, stdio: "inherit" });

const children = [
  start(process.execPath, ["apps/engine/src/cli/main.ts", "start", ...process.argv.slice(2)]),
  start(path.join(root, "apps/web/node_modules/.bin/vite"), ["apps/web"]),
];

const stop = (): void => {
  for (const child of children) if (child.exitCode === null) child.kill("SIGTERM");
};

for (const child of children) {
  child.on("exit", (code) => {
    process.exitCode ??= code ?? 1;
    stop(); // one alone is of no use
  });
}
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, stop);
