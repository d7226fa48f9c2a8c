/**
 * Puts a backup into a database. Promises: all of it or nothing, in one transaction,
 * old tables and all; a process that dies leaves what was there. Only names that the
 * migrations made become part of a statement, never a word of the file.
 *
 * Mail that waited at the time of the backup has most likely been delivered since:
 * it is put on hold, unless it is to be released.
 */
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { connectionOptions, type DatabaseAddress } from "../database/connection.ts";
import {
  applyMigration,
  missingMigrations,
  prepareBookkeeping,
  takeMigrationLock,
} from "../database/migrate.ts";
import { type BackupHeader, type BackupRecord, DamagedBackup, readRecords } from "./backup-file.ts";
import { dropAll, leftOut, readOwnContent, readTables, type TableShape } from "./catalogue.ts";

export type RestoreOptions = {
  readonly address: DatabaseAddress;
  readonly source: Readable;
  /** What is in the database goes. */
  readonly replace: boolean;
  readonly queue: "hold" | "release";
  readonly withSecrets: boolean;
  /** Before anything changes: throws when the backup cannot be used here. */
  readonly examine: (header: BackupHeader) => void;
};

export type Restored = {
  readonly header: BackupHeader;
  readonly rows: Readonly<Record<string, number>>;
  /** Queue entries that went on hold. */
  readonly held: number;
  /** Migrations that are younger than the backup. */
  readonly applied: readonly string[];
};

export const restoreBackup = async (options: RestoreOptions): Promise<Restored> => {
  const records = readRecords(options.source);
  const client = new pg.Client({
    ...connectionOptions(options.address),
    application_name: "sluice restore",
    connectionTimeoutMillis: 10_000,
    statement_timeout: 0,
  });
  client.on("error", () => {}); // the query that runs tells
  try {
    const { value: header } = await records.next();
    if (header?.kind !== "header") throw new DamagedBackup("it does not begin with its header");
    await client.connect();
    await takeMigrationLock(client); // a gateway that starts now waits for us
    const own = migrationsOf(header);
    await refuseWhileUsed(client);
    await refuseUnlessEmpty(client, options.replace);
    options.examine(header);
    await client.query("BEGIN");
    await dropAll(client);
    await prepareBookkeeping(client);
    for (const migration of missingMigrations([])) {
      if (own.has(migration.name)) await applyMigration(client, migration);
    }
    const rows = await copyTables(client, records).catch(async (error: unknown) => {
      await readToEnd(records); // when the file is damaged, that is what there is to say
      throw error;
    });
    for (const [name, [value, called]] of Object.entries(header.sequences)) {
      await client.query("SELECT setval($1::text::regclass, $2, $3)", [
        pg.escapeIdentifier(name),
        value,
        called,
      ]);
    }
    const held = await settleQueue(client, header, options.queue);
    const later = missingMigrations(header.migrations);
    for (const migration of later) await applyMigration(client, migration);
    if (!options.withSecrets) await forgetSecrets(client);
    await client.query("COMMIT");
    return { header, rows, held, applied: later.map(({ name }) => name) };
  } finally {
    await client.end().catch(() => {}); // what was not committed is gone
    options.source.destroy();
    await records.return(undefined).catch(() => {});
  }
};

/** The names of what this version and the backup share; throws when the backup has others. */
const migrationsOf = (header: BackupHeader): ReadonlySet<string> => {
  const known = new Map(missingMigrations([]).map(({ name, checksum }) => [name, checksum]));
  for (const { name, checksum } of header.migrations) {
    if (known.get(name) === checksum) continue;
    const why = known.has(name) ? `another ${name}` : name;
    throw new Error(
      `The backup was made by another Sluice (version ${header.version}; it has ${why}). Restore it with that version, then upgrade.`,
    );
  }
  return new Set(header.migrations.map(({ name }) => name));
};

const refuseWhileUsed = async (client: pg.Client): Promise<void> => {
  const { rows } = await client.query<{ name: string }>(`
    SELECT DISTINCT application_name AS name FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
      AND application_name LIKE 'sluice %' AND application_name <> 'sluice migrate' ORDER BY 1`);
  if (rows.length === 0) return;
  throw new Error(
    `The database is in use (${rows.map(({ name }) => name).join(", ")}). Stop every gateway that works with it, then restore.`,
  );
};

const refuseUnlessEmpty = async (client: pg.Client, replace: boolean): Promise<void> => {
  const own = await readOwnContent(client);
  if (own === null) {
    throw new Error("The database holds tables that are not Sluice's. Give it one of its own.");
  }
  if (replace) return;
  const found = [
    ...(own.revisions ? ["settings"] : []),
    ...(own.users ? ["users"] : []),
    ...(own.messages ? ["messages"] : []),
  ];
  if (found.length === 0) return;
  throw new Error(
    `The database has ${found.join(", ")} of its own. Restore into an empty data folder or database, or say --replace: then all that is there is deleted (back it up first).`,
  );
};

type Records = AsyncGenerator<BackupRecord, void>;

const copyTables = async (
  client: pg.Client,
  records: Records,
): Promise<Readonly<Record<string, number>>> => {
  const shapes = new Map((await readTables(client)).map((shape) => [shape.name, shape]));
  const rows: Record<string, number> = {};
  let next = await records.next();
  const rowsOf = async function* (): AsyncGenerator<Buffer> {
    for (;;) {
      next = await records.next();
      if (next.done === true || next.value.kind !== "rows") return;
      yield next.value.content;
    }
  };
  while (next.done !== true) {
    const record = next.value;
    if (record.kind === "end") {
      for (const [name, count] of Object.entries(record.rows)) {
        if (rows[name] !== count) throw new DamagedBackup(`rows of ${name} are missing`);
      }
      return rows;
    }
    if (record.kind !== "table") throw new DamagedBackup("its records are out of order");
    const stream = client.query(copyFrom(copyStatement(shapes, record, rows)));
    await pipeline(rowsOf, stream);
    rows[record.name] = stream.rowCount;
  }
  throw new DamagedBackup("its end is missing");
};

const readToEnd = async (records: Records): Promise<void> => {
  while ((await records.next()).done !== true);
};

const copyStatement = (
  shapes: ReadonlyMap<string, TableShape>,
  { name, columns }: { name: string; columns: readonly string[] },
  done: Readonly<Record<string, number>>,
): string => {
  const known = new Set(shapes.get(name)?.columns);
  const isOurs = known.size > 0 && !leftOut.includes(name) && !Object.hasOwn(done, name);
  if (!isOurs || !columns.every((column) => known.has(column))) {
    throw new DamagedBackup("it names a table or column that its version did not have");
  }
  const list = columns.map((column) => pg.escapeIdentifier(column)).join(", ");
  return `COPY ${pg.escapeIdentifier(name)} (${list}) FROM STDIN`;
};

const forgetSecrets = async (client: pg.Client): Promise<void> => {
  await client.query("DELETE FROM secret");
  await client.query("UPDATE user_account SET totp_secret = NULL, totp_since = NULL");
};

/**
 * Nobody works on anything. What waits for its content flow cannot go on hold, for a
 * release would pass the flow by: it waits until somebody says "retry".
 */
const settleQueue = async (
  client: pg.Client,
  header: BackupHeader,
  queue: RestoreOptions["queue"],
): Promise<number> => {
  await client.query("UPDATE queue_entry SET lease_epoch = NULL WHERE lease_epoch IS NOT NULL");
  if (queue === "release") return 0;
  const day = header.at.slice(0, 16).replace("T", " ");
  const { rowCount } = await client.query(
    `UPDATE queue_entry SET
        queue = CASE queue WHEN 'outgoing' THEN 'hold' ELSE queue END,
        next_attempt_at = CASE queue WHEN 'incoming' THEN now() + interval '10 years' ELSE next_attempt_at END,
        last_reply = $1 || CASE WHEN last_reply IS NULL THEN '' ELSE '; before: ' || last_reply END
      WHERE queue IN ('outgoing', 'incoming')`,
    [`held by the restore of a backup (${day} UTC)`],
  );
  return rowCount ?? 0;
};
