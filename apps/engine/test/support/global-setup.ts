/** One real PostgreSQL for the whole run, with a migrated template that each test file copies. */
import { chmodSync, chownSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestProject } from "vitest/node";
import { prepareDataFolder } from "../../src/database/data-folder.ts";
import { startEmbeddedPostgres } from "../../src/database/embedded-postgres.ts";
import { migrate } from "../../src/database/migrate.ts";
import { ownUser } from "../../src/database/system-user.ts";

// biome-ignore lint/style/noDefaultExport: Vitest asks for it
export default async (project: TestProject): Promise<() => Promise<void>> => {
  const parent = mkdtempSync(path.join(tmpdir(), "sluice-test-"));
  chmodSync(parent, 0o755);
  const user = ownUser();
  if (user !== null) chownSync(parent, user.uid, user.gid);
  const folder = prepareDataFolder(path.join(parent, "data"), { user, named: true });
  const server = await startEmbeddedPostgres({ dataFolder: folder.path, user, log: () => {} });
  await migrate(server.address);
  if (server.address.kind !== "socket") throw new Error("our own server has a socket");
  const { folder: socket, port, user: name, database } = server.address;
  project.provide("postgres", { folder: socket, port, user: name, template: database });
  return async () => {
    await server.stop();
    rmSync(parent, { recursive: true, force: true });
  };
};
