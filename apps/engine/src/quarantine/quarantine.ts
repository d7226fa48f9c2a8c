/**
 * Held mail: lists, reading, deleting, and letting go. Each change is one
 * transaction; a body stays as long as anything refers to it.
 */
import type pg from "pg";
import { numberPattern, readCursor, writeCursor } from "../history/cursor.ts";
import { chapterStatements, outcomeStatements } from "../history/history-rows.ts";
import { readBody } from "../queue/queue-store.ts";
import { type ReleaseRoute, releaseHeld } from "./release.ts";
import { deleteExpired, deleteHeld } from "./retention.ts";

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

export type HeldFilter = { readonly quarantine: string | null; readonly search: string };

/** A held message that nothing was done to. */
export type HeldLeft = {
  readonly id: string;
  readonly why: "gone" | "released before" | "without content";
};

export type Acted = {
  readonly done: number;
  readonly skipped: number;
  readonly left: readonly HeldLeft[];
};

export type Quarantine = {
  readonly list: (page: {
    quarantine: string | null;
    search: string;
    cursor: string | null;
    limit: number;
  }) => Promise<{ rows: readonly QuarantineRow[]; nextCursor: string | null }>;
  /** Ids of everything held that matches and is not yet released, newest first. */
  readonly select: (filter: HeldFilter) => Promise<readonly string[]>;
  /** How many are held and not yet released. */
  readonly count: () => Promise<number>;
  readonly get: (id: string) => Promise<QuarantineRow | null>;
  /** null: it is gone. */
  readonly content: (id: string) => Promise<AsyncIterable<Buffer> | null>;
  /** Delivers what was held, past the flow that held it; releasing twice delivers once. */
  readonly release: (ids: readonly string[], by: string) => Promise<Acted>;
  readonly remove: (ids: readonly string[]) => Promise<Acted>;
  /** Deletes what is past its time; how many. */
  readonly expire: () => Promise<number>;
};

export type QuarantineOptions = {
  readonly pool: pg.Pool;
  readonly nextQueueId: () => string | Promise<string>;
  /** Which way a released message goes. */
  readonly route: ReleaseRoute;
  readonly clock?: () => Date;
};

type Stored = {
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
};

const columns = `id, message_id, body_id, quarantine, sender, recipient, subject, size, reason, flow, node,
  revision, received_at, expires_at, released_at, released_by`;

const rowOf = (row: Stored): QuarantineRow => ({
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

const maximumSelected = 1_000_000;

/** Words of a search must all be found; nothing of them becomes SQL. */
const conditionsOf = ({ quarantine, search }: HeldFilter) => {
  const values: unknown[] = [];
  const place = (value: unknown): string => `$${values.push(value)}`;
  const conditions: string[] = [];
  if (quarantine !== null) conditions.push(`quarantine = ${place(quarantine)}`);
  for (const word of search.match(/"[^"]*"|\S+/g) ?? []) {
    const plain = word.replace(/^"(.*)"$/s, "$1").replace(/[\\%_]/g, "\\$&");
    const like = place(`%${plain}%`);
    const named = ["sender", "recipient", "subject", "reason", "message_id::text"];
    conditions.push(`(${named.map((column) => `${column} ILIKE ${like}`).join(" OR ")})`);
  }
  return { values, conditions, place };
};

export const createQuarantine = ({
  pool,
  nextQueueId,
  route,
  clock = () => new Date(),
}: QuarantineOptions): Quarantine => {
  const find = async (id: string): Promise<Stored | null> => {
    if (!numberPattern.test(id)) return null;
    const { rows } = await pool.query<Stored>(
      `SELECT ${columns} FROM quarantined_message WHERE id = $1`,
      [id],
    );
    return rows[0] ?? null;
  };

  /** Why a release left these alone. */
  const whyLeft = async (ids: readonly string[]): Promise<readonly HeldLeft[]> => {
    const numbers = ids.filter((id) => numberPattern.test(id));
    const { rows } = await pool.query<{ id: string; released: boolean }>(
      "SELECT id, released_at IS NOT NULL AS released FROM quarantined_message WHERE id = ANY ($1::bigint[])",
      [numbers],
    );
    const known = new Map(rows.map((row) => [row.id, row.released]));
    return ids.map((id) => {
      const released = known.get(id);
      if (released === undefined) return { id, why: "gone" };
      return { id, why: released ? "released before" : "without content" };
    });
  };

  return {
    list: async ({ quarantine, search, cursor, limit }) => {
      const { values, conditions, place } = conditionsOf({ quarantine, search });
      if (cursor !== null) {
        const after = readCursor(cursor, numberPattern);
        conditions.push(`(received_at, id) < (${place(after.at)}, ${place(after.id)})`);
      }
      const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
      const { rows: found } = await pool.query<Stored>(
        `SELECT ${columns} FROM quarantined_message ${where}
          ORDER BY received_at DESC, id DESC LIMIT ${place(limit + 1)}`,
        values,
      );
      const rows = found.slice(0, limit);
      const last = rows.at(-1);
      return {
        rows: rows.map(rowOf),
        nextCursor:
          found.length > limit && last !== undefined
            ? writeCursor({ at: last.received_at, id: last.id })
            : null,
      };
    },
    select: async (filter) => {
      const { values, conditions } = conditionsOf(filter);
      const { rows } = await pool.query<{ id: string }>(
        `SELECT id FROM quarantined_message
          WHERE ${["released_at IS NULL", ...conditions].join(" AND ")}
          ORDER BY received_at DESC, id DESC LIMIT ${maximumSelected}`,
        values,
      );
      return rows.map(({ id }) => id);
    },
    count: async () => {
      const { rows } = await pool.query<{ count: string }>(
        "SELECT count(*) AS count FROM quarantined_message WHERE released_at IS NULL",
      );
      return Number(rows[0]?.count ?? 0);
    },
    get: async (id) => {
      const row = await find(id);
      return row === null ? null : rowOf(row);
    },
    content: async (id) => {
      const row = await find(id);
      if (row === null) return null;
      const { rows } = await pool.query("SELECT 1 FROM mail_body WHERE body_id = $1 LIMIT 1", [
        row.body_id,
      ]);
      return rows.length === 0 ? null : readBody(pool, row.body_id);
    },
    release: async (ids, by) => {
      const left: string[] = [];
      for (const id of ids) {
        const isReleased =
          numberPattern.test(id) &&
          (await releaseHeld(pool, id, by, { nextQueueId, route, now: clock() }));
        if (!isReleased) left.push(id);
      }
      return { done: ids.length - left.length, skipped: left.length, left: await whyLeft(left) };
    },
    remove: async (ids) => {
      const gone = new Set<string>();
      await deleteHeld(
        pool,
        ids.filter((one) => numberPattern.test(one)),
        async (client, rows) => {
          for (const { id } of rows) gone.add(id);
          const at = clock();
          const statements = [
            ...chapterStatements(
              rows.map(({ messageId, recipient }) => ({
                messageId,
                at,
                events: [
                  { at, kind: "removed", queueId: null, recipient, detail: { from: "quarantine" } },
                ],
                traces: [],
              })),
            ),
            ...outcomeStatements(
              rows
                .filter(({ isReleased }) => !isReleased)
                .map(({ messageId, recipient }) => ({ messageId, recipient, outcome: "deleted" })),
            ),
          ];
          for (const statement of statements) {
            await client.query({ ...statement, values: [...statement.values] });
          }
        },
      );
      const left = ids.filter((id) => !gone.has(id));
      return {
        done: gone.size,
        skipped: ids.length - gone.size,
        left: left.map((id) => ({ id, why: "gone" })),
      };
    },
    expire: () => deleteExpired(pool, clock()),
  };
};
