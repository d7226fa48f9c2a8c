/**
 * The database of a gateway for one command: yours by DATABASE_URL, else our own in the
 * data folder, which is started when it does not run, and stopped again.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { type Environment, readEnvironment } from "../config/environment.ts";
import { claimFolder, folderOwner } from "../database/claim-folder.ts";
import type { DatabaseAddress } from "../database/connection.ts";
import { foldersOf, prepareDataFolder } from "../database/data-folder.ts";
import { embeddedAddress, startEmbeddedPostgres } from "../database/embedded-postgres.ts";
import { ownUser, type SystemUser } from "../database/system-user.ts";

export type OpenDatabase = {
  readonly address: DatabaseAddress;
  /** With the data folder that is really used. */
  readonly environment: Environment;
  readonly user: SystemUser | null;
  readonly close: () => Promise<void>;
};

type Say = (line: string) => void;

/** Whether the gateway runs or not. */
export const openForBackup = async (wanted: Environment, say: Say): Promise<OpenDatabase> => {
  if (wanted.databaseUrl !== null) return yours(wanted, wanted.databaseUrl);
  const folder = foldersOf(wanted.dataFolder).find((one) =>
    existsSync(path.join(one, "postgres/PG_VERSION")),
  );
  if (folder === undefined) {
    throw new Error(
      `There is no database in ${wanted.dataFolder}. Name the data folder in SLUICE_DATA_DIR, or your PostgreSQL in DATABASE_URL.`,
    );
  }
  if (folderOwner(folder) === null) return start(folder, say);
  const user = ownUser();
  return {
    address: embeddedAddress(folder, user),
    environment: readEnvironment(undefined, folder),
    user,
    close: async () => {},
  };
};

/** Nobody else may work with it. */
export const openForRestore = async (wanted: Environment, say: Say): Promise<OpenDatabase> => {
  const { databaseUrl, dataFolder, dataFolderNamed } = wanted;
  const folder = prepareDataFolder(dataFolder, { user: ownUser(), named: dataFolderNamed });
  if (databaseUrl === null) return start(folder.path, say);
  const release = claimFolder(folder.path);
  const { environment, ...rest } = yours(readEnvironment(undefined, folder.path), databaseUrl);
  return { ...rest, environment, user: ownUser(), close: async () => release() };
};

const yours = (environment: Environment, url: string): OpenDatabase => ({
  address: { kind: "url", url },
  environment,
  user: null,
  close: async () => {},
});

const start = async (dataFolder: string, say: Say): Promise<OpenDatabase> => {
  const user = ownUser();
  const release = claimFolder(dataFolder);
  try {
    const log = (line: string): void => say(`postgres: ${line}`);
    const server = await startEmbeddedPostgres({ dataFolder, user, log });
    return {
      address: server.address,
      environment: readEnvironment(undefined, dataFolder),
      user,
      close: async () => {
        await server.stop();
        release();
      },
    };
  } catch (error) {
    release();
    throw error;
  }
};
