/**
 * Writes the next migration from prisma/schema.prisma, with Prisma's own engine and no database:
 *   node scripts/write-migration.ts NAME      node scripts/write-migration.ts --check
 * Each migration that Prisma's models lead to keeps its schema beside it.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import * as schemaEngine from "@prisma/schema-engine-wasm/schema_engine_bg";

const root = path.resolve(import.meta.dirname, "..");
const folder = path.join(root, "prisma/migrations");
const schema = readFileSync(path.join(root, "prisma/schema.prisma"), "utf8");

const previousSchema = (): string | null => {
  for (const name of readdirSync(folder).sort().reverse()) {
    try {
      return readFileSync(path.join(folder, name, "schema.prisma"), "utf8");
    } catch {
      // a hand-written migration leads to no other model
    }
  }
  return null;
};

/** Answers the engine's only question, which server this is; it never connects. */
const offlineFactory = {
  provider: "postgres",
  adapterName: "offline",
  connect: async () => ({
    provider: "postgres",
    adapterName: "offline",
    queryRaw: async () => ({
      columnNames: ["exists", "version", "numeric_version"],
      columnTypes: [5, 7, 0],
      rows: [[true, "PostgreSQL 15.0", 150000]],
    }),
    executeRaw: async () => 0,
    executeScript: async () => {},
    dispose: async () => {},
    startTransaction: async () => {
      throw new Error("offline");
    },
    getConnectionInfo: () => ({ schemaName: "public", supportsRelationJoins: true }),
  }),
};

const startEngine = async () => {
  const entry = createRequire(import.meta.url).resolve("@prisma/schema-engine-wasm");
  const binary = readFileSync(path.join(path.dirname(entry), "schema_engine_bg.wasm"));
  const instance = new WebAssembly.Instance(new WebAssembly.Module(binary), {
    "./schema_engine_bg.js": schemaEngine,
  });
  schemaEngine.__wbg_set_wasm(instance.exports);
  const start = instance.exports["__wbindgen_start"];
  if (typeof start === "function") start();
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: { set_message: (text: string) => console.error(text) },
  });
  // the factory is the engine's to call; its type asks for more than it uses
  const factory = bindMigrationAwareSqlAdapterFactory(offlineFactory as never);
  return schemaEngine.SchemaEngine.new(
    { datamodels: [["schema.prisma", schema]] },
    () => {},
    factory,
  );
};

const previous = previousSchema();
const engine = await startEngine();
const { stdout: answer } = await engine.diff({
  from:
    previous === null
      ? { tag: "empty" }
      : { tag: "schemaDatamodel", files: [{ path: "schema.prisma", content: previous }] },
  to: { tag: "schemaDatamodel", files: [{ path: "schema.prisma", content: schema }] },
  script: true,
  exitCode: null,
  filters: { externalTables: [], externalEnums: [] },
});
const stdout = answer ?? "";
const isEmpty = stdout.includes("This is an empty migration");
const argument = process.argv[2];

if (argument === "--check") {
  if (!isEmpty) {
    console.error("prisma/schema.prisma has moved on: run `pnpm db:migration NAME`.\n");
    console.error(stdout);
    process.exit(1);
  }
} else if (isEmpty) {
  console.log("Nothing has changed.");
} else if (argument === undefined || !/^[a-z0-9_]+$/.test(argument)) {
  console.error("usage: pnpm db:migration NAME   (small letters, digits, _)");
  process.exit(2);
} else {
  const stamp = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  const target = path.join(folder, `${stamp}_${argument}`);
  mkdirSync(target, { recursive: true });
  writeFileSync(path.join(target, "migration.sql"), stdout);
  writeFileSync(path.join(target, "schema.prisma"), schema);
  console.log(`${path.relative(root, target)}/migration.sql`);
}
process.exit(0);
