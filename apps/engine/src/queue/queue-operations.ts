/**
 * What an administrator sees of the queue and does to it: lists, sums, retry now,
 * hold, release, remove, return to the sender, send elsewhere, pause.
 *
 * Promises: an entry that a worker has at this moment is left alone and counted
 * as skipped; everything else happens in one statement for all entries named.
 * Work on a filter is done in steps: `select` once, then `act` on some hundred ids.
 */
import type pg from "pg";
import { type Pauses, readPauses } from "./pauses.ts";
import { actOn, type LeftAlone, type NextHopOf, type QueueAction } from "./queue-actions.ts";
import { conditionOf, type QueueFilter, type QueueName } from "./queue-filter.ts";
import { readBody } from "./queue-store.ts";
import { createQueueSummary, type QueueSummary } from "./queue-summary.ts";

export type { QueueAction } from "./queue-actions.ts";
export type { QueueFilter, QueueName } from "./queue-filter.ts";
export type { QueueSummary } from "./queue-summary.ts";

export type QueueRow = {
  readonly queueId: string;
  readonly messageId: string;
  readonly queue: QueueName;
  readonly sender: string;
  readonly recipient: string;
  readonly subject: string;
  readonly size: number;
  readonly receivedAt: string;
  readonly listener: string | null;
  readonly domain: string | null;
  readonly transport: string | null;
  readonly nextHop: string;
  readonly attempts: number;
  readonly nextAttemptAt: string;
  readonly lastReply: string | null;
  readonly lastAttemptAt: string | null;
  /** Somebody delivers it at this moment. */
  readonly active: boolean;
  /** Its next hop is stopped: it waits, whatever its next attempt says. */
  readonly paused: boolean;
};

export type PauseTarget =
  | { readonly kind: "all" }
  | { readonly kind: "transport"; readonly transport: string }
  | { readonly kind: "destination"; readonly destination: string };

export type Pause = { readonly target: PauseTarget; readonly since: string; readonly by: string };

export type QueueOperations = {
  readonly summary: () => Promise<QueueSummary>;
  readonly list: (page: {
    filter: QueueFilter;
    cursor: string | null;
    limit: number;
  }) => Promise<{ rows: readonly QueueRow[]; nextCursor: string | null; estimate: number }>;
  /** Ids of every entry the filter matches now. */
  readonly select: (filter: QueueFilter) => Promise<readonly string[]>;
  /** Says which it could not act on, and why. */
  readonly act: (
    action: QueueAction,
    queueIds: readonly string[],
    by: string,
  ) => Promise<{ done: number; skipped: number; left: readonly LeftAlone[] }>;
  readonly pauses: () => Promise<readonly Pause[]>;
  readonly pause: (target: PauseTarget, by: string) => Promise<void>;
  readonly resume: (target: PauseTarget) => Promise<void>;
  /** The message of an entry as it would be delivered; null: there is none. */
  readonly content: (queueId: string) => Promise<AsyncIterable<Buffer> | null>;
};

export type QueueOperationsOptions = {
  readonly pool: pg.Pool;
  readonly clock: () => Date;
  /** By the live snapshot (`nextHopName`). */
  readonly nextHopOf: NextHopOf;
  /** Transports that the settings stop. */
  readonly pausedTransports: () => readonly string[];
};

/**
 * Wakes every worker: something in the queue, or about it, has changed. The payload
 * `retry` asks for an attempt at once, at hops too that are left alone for a while.
 */
export const queueChannel = "sluice_queue";

const maximumSelected = 2_000_000;

export const createQueueOperations = (options: QueueOperationsOptions): QueueOperations => {
  const { pool, clock, nextHopOf } = options;

  const wake = async (reason: "" | "retry"): Promise<void> => {
    await pool.query("SELECT pg_notify($1, $2)", [queueChannel, reason]);
  };

  const isPaused = (pauses: Pauses, nextHop: string): boolean => {
    const [transport = ""] = nextHop.split("/");
    return (
      pauses.all ||
      pauses.destinations.has(nextHop) ||
      pauses.transports.has(transport) ||
      options.pausedTransports().includes(transport)
    );
  };
  const summary = createQueueSummary({ pool, isPaused });

  return {
    summary: summary.read,

    list: async ({ filter, cursor, limit }) => {
      const where = conditionOf(filter);
      const after = cursor === null ? "" : ` AND queue_id > $${where.values.length + 1}::bigint`;
      const values = cursor === null ? where.values : [...where.values, cursor];
      const { rows } = await pool.query<ListedRow>(
        `SELECT queue_id, message_id, queue, sender, recipient, size, received_at, listener, domain, transport,
           next_hop, attempts, next_attempt_at, last_reply, last_attempt_at, lease_epoch, envelope ->> 'subject' AS subject
         FROM queue_entry WHERE ${where.text}${after} ORDER BY queue_id LIMIT ${Number(limit) + 1}`,
        values,
      );
      const { rows: counted } = await pool.query<{ count: string }>(
        `SELECT count(*) AS count FROM (SELECT FROM queue_entry WHERE ${where.text} LIMIT 100000) AS matching`,
        where.values,
      );
      const pauses = await readPauses(pool);
      const page = rows.slice(0, limit);
      return {
        rows: page.map((row) => rowOf(row, isPaused(pauses, row.next_hop))),
        nextCursor: rows.length > limit ? (page.at(-1)?.queue_id ?? null) : null,
        estimate: Number(counted[0]?.count ?? 0),
      };
    },

    select: async (filter) => {
      const where = conditionOf(filter);
      const { rows } = await pool.query<{ queue_id: string }>(
        `SELECT queue_id FROM queue_entry WHERE ${where.text} ORDER BY queue_id LIMIT ${maximumSelected}`,
        where.values,
      );
      return rows.map((row) => row.queue_id);
    },

    act: async (action, queueIds, by) => {
      if (queueIds.length === 0) return { done: 0, skipped: 0, left: [] };
      const { done, left } = await actOn(pool, action, queueIds, { by, at: clock(), nextHopOf });
      if (action.kind !== "hold" && action.kind !== "remove") await wake("retry");
      summary.forget();
      return { done, skipped: queueIds.length - done, left };
    },

    pauses: async () => {
      const { rows } = await pool.query<PauseRow>({
        name: "pause-list",
        text: "SELECT kind, target, since, by FROM delivery_pause ORDER BY since",
      });
      return rows.map(({ kind, target, since, by }) => ({
        target: targetOf(kind, target),
        since: since.toISOString(),
        by,
      }));
    },

    pause: async (target, by) => {
      await pool.query({
        name: "pause-add",
        text: "INSERT INTO delivery_pause (kind, target, by) VALUES ($1, $2, $3) ON CONFLICT (kind, target) DO NOTHING",
        values: [target.kind, nameOfTarget(target), by],
      });
      await wake("");
    },

    resume: async (target) => {
      await pool.query({
        name: "pause-remove",
        text: "DELETE FROM delivery_pause WHERE kind = $1 AND target = $2",
        values: [target.kind, nameOfTarget(target)],
      });
      await wake("retry");
    },

    content: async (queueId) => {
      const { rows } = await pool.query<{ body_id: string }>({
        name: "entry-body",
        text: "SELECT body_id FROM queue_entry WHERE queue_id = $1",
        values: [queueId],
      });
      const bodyId = rows[0]?.body_id;
      return bodyId === undefined ? null : readBody(pool, bodyId);
    },
  };
};

type ListedRow = {
  queue_id: string;
  message_id: string;
  queue: QueueName;
  sender: string;
  recipient: string;
  subject: string | null;
  size: string;
  received_at: Date;
  listener: string | null;
  domain: string | null;
  transport: string | null;
  next_hop: string;
  attempts: number;
  next_attempt_at: Date;
  last_reply: string | null;
  last_attempt_at: Date | null;
  lease_epoch: string | null;
};

const rowOf = (row: ListedRow, isPaused: boolean): QueueRow => ({
  queueId: row.queue_id,
  messageId: row.message_id,
  queue: row.queue,
  sender: row.sender,
  recipient: row.recipient,
  subject: row.subject ?? "",
  size: Number(row.size),
  receivedAt: row.received_at.toISOString(),
  listener: row.listener,
  domain: row.domain,
  transport: row.transport,
  nextHop: row.next_hop,
  attempts: row.attempts,
  nextAttemptAt: row.next_attempt_at.toISOString(),
  lastReply: row.last_reply,
  lastAttemptAt: row.last_attempt_at?.toISOString() ?? null,
  active: row.lease_epoch !== null,
  paused: row.queue === "outgoing" && isPaused,
});

type PauseRow = { kind: PauseTarget["kind"]; target: string; since: Date; by: string };

const targetOf = (kind: PauseTarget["kind"], target: string): PauseTarget => {
  switch (kind) {
    case "all":
      return { kind };
    case "transport":
      return { kind, transport: target };
    case "destination":
      return { kind, destination: target };
    default:
      return kind satisfies never;
  }
};

const nameOfTarget = (target: PauseTarget): string => {
  switch (target.kind) {
    case "all":
      return "";
    case "transport":
      return target.transport;
    case "destination":
      return target.destination;
    default:
      return target satisfies never;
  }
};
