/** Where a message still is, and its octets: they are kept as long as it waits in a queue or lies in a quarantine. */
import type pg from "pg";
import type { QueueName } from "./queue-operations.ts";
import { readBody } from "./queue-store.ts";

export type MessagePlaces = {
  readonly queues: readonly QueueName[];
  readonly isHeld: boolean;
};

export type StoredMessages = {
  readonly places: (messageId: string) => Promise<MessagePlaces>;
  /** null: it is not stored any more. */
  readonly open: (messageId: string) => Promise<AsyncIterable<Uint8Array> | null>;
  readonly whole: (messageId: string) => Promise<Buffer | null>;
};

export const createStoredMessages = (pool: pg.Pool): StoredMessages => {
  const open: StoredMessages["open"] = async (messageId) => {
    const { rows } = await pool.query<{ body_id: string }>({
      name: "message-body",
      text: `SELECT body_id FROM queue_entry WHERE message_id = $1
        UNION ALL SELECT body_id FROM quarantined_message WHERE message_id = $1 LIMIT 1`,
      values: [messageId],
    });
    const [row] = rows;
    return row === undefined ? null : readBody(pool, row.body_id);
  };
  return {
    open,
    places: async (messageId) => {
      const { rows } = await pool.query<{ queue: QueueName | null }>({
        name: "message-places",
        text: `SELECT DISTINCT queue FROM queue_entry WHERE message_id = $1
          UNION ALL (SELECT NULL FROM quarantined_message WHERE message_id = $1 LIMIT 1)`,
        values: [messageId],
      });
      return {
        queues: rows.flatMap(({ queue }) => queue ?? []),
        isHeld: rows.some(({ queue }) => queue === null),
      };
    },
    whole: async (messageId) => {
      const parts = await open(messageId);
      return parts === null ? null : Buffer.concat(await Array.fromAsync(parts));
    },
  };
};
