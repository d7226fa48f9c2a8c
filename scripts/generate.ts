/** Everything that is made from sources and not kept in git: Prisma's client, the block registry. */
import { spawnSync } from "node:child_process";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");

const must = (program: string, args: readonly string[]): void => {
  const result = spawnSync(program, args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, CHECKPOINT_DISABLE: "1", PRISMA_SCHEMA_ENGINE_BINARY: process.execPath },
  });
  if (result.status !== 0) process.exit(result.status ?? 1);
};

must(path.join(root, "node_modules/.bin/prisma"), ["generate"]);
must(process.execPath, ["scripts/generate-registry.ts"]);
