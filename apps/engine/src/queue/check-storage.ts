/** Settings of the server that decide whether a commit is a receipt; anything unsafe stops the start. */
import type pg from "pg";

const required: Readonly<Record<string, readonly string[]>> = {
  fsync: ["on"],
  full_page_writes: ["on"],
  synchronous_commit: ["on", "remote_apply", "remote_write"],
};

/** Throws an Error that names each unsafe setting and its cure. */
export const checkStorage = async (pool: pg.Pool): Promise<void> => {
  const { rows } = await pool.query<{ name: string; setting: string }>(
    "SELECT name, setting FROM pg_settings WHERE name = ANY ($1)",
    [Object.keys(required)],
  );
  const wrong = rows.filter(({ name, setting }) => required[name]?.includes(setting) !== true);
  if (wrong.length === 0) return;
  const lines = wrong.map(
    ({ name, setting }) => `  ${name} = ${setting}, must be ${required[name]?.join(" or ")}`,
  );
  throw new Error(
    `PostgreSQL would lose accepted mail in a crash. Change these settings of the server:\n${lines.join("\n")}`,
  );
};
