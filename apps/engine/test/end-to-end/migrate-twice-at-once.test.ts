import { randomBytes } from "node:crypto";
import pg from "pg";
import { expect, inject, test } from "vitest";
import type { DatabaseAddress } from "../../src/database/connection.ts";
import { connectionOptions } from "../../src/database/connection.ts";
import { migrate } from "../../src/database/migrate.ts";

const emptyDatabase = async (): Promise<DatabaseAddress> => {
  const { folder, port, user } = inject("postgres");
  const database = `empty_${randomBytes(6).toString("hex")}`;
  const admin = new pg.Client({ host: folder, port, user, database: "postgres" });
  await admin.connect();
  await admin.query(`CREATE DATABASE ${database}`);
  await admin.end();
  return { kind: "socket", folder, port, database, user };
};

const query = async (address: DatabaseAddress, sql: string): Promise<unknown[]> => {
  const client = new pg.Client(connectionOptions(address));
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows;
};

test("two nodes that start at once apply each migration once", async () => {
  const address = await emptyDatabase();
  const applied = await Promise.all([migrate(address), migrate(address), migrate(address)]);
  const names = applied.flat();
  expect(names.length).toBeGreaterThan(0);
  expect(new Set(names).size).toBe(names.length);
  expect(await migrate(address)).toEqual([]);
});

test("a database of a newer version is left alone", async () => {
  const address = await emptyDatabase();
  await migrate(address);
  await query(
    address,
    "INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'y', '99990101000000_later', now())",
  );
  await expect(migrate(address)).rejects.toThrow(/newer Sluice.*99990101000000_later/);
});

test("a migration that was changed afterwards is refused", async () => {
  const address = await emptyDatabase();
  const [first] = await migrate(address);
  await query(
    address,
    `UPDATE _prisma_migrations SET checksum = 'other' WHERE migration_name = '${first}'`,
  );
  await expect(migrate(address)).rejects.toThrow(`${first} is not the one`);
});
