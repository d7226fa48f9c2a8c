/** Deletes held mail, and each body that nothing refers to any more, in one transaction. */
import type pg from "pg";

const batchRows = 1000;

export type DeletedHeld = {
  readonly id: string;
  readonly messageId: string;
  readonly recipient: string;
  readonly isReleased: boolean;
};

type Gone = {
  id: string;
  message_id: string;
  body_id: string;
  recipient: string;
  is_released: boolean;
};

const removeBodies = `
DELETE FROM mail_body WHERE body_id = ANY ($1::uuid[])
  AND NOT EXISTS (SELECT FROM queue_entry e WHERE e.body_id = mail_body.body_id)
  AND NOT EXISTS (SELECT FROM quarantined_message q WHERE q.body_id = mail_body.body_id)`;

const deleteWhere = async (
  pool: pg.Pool,
  condition: string,
  values: readonly unknown[],
  also: (client: pg.PoolClient, rows: readonly DeletedHeld[]) => Promise<void> = async () => {},
): Promise<number> => {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    const { rows } = await client.query<Gone>(
      `DELETE FROM quarantined_message WHERE ${condition}
        RETURNING id, message_id, body_id, recipient, released_at IS NOT NULL AS is_released`,
      [...values],
    );
    if (rows.length > 0) {
      await client.query(removeBodies, [[...new Set(rows.map(({ body_id: body }) => body))]]);
      await also(
        client,
        rows.map((row) => ({
          id: row.id,
          messageId: row.message_id,
          recipient: row.recipient,
          isReleased: row.is_released,
        })),
      );
    }
    await client.query("COMMIT");
    return rows.length;
  } catch (error) {
    await client.query("ROLLBACK").catch((cause: Error) => {
      broken = cause;
    });
    throw error;
  } finally {
    client.release(broken);
  }
};

/** How many of these there were. */
export const deleteHeld = (
  pool: pg.Pool,
  ids: readonly string[],
  also: (client: pg.PoolClient, rows: readonly DeletedHeld[]) => Promise<void>,
): Promise<number> =>
  ids.length === 0 ? Promise.resolve(0) : deleteWhere(pool, "id = ANY ($1::bigint[])", [ids], also);

/** Everything past its time, a thousand at once. */
export const deleteExpired = async (pool: pg.Pool, now: Date): Promise<number> => {
  let total = 0;
  for (;;) {
    const gone = await deleteWhere(
      pool,
      `id IN (SELECT id FROM quarantined_message WHERE expires_at < $1 ORDER BY expires_at LIMIT ${batchRows})`,
      [now],
    );
    total += gone;
    if (gone < batchRows) return total;
  }
};
