/**
 * What an administrator sees of the queue and does to it: lists, sums, retry now,
 * hold, release, remove, return to the sender, send elsewhere, pause.
 *
 * Promises: an entry that a worker has at this moment is left alone and counted
 * as skipped; everything else happens in one statement for all entries named.
 * Work on a filter is done in steps: `select` once, then `act` on some hundred ids.
 */
import type pg from "pg";
import type { HistoryEventKind, Outcome } from "../history/event.ts";
import { eventStatements, outcomeStatements } from "../history/history-rows.ts";
import { readPauses } from "./pauses.ts";
import { readBody, runStatements, unreferenced } from "./queue-store.ts";

export type QueueName = "incoming" | "outgoing" | "hold";

export type QueueFilter = {
  readonly queue?: QueueName | undefined;
  /** Part of the address, in any case. */
  readonly sender?: string | undefined;
  readonly recipient?: string | undefined;
  readonly nextHop?: string | undefined;
  readonly transport?: string | undefined;
  readonly messageId?: string | undefined;
  /** Part of the last reply. */
  readonly reply?: string | undefined;
};

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
};

export type QueueSummary = {
  readonly queues: readonly {
    readonly queue: QueueName;
    readonly count: number;
    readonly oldest: string | null;
  }[];
  readonly nextHops: readonly {
    readonly queue: QueueName;
    readonly nextHop: string;
    readonly count: number;
    readonly oldest: string;
    readonly nextAttempt: string | null;
    readonly lastReply: string | null;
    readonly paused: boolean;
  }[];
  readonly replies: readonly { readonly reply: string; readonly count: number }[];
};

export type QueueAction =
  | { readonly kind: "retry" | "hold" | "release" | "remove" | "bounce" }
  | { readonly kind: "changeTransport"; readonly transport: string }
  | { readonly kind: "changeRecipient"; readonly recipient: string };

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
  /** Says how many it could not act on: gone, in another queue, or being delivered. */
  readonly act: (
    action: QueueAction,
    queueIds: readonly string[],
    by: string,
  ) => Promise<{ done: number; skipped: number }>;
  readonly pauses: () => Promise<readonly Pause[]>;
  readonly pause: (target: PauseTarget, by: string) => Promise<void>;
  readonly resume: (target: PauseTarget) => Promise<void>;
  /** The message of an entry as it would be delivered; null: there is none. */
  readonly content: (queueId: string) => Promise<AsyncIterable<Buffer> | null>;
};

export type QueueOperationsOptions = {
  readonly pool: pg.Pool;
  readonly clock: () => Date;
  /** Where mail of a transport to a recipient goes (`nextHopName` of the live snapshot). */
  readonly nextHopOf: (entry: {
    transport: string | null;
    recipient: string;
    listener: string | null;
  }) => string;
};

/** Wakes every worker: something in the queue, or about it, has changed. */
export const queueChannel = "sluice_queue";

const maximumGroups = 500;
const maximumSelected = 1_000_000;

export const createQueueOperations = (options: QueueOperationsOptions): QueueOperations => {
  const { pool, clock, nextHopOf } = options;

  const wake = async (): Promise<void> => {
    await pool.query("SELECT pg_notify($1, '')", [queueChannel]);
  };

  const changeRoute = async (
    action: Extract<QueueAction, { kind: "changeTransport" | "changeRecipient" }>,
    queueIds: readonly string[],
  ): Promise<Acted[]> => {
    const { rows } = await pool.query<{
      queue_id: string;
      transport: string | null;
      recipient: string;
      listener: string | null;
    }>({
      name: "operation-route-read",
      text: "SELECT queue_id, transport, recipient, listener FROM queue_entry WHERE queue_id = ANY ($1::bigint[])",
      values: [queueIds],
    });
    const changes = rows.map((row) => {
      const transport = action.kind === "changeTransport" ? action.transport : row.transport;
      const recipient = action.kind === "changeRecipient" ? action.recipient : row.recipient;
      return {
        queue_id: row.queue_id,
        transport,
        recipient,
        next_hop: nextHopOf({ transport, recipient, listener: row.listener }),
      };
    });
    const { rows: acted } = await pool.query<Acted>({
      name: "operation-route-write",
      text: `UPDATE queue_entry e SET transport = row.transport, recipient = row.recipient,
          next_hop = row.next_hop, attempts = 0, next_attempt_at = now()
        FROM json_to_recordset($1::json) AS row (queue_id bigint, transport text, recipient text, next_hop text)
        WHERE e.queue_id = row.queue_id AND e.lease_epoch IS NULL AND e.queue IN ('outgoing', 'hold')
        RETURNING e.message_id, e.queue_id, e.recipient`,
      values: [JSON.stringify(changes)],
    });
    return acted;
  };

  return {
    summary: async () => {
      const [queues, hops, replies, pauses] = await Promise.all([
        pool.query<{ queue: QueueName; count: string; oldest: Date | null }>({
          name: "queue-sums",
          text: "SELECT queue, count(*) AS count, min(received_at) AS oldest FROM queue_entry GROUP BY queue",
        }),
        pool.query<HopRow>({ name: "queue-hops", text: hopsText, values: [maximumGroups] }),
        pool.query<{ reply: string; count: string }>({
          name: "queue-replies",
          text: `SELECT last_reply AS reply, count(*) AS count FROM queue_entry WHERE last_reply IS NOT NULL
            GROUP BY last_reply ORDER BY count(*) DESC LIMIT 50`,
        }),
        readPauses(pool),
      ]);
      const isPaused = (hop: HopRow): boolean =>
        pauses.all ||
        pauses.destinations.has(hop.next_hop) ||
        (hop.transport !== null && pauses.transports.has(hop.transport));
      return {
        queues: (["incoming", "outgoing", "hold"] as const).map((queue) => {
          const row = queues.rows.find((one) => one.queue === queue);
          return {
            queue,
            count: Number(row?.count ?? 0),
            oldest: row?.oldest?.toISOString() ?? null,
          };
        }),
        nextHops: hops.rows.map((hop) => ({
          queue: hop.queue,
          nextHop: hop.next_hop,
          count: Number(hop.count),
          oldest: hop.oldest.toISOString(),
          nextAttempt: hop.next_attempt?.toISOString() ?? null,
          lastReply: hop.last_reply,
          paused: isPaused(hop),
        })),
        replies: replies.rows.map(({ reply, count }) => ({ reply, count: Number(count) })),
      };
    },

    list: async ({ filter, cursor, limit }) => {
      const where = whereOf(filter);
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
      const page = rows.slice(0, limit);
      return {
        rows: page.map(rowOf),
        nextCursor: rows.length > limit ? (page.at(-1)?.queue_id ?? null) : null,
        estimate: Number(counted[0]?.count ?? 0),
      };
    },

    select: async (filter) => {
      const where = whereOf(filter);
      const { rows } = await pool.query<{ queue_id: string }>(
        `SELECT queue_id FROM queue_entry WHERE ${where.text} ORDER BY queue_id LIMIT ${maximumSelected}`,
        where.values,
      );
      return rows.map((row) => row.queue_id);
    },

    act: async (action, queueIds, by) => {
      const skip = (done: number) => ({ done, skipped: queueIds.length - done });
      if (queueIds.length === 0) return { done: 0, skipped: 0 };
      if (action.kind === "changeTransport" || action.kind === "changeRecipient") {
        const acted = await changeRoute(action, queueIds);
        await record(pool, clock(), acted, "retried", null, { by, ...action });
        await wake();
        return skip(acted.length);
      }
      const { name, text, event, outcome } = simpleActions[action.kind];
      const { rows } = await pool.query<Acted>({ name, text, values: [queueIds] });
      if (event !== null)
        await record(pool, clock(), rows, event, outcome, { by, action: action.kind });
      if (action.kind !== "hold" && action.kind !== "remove") await wake();
      return skip(rows.length);
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
      await wake();
    },

    resume: async (target) => {
      await pool.query({
        name: "pause-remove",
        text: "DELETE FROM delivery_pause WHERE kind = $1 AND target = $2",
        values: [target.kind, nameOfTarget(target)],
      });
      await wake();
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

type Acted = { message_id: string; queue_id: string; recipient: string };

const acted = "RETURNING message_id, queue_id, recipient";
const free = "queue_id = ANY ($1::bigint[]) AND lease_epoch IS NULL";

type SimpleAction = {
  readonly name: string;
  readonly text: string;
  readonly event: HistoryEventKind | null;
  readonly outcome: Outcome | null;
};

const simpleActions: Readonly<
  Record<"retry" | "hold" | "release" | "remove" | "bounce", SimpleAction>
> = {
  retry: {
    name: "operation-retry",
    text: `UPDATE queue_entry SET next_attempt_at = now() WHERE ${free} AND queue IN ('outgoing', 'incoming') ${acted}`,
    event: "retried",
    outcome: null,
  },
  // what is held keeps its place: a release is an attempt at once
  hold: {
    name: "operation-hold",
    text: `UPDATE queue_entry SET queue = 'hold' WHERE ${free} AND queue = 'outgoing' ${acted}`,
    event: "retried",
    outcome: null,
  },
  release: {
    name: "operation-release",
    text: `UPDATE queue_entry SET queue = 'outgoing', next_attempt_at = now() WHERE ${free} AND queue = 'hold' ${acted}`,
    event: "released",
    outcome: null,
  },
  remove: {
    name: "operation-remove",
    text: `WITH gone AS (DELETE FROM queue_entry WHERE ${free} RETURNING message_id, queue_id, recipient, body_id),
      bodies AS (DELETE FROM mail_body b USING (SELECT DISTINCT body_id FROM gone) g WHERE b.body_id = g.body_id
        AND ${unreferenced})
      SELECT message_id, queue_id, recipient FROM gone`,
    event: "removed",
    outcome: "deleted",
  },
  // the worker that claims it next returns it instead of delivering it
  bounce: {
    name: "operation-bounce",
    text: `UPDATE queue_entry SET queue = 'outgoing', next_attempt_at = now(),
        envelope = jsonb_set(envelope, '{returnNow}', 'true') WHERE ${free} AND queue IN ('outgoing', 'hold') ${acted}`,
    event: null,
    outcome: null,
  },
};

const record = async (
  pool: pg.Pool,
  at: Date,
  rows: readonly Acted[],
  kind: HistoryEventKind,
  outcome: Outcome | null,
  detail: Readonly<Record<string, string>>,
): Promise<void> => {
  const events = rows.map((row) => ({
    messageId: row.message_id,
    event: { at, kind, queueId: row.queue_id, recipient: row.recipient, detail },
  }));
  const outcomes =
    outcome === null
      ? []
      : rows.map((row) => ({ messageId: row.message_id, recipient: row.recipient, outcome }));
  await runStatements(pool, [...eventStatements(events), ...outcomeStatements(outcomes)]);
};

type HopRow = {
  queue: QueueName;
  next_hop: string;
  transport: string | null;
  count: string;
  oldest: Date;
  next_attempt: Date | null;
  last_reply: string | null;
};

const hopsText = `SELECT queue, next_hop, min(transport) AS transport, count(*) AS count, min(received_at) AS oldest,
    min(next_attempt_at) FILTER (WHERE lease_epoch IS NULL AND queue <> 'hold') AS next_attempt,
    (array_agg(last_reply ORDER BY last_attempt_at DESC NULLS LAST))[1] AS last_reply
  FROM queue_entry GROUP BY queue, next_hop ORDER BY count(*) DESC LIMIT $1`;

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

const rowOf = (row: ListedRow): QueueRow => ({
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
});

/** Values only ever become parameters. */
const whereOf = (filter: QueueFilter): { text: string; values: string[] } => {
  const values: string[] = [];
  const parts = ["true"];
  const is = (column: string, value: string | undefined, cast = ""): void => {
    if (value !== undefined) parts.push(`${column} = $${values.push(value)}${cast}`);
  };
  const contains = (column: string, value: string | undefined): void => {
    if (value !== undefined)
      parts.push(`position(lower($${values.push(value)}) IN lower(${column})) > 0`);
  };
  is("queue", filter.queue);
  is("next_hop", filter.nextHop);
  is("transport", filter.transport);
  is("message_id", filter.messageId, "::uuid");
  contains("sender", filter.sender);
  contains("recipient", filter.recipient);
  contains("last_reply", filter.reply);
  return { text: parts.join(" AND "), values };
};

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
