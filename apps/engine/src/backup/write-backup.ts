/**
 * Reads the database into records. Promises: one snapshot, taken while the gateway
 * runs and stopping nobody; in memory there is one block of rows. A process that dies
 * leaves nothing in the database.
 */
import pg from "pg";
import { to as copyTo } from "pg-copy-streams";
import { connectionOptions, type DatabaseAddress } from "../database/connection.ts";
import { type BackupHeader, blockBytes, type WrittenRecord } from "./backup-file.ts";
import { historyTables, leftOut, readSequences, readTables } from "./catalogue.ts";

export type BackupOptions = {
  readonly address: DatabaseAddress;
  readonly version: string;
  readonly withHistory: boolean;
  readonly key: BackupHeader["key"];
};

export async function* backupRecords(options: BackupOptions): AsyncGenerator<WrittenRecord> {
  const client = new pg.Client({
    ...connectionOptions(options.address),
    application_name: "sluice backup",
    connectionTimeoutMillis: 10_000,
    statement_timeout: 0,
  });
  client.on("error", () => {}); // the query that runs tells
  await client.connect();
  try {
    const skipped = new Set([...leftOut, ...(options.withHistory ? [] : historyTables)]);
    const tables = (await readTables(client)).filter(({ name }) => !skipped.has(name));
    if (!tables.some(({ name }) => name === "revision")) {
      throw new Error("There is no Sluice in this database: nothing to back up.");
    }
    await client.query("SET lock_timeout = '60s'");
    await client.query("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const names = tables.map(({ name }) => pg.escapeIdentifier(name)).join(", ");
    await client.query(`LOCK TABLE ${names} IN ACCESS SHARE MODE`); // no migration meanwhile
    yield await readHeader(client, options);
    const rows: Record<string, number> = {};
    for (const { name, columns } of tables) {
      yield { kind: "table", name, columns: [...columns] };
      const list = columns.map((column) => pg.escapeIdentifier(column)).join(", ");
      const stream = client.query(
        copyTo(`COPY ${pg.escapeIdentifier(name)} (${list}) TO STDOUT`, {
          highWaterMark: blockBytes,
        }),
      );
      for await (const content of blocks(stream)) yield { kind: "rows", content };
      rows[name] = stream.rowCount;
    }
    await client.query("COMMIT");
    yield { kind: "end", rows };
  } finally {
    await client.end().catch(() => {}); // it has been said already
  }
}

const readHeader = async (client: pg.Client, options: BackupOptions): Promise<BackupHeader> => {
  // the first statement that reads takes the snapshot; sequences are read after it
  // an older Sluice's database has no second factors
  const { rows } = await client.query<{ at: Date; secrets: number }>(`SELECT
    now() AS at,
    (SELECT count(*) FROM secret)::integer
      + (SELECT count(*) FROM user_account u WHERE to_jsonb(u) ->> 'totp_secret' IS NOT NULL)::integer AS secrets`);
  const { rows: migrations } = await client.query<{ name: string; checksum: string }>(
    `SELECT migration_name AS name, checksum FROM _prisma_migrations
      WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name COLLATE "C"`,
  );
  const [row] = rows;
  if (row === undefined) throw new Error("the snapshot gave no row");
  return {
    kind: "header",
    version: options.version,
    at: row.at.toISOString(),
    migrations,
    sequences: { ...(await readSequences(client)) },
    withHistory: options.withHistory,
    secrets: row.secrets,
    key: options.key,
  };
};

async function* blocks(stream: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let pending: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    for (let start = 0; start < chunk.length; start += blockBytes) {
      const part = chunk.subarray(start, start + blockBytes);
      pending.push(part);
      size += part.length;
      if (size < blockBytes) continue;
      yield Buffer.concat(pending);
      pending = [];
      size = 0;
    }
  }
  if (size > 0) yield Buffer.concat(pending);
}
