/**
 * Applies the migrations that are missing, each in its own transaction, with
 * Prisma's bookkeeping, under an advisory lock: two nodes may start at once.
 */
import { createHash, randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import pg from "pg";
import { connectionOptions, type DatabaseAddress } from "./connection.ts";

const folder = path.resolve(import.meta.dirname, "../../../../prisma/migrations");
const lock = 5_126_525_301; // any number, the same for all of us

const bookkeeping = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id varchar(36) PRIMARY KEY,
  checksum varchar(64) NOT NULL,
  finished_at timestamptz,
  migration_name varchar(255) NOT NULL,
  logs text,
  rolled_back_at timestamptz,
  started_at timestamptz NOT NULL DEFAULT now(),
  applied_steps_count integer NOT NULL DEFAULT 0
)`;

export type Applied = { readonly name: string; readonly checksum: string };
export type Migration = Applied & { readonly sql: string };

const readMigrations = (): readonly Migration[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const sql = readFileSync(path.join(folder, name, "migration.sql"), "utf8");
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
    });

/** What is not applied yet, in order. Throws when what is applied is not ours. */
export const missingMigrations = (applied: readonly Applied[]): readonly Migration[] => {
  const checksums = new Map(applied.map(({ name, checksum }) => [name, checksum]));
  const migrations = readMigrations();
  const known = new Set(migrations.map(({ name }) => name));
  const newer = applied.find(({ name }) => !known.has(name));
  if (newer !== undefined) {
    throw new Error(
      `The database was written by a newer Sluice (it has ${newer.name}). Start that version.`,
    );
  }
  return migrations.filter(({ name, checksum }) => {
    const before = checksums.get(name);
    if (before !== undefined && before !== checksum) {
      throw new Error(`Migration ${name} is not the one this database was made with.`);
    }
    return before === undefined;
  });
};

/** Held until the connection ends: nobody else migrates or restores meanwhile. */
export const takeMigrationLock = async (client: pg.ClientBase): Promise<void> => {
  await client.query("SELECT pg_advisory_lock($1)", [lock]);
};

/** The table of what is applied, which each migration is written into. */
export const prepareBookkeeping = async (client: pg.ClientBase): Promise<void> => {
  await client.query(bookkeeping);
};

/** Inside a transaction of the caller. */
export const applyMigration = async (
  client: pg.ClientBase,
  migration: Migration,
): Promise<void> => {
  await client.query(migration.sql);
  await client.query(
    "INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ($1, $2, $3, now(), 1)",
    [randomUUID(), migration.checksum, migration.name],
  );
};

/** Returns the names that were applied now. Throws when one fails; nothing of it stays. */
export const migrate = async (address: DatabaseAddress): Promise<readonly string[]> => {
  const client = new pg.Client({
    ...connectionOptions(address),
    application_name: "sluice migrate",
  });
  await client.connect();
  try {
    await takeMigrationLock(client);
    await prepareBookkeeping(client);
    const { rows } = await client.query<Applied>(
      "SELECT migration_name AS name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL",
    );
    const done: string[] = [];
    for (const migration of missingMigrations(rows)) {
      await client.query("BEGIN");
      try {
        await applyMigration(client, migration);
        await client.query("COMMIT");
      } catch (cause) {
        await client.query("ROLLBACK");
        throw new Error(`Migration ${migration.name} failed; nothing of it was applied.`, {
          cause,
        });
      }
      done.push(migration.name);
    }
    return done;
  } finally {
    await client.end();
  }
};
