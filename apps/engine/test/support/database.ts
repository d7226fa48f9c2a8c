/** A fresh, migrated database for one test file, on the PostgreSQL that the whole run shares. */
import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";
import type { DatabaseAddress } from "../../src/database/connection.ts";
import { connectionOptions, createPool } from "../../src/database/connection.ts";

declare module "vitest" {
  interface ProvidedContext {
    postgres: { folder: string; port: number; user: string; template: string };
  }
}

export type TestDatabase = {
  readonly address: DatabaseAddress;
  readonly pool: pg.Pool;
  readonly drop: () => Promise<void>;
};

export const createTestDatabase = async (): Promise<TestDatabase> => {
  const { folder, port, user, template } = inject("postgres");
  const database = `test_${randomBytes(6).toString("hex")}`;
  const admin = async (sql: string): Promise<void> => {
    const client = new pg.Client({ host: folder, port, user, database: "postgres" });
    await client.connect();
    await client.query(sql);
    await client.end();
  };
  // one copy of the template at a time is all PostgreSQL allows
  for (let attempt = 0; ; attempt++) {
    try {
      await admin(`CREATE DATABASE ${database} TEMPLATE ${template}`);
      break;
    } catch (error) {
      if (attempt > 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  const address: DatabaseAddress = { kind: "socket", folder, port, database, user };
  const pool = createPool(address, { max: 10, name: "test" });
  return {
    address,
    pool,
    drop: async () => {
      await pool.end();
      await admin(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    },
  };
};

export { connectionOptions };
