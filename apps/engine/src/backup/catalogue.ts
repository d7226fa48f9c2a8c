/** Tables and sequences of a database, by its own catalogue: a table that is added later is backed up unasked. */
import type pg from "pg";

/** What is true only while the gateway runs, or better made anew. */
export const leftOut: readonly string[] = [
  "_prisma_migrations", // written by the migrations of a restore
  "worker_lease",
  "worker_status",
  "user_session", // everybody signs in again
  "setup_code",
];
/** What is large, and what nothing depends on. */
export const historyTables: readonly string[] = [
  "mail_history",
  "mail_chapter",
  "flow_activity",
  "log_line",
];

export type TableShape = { readonly name: string; readonly columns: readonly string[] };

export const readTables = async (client: pg.ClientBase): Promise<readonly TableShape[]> => {
  const { rows } = await client.query<TableShape>(`
    SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    GROUP BY c.relname ORDER BY c.relname COLLATE "C"`);
  return rows;
};

/** After the snapshot was taken: a sequence only ever grows, and does so outside of it. */
export const readSequences = async (
  client: pg.ClientBase,
): Promise<Readonly<Record<string, [string, boolean]>>> => {
  const { rows } = await client.query<{ name: string; last: string; called: boolean }>(`
    SELECT sequencename AS name, coalesce(last_value, start_value)::text AS last, last_value IS NOT NULL AS called
    FROM pg_sequences WHERE schemaname = current_schema() ORDER BY sequencename COLLATE "C"`);
  return Object.fromEntries(rows.map(({ name, last, called }) => [name, [last, called]]));
};

/** Everything in the schema but what belongs to an extension. */
export const dropAll = async (client: pg.ClientBase): Promise<void> => {
  const { rows } = await client.query<{ statement: string }>(`
    SELECT format('DROP %s IF EXISTS %s CASCADE',
        CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
        oid::regclass) AS statement, 1 AS place
    FROM pg_class c
    WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = c.oid AND deptype IN ('e', 'i', 'a'))
    UNION ALL
    SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', oid::regprocedure), 2 FROM pg_proc p
    WHERE pronamespace = current_schema()::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')
    ORDER BY place`);
  for (const { statement } of rows) await client.query(statement);
};

/** Mail, users or settings that somebody made; the first start's own revision is none. */
export type OwnContent = {
  readonly users: boolean;
  readonly revisions: boolean;
  readonly messages: boolean;
};

/** null: the tables are not ours. */
export const readOwnContent = async (client: pg.ClientBase): Promise<OwnContent | null> => {
  const tables = new Set((await readTables(client)).map(({ name }) => name));
  const none = { users: false, revisions: false, messages: false };
  if (tables.size === 0) return none;
  if (!tables.has("_prisma_migrations")) return null;
  if (![...historyTables, "revision", "user_account", "queue_entry"].every((t) => tables.has(t))) {
    return tables.size === 1 ? none : null;
  }
  const { rows } = await client.query<OwnContent>(`SELECT
    EXISTS (SELECT FROM user_account) AS users,
    EXISTS (SELECT FROM revision WHERE author <> 'first start') AS revisions,
    EXISTS (SELECT FROM queue_entry) OR EXISTS (SELECT FROM quarantined_message)
      OR EXISTS (SELECT FROM mail_history) AS messages`);
  return rows[0] ?? none;
};
