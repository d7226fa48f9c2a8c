// npm start, npm test, npm run dev, npm run setup. Plain JavaScript for whatever Node the machine has:
// brings pnpm, installs, prepares, and hands over to the Node that the packages bring.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const [command = "start", ...rest] = process.argv.slice(2);
const pnpm = "pnpm@12.21.0";

const major = Number(process.versions.node.split(".")[0]);
if (major < 18) {
  console.error(
    `Node ${process.versions.node} is too old to install with; Node 18 or later is needed.`,
  );
  process.exit(1);
}

const environment = {
  ...process.env,
  PATH: [join(root, "node_modules", ".bin"), process.env.PATH].join(delimiter),
  CHECKPOINT_DISABLE: "1", // Prisma's wait for a version check
  PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, // never used; stops a download
};

/** What runs now: a signal to stop is passed on to it, and nothing else is begun. */
let running = null;
let isStopping = false;
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) {
  process.on(signal, () => {
    isStopping = true;
    running?.kill(signal);
  });
}

const run = (program, args, options = {}) =>
  new Promise((resolveStatus, reject) => {
    running = spawn(program, args, { cwd: root, stdio: "inherit", env: environment, ...options });
    running.on("error", reject);
    running.on("exit", (status, signal) =>
      resolveStatus(status ?? 128 + constants.signals[signal]),
    );
  });

const must = async (program, args) => {
  const status = await run(program, args, { stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0 || isStopping) process.exit(status || 1);
};

/** Every file below, in order; generated ones apart. */
const filesBelow = (folder) =>
  readdirSync(folder, { withFileTypes: true })
    .filter(
      (entry) =>
        !["node_modules", "dist", "generated", ".cache", ".tsbuild", "data"].includes(entry.name),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : entry.name.endsWith(".gen.ts") ? [] : [path];
    });

const digest = (paths) => {
  const hash = createHash("sha256");
  for (const path of paths.map((name) => join(root, name))) {
    for (const file of statSync(path).isDirectory() ? filesBelow(path) : [path]) {
      hash.update(file).update(readFileSync(file));
    }
  }
  return hash.digest("hex");
};

/** Runs a step when its inputs changed or its result is missing. */
const step = async (name, inputs, results, work) => {
  const folder = join(root, "node_modules", ".cache", "sluice");
  const stamp = join(folder, name);
  const now = digest(inputs);
  const before = existsSync(stamp) ? readFileSync(stamp, "utf8") : "";
  if (before === now && results.every((result) => existsSync(join(root, result)))) return;
  await work();
  mkdirSync(folder, { recursive: true });
  writeFileSync(stamp, now);
};

const npx = process.platform === "win32" ? "npx.cmd" : "npx";
await step(
  "install",
  ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json"],
  ["node_modules/.bin"],
  () => must(npx, ["--yes", pnpm, "install", "--frozen-lockfile", "--prefer-offline"]),
);
await step(
  "generate",
  [
    "prisma/schema.prisma",
    "packages/blocks/src",
    "scripts/generate.ts",
    "scripts/generate-registry.ts",
  ],
  ["apps/engine/src/store/generated/client.ts", "packages/blocks/src/registry/definitions.gen.ts"],
  () => must("node", ["scripts/generate.ts"]),
);
await step("web", ["apps/web", "packages"], ["apps/web/dist/index.html"], () =>
  must("node", ["scripts/build.ts"]),
);

switch (command) {
  case "setup":
    break; // all is there now: for who starts it by other means
  case "start":
    process.exit(await run("node", ["apps/engine/src/cli/main.ts", "start", ...rest]));
    break;
  case "dev":
    process.exit(await run("node", ["scripts/dev.ts", ...rest]));
    break;
  case "test":
    process.exit(await run("node", ["scripts/test.ts", ...rest]));
    break;
  default:
    console.error(`Unknown command ${command}: start, setup, test or dev.`);
    process.exit(2);
}
