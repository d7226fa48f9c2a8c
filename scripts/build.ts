/** Builds the web app into apps/web/dist; the engine needs no build. */
import { spawnSync } from "node:child_process";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const result = spawnSync(
  process.execPath,
  [path.join(root, "node_modules/vite/bin/vite.js"), "build", "--logLevel", "warn"],
  {
    cwd: path.join(root, "apps/web"),
    env: { ...process.env, NODE_ENV: "production" }, // whatever the shell says: React has a slow half for developers
    stdio: ["ignore", "inherit", "inherit"],
  },
);
process.exit(result.status ?? 1);
