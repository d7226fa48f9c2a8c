/** The database made ready before any child starts: storage checked, first settings, the set-up link. */

import { chownSync } from "node:fs";
import { createServer } from "node:net";
import { hostname } from "node:os";
import path from "node:path";
import { defaultFlows, defaultLayouts } from "@sluice/blocks/default-flows";
import type { Environment } from "../config/environment.ts";
import { createPool, type DatabaseAddress } from "../database/connection.ts";
import type { SystemUser } from "../database/system-user.ts";
import { checkStorage } from "../queue/check-storage.ts";
import { seedFirstRevision } from "../store/first-start.ts";
import { createPrisma } from "../store/prisma.ts";
import { readSecretKey } from "../store/secret-store.ts";
import { makeSetupCode } from "../store/setup-code.ts";

export type FirstStart = { readonly welcome: readonly string[] };

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host: "::", port }, () => server.close(() => resolve(true)));
  });

const firstPort = async (): Promise<number> =>
  process.getuid?.() === 0 && (await isFree(25)) ? 25 : 2525;

export const prepareFirstStart = async (options: {
  address: DatabaseAddress;
  environment: Environment;
  user: SystemUser | null;
}): Promise<FirstStart> => {
  const { address, environment, user } = options;
  readSecretKey(environment.secretKeyFile);
  if (user !== null && path.dirname(environment.secretKeyFile) === environment.dataFolder) {
    chownSync(environment.secretKeyFile, user.uid, user.gid);
  }
  const pool = createPool(address, { max: 3, name: "start" });
  try {
    await checkStorage(pool);
    const store = createPrisma(pool);
    await seedFirstRevision(store, {
      defaultFlows: { flows: defaultFlows, layouts: defaultLayouts },
      port: await firstPort(),
    });
    const code = await makeSetupCode(store);
    const { host, port } = environment.http;
    const shown =
      host === "0.0.0.0" || host === "::" ? hostname() : host.includes(":") ? `[${host}]` : host;
    const url = `http://${shown}:${port}`;
    return {
      welcome:
        code === null
          ? [`Sluice runs. Web app: ${url}`]
          : [
              "Sluice runs. Make the first administrator here, once:",
              `  ${url}/setup?code=${code}`,
            ],
    };
  } finally {
    await pool.end();
  }
};
