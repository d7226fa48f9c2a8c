/**
 * Held mail: seen, released into delivery, deleted.
 *
 * Promises: a release inserts the queue entry and marks the held row in one
 * transaction, so that releasing twice delivers once. Released mail does not run
 * the flow that held it again.
 */
import type pg from "pg";
import type { Envelope } from "../queue/queue-entry.ts";
import { queueChannel } from "../queue/queue-operations.ts";
import { insertEntries, readBody } from "../queue/queue-store.ts";

export type QuarantineRow = {
  readonly id: string;
  readonly messageId: string;
  readonly quarantine: string;
  readonly sender: string;
  readonly recipient: string;
  readonly subject: string;
  readonly size: number;
  readonly reason: string;
  readonly flow: string;
  readonly node: string | null;
  readonly revision: number;
  readonly receivedAt: string;
  readonly expiresAt: string;
  readonly releasedAt: string | null;
  readonly releasedBy: string | null;
};

export type Quarantine = {
  readonly list: (page: {
    quarantine: string | null;
    search: string;
    cursor: string | null;
    limit: number;
  }) => Promise<{ rows: readonly QuarantineRow[]; nextCursor: string | null }>;
  readonly count: () => Promise<number>;
  readonly get: (id: string) => Promise<QuarantineRow | null>;
  readonly content: (id: string) => Promise<AsyncIterable<Buffer> | null>;
  readonly release: (
    ids: readonly string[],
    by: string,
  ) => Promise<{ done: number; skipped: number }>;
  readonly remove: (ids: readonly string[]) => Promise<{ done: number; skipped: number }>;
  /** Deletes what is past its time; returns how many. */
  readonly expire: () => Promise<number>;
};

type Row = {
  id: string;
  message_id: string;
  body_id: string;
  quarantine: string;
  sender: string;
  recipient: string;
  subject: string;
  size: string;
  reason: string;
  flow: string;
  node: string | null;
  revision: number;
  received_at: Date;
  expires_at: Date;
  released_at: Date | null;
  released_by: string | null;
  envelope: Envelope;
};

const rowOf = (row: Row): QuarantineRow => ({
  id: row.id,
  messageId: row.message_id,
  quarantine: row.quarantine,
  sender: row.sender,
  recipient: row.recipient,
  subject: row.subject,
  size: Number(row.size),
  reason: row.reason,
  flow: row.flow,
  node: row.node,
  revision: row.revision,
  receivedAt: row.received_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
  releasedAt: row.released_at?.toISOString() ?? null,
  releasedBy: row.released_by,
});

const removeText = `
WITH gone AS (DELETE FROM quarantined_message WHERE CONDITION RETURNING id, body_id)
, bodies AS (
  DELETE FROM mail_body b USING (SELECT DISTINCT body_id FROM gone) g WHERE b.body_id = g.body_id
    AND NOT EXISTS (SELECT FROM queue_entry e WHERE e.body_id = g.body_id)
    AND NOT EXISTS (SELECT FROM quarantined_message q WHERE q.body_id = g.body_id AND q.id NOT IN (SELECT id FROM gone))
)
SELECT id FROM gone`;

export const createQuarantine = (options: {
  readonly pool: pg.Pool;
  /** Where released mail goes: the domain's transport, by the live settings. */
  readonly route: (recipient: string) => {
    domain: string | null;
    transport: string | null;
    nextHop: string;
  };
  readonly nextQueueId: () => string;
}): Quarantine => {
  const { pool, route } = options;
  return {
    list: async ({ quarantine, search, cursor, limit }) => {
      const values: unknown[] = [];
      const terms = ["true"];
      const add = (term: (parameter: string) => string, value: unknown): void => {
        values.push(value);
        terms.push(term(`$${values.length}`));
      };
      if (quarantine !== null) add((p) => `quarantine = ${p}`, quarantine);
      if (search.trim() !== "") {
        add(
          (p) =>
            `position(lower(${p}) in lower(concat_ws(' ', sender, recipient, subject, reason))) > 0`,
          search.trim(),
        );
      }
      if (cursor !== null) add((p) => `id < ${p}::bigint`, cursor);
      const { rows } = await pool.query<Row>(
        `SELECT * FROM quarantined_message WHERE ${terms.join(" AND ")} ORDER BY id DESC LIMIT ${limit + 1}`,
        values,
      );
      const page = rows.slice(0, limit);
      return {
        rows: page.map(rowOf),
        nextCursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null,
      };
    },

    count: async () => {
      const { rows } = await pool.query<{ count: string }>(
        "SELECT count(*) AS count FROM quarantined_message WHERE released_at IS NULL",
      );
      return Number(rows[0]?.count ?? 0);
    },

    get: async (id) => {
      const { rows } = await pool.query<Row>("SELECT * FROM quarantined_message WHERE id = $1", [
        id,
      ]);
      return rows[0] === undefined ? null : rowOf(rows[0]);
    },

    content: async (id) => {
      const { rows } = await pool.query<{ body_id: string }>(
        "SELECT body_id FROM quarantined_message WHERE id = $1",
        [id],
      );
      return rows[0] === undefined ? null : readBody(pool, rows[0].body_id);
    },

    release: async (ids, by) => {
      const client = await pool.connect();
      try {
        await client.query("BEGIN");
        const { rows } = await client.query<Row>(
          `UPDATE quarantined_message SET released_at = now(), released_by = $2
           WHERE id = ANY ($1::bigint[]) AND released_at IS NULL RETURNING *`,
          [ids, by],
        );
        await insertEntries(
          client,
          "0", // no lease: whoever is free takes them
          rows.map((row) => ({
            queue: "outgoing" as const,
            queueId: options.nextQueueId(),
            messageId: row.message_id,
            bodyId: row.body_id,
            sender: row.sender,
            recipient: row.recipient,
            size: Number(row.size),
            receivedAt: new Date(), // its age begins anew
            listener: null,
            revision: row.revision,
            delaySeconds: 0,
            envelope: row.envelope,
            isTaken: false,
            ...route(row.recipient),
          })),
        );
        for (const row of rows) {
          await client.query(
            `INSERT INTO mail_event (message_id, at, kind, recipient, detail) VALUES ($1, now(), 'released', $2, jsonb_build_object('by', $3::text))`,
            [row.message_id, row.recipient, by],
          );
        }
        await client.query(
          "UPDATE mail_history SET outcome = 'queued' WHERE message_id = ANY ($1::uuid[])",
          [rows.map((row) => row.message_id)],
        );
        await client.query("SELECT pg_notify($1, '')", [queueChannel]);
        await client.query("COMMIT");
        client.release();
        return { done: rows.length, skipped: ids.length - rows.length };
      } catch (error) {
        client.release(true);
        throw error;
      }
    },

    remove: async (ids) => {
      const { rowCount } = await pool.query(
        removeText.replace("CONDITION", "id = ANY ($1::bigint[])"),
        [ids],
      );
      return { done: rowCount ?? 0, skipped: ids.length - (rowCount ?? 0) };
    },

    expire: async () => {
      const { rowCount } = await pool.query(removeText.replace("CONDITION", "expires_at < now()"));
      return rowCount ?? 0;
    },
  };
};
