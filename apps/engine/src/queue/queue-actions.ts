/**
 * What an administrator does to entries, as statements. An entry that a worker has
 * at this moment is left alone.
 */
import type pg from "pg";
import type { HistoryEventKind, Outcome } from "../history/event.ts";
import { chapterStatements, outcomeStatements } from "../history/history-rows.ts";
import { removeBodies, runStatements } from "./queue-store.ts";

export type QueueAction =
  | { readonly kind: "retry" | "hold" | "release" | "remove" | "bounce" }
  | { readonly kind: "changeTransport"; readonly transport: string }
  | { readonly kind: "changeRecipient"; readonly recipient: string };

/** Where mail of a transport to a recipient goes. */
export type NextHopOf = (entry: {
  transport: string | null;
  recipient: string;
  listener: string | null;
}) => string;

/** An entry that an action left alone: gone, being delivered, or in a queue the action is not for. */
export type LeftAlone = {
  readonly id: string;
  readonly why: "gone" | "being delivered" | "in another queue";
};

/** Acts on these entries; returns how many it was, and why the others were left alone. */
export const actOn = async (
  pool: pg.Pool,
  action: QueueAction,
  queueIds: readonly string[],
  options: { readonly by: string; readonly at: Date; readonly nextHopOf: NextHopOf },
): Promise<{ done: number; left: readonly LeftAlone[] }> => {
  const { by, at } = options;
  if (action.kind === "changeTransport" || action.kind === "changeRecipient") {
    const acted = await changeRoute(pool, action, queueIds, options.nextHopOf);
    const { kind, ...to } = action;
    await record(pool, at, acted, "rerouted", null, { by, action: kind, ...to });
    return { done: acted.length, left: await leftAlone(pool, queueIds, acted) };
  }
  const { name, text, event, outcome } = simpleActions[action.kind];
  const { rows } = await pool.query<Acted>({ name, text, values: [queueIds] });
  await record(pool, at, rows, event, outcome, { by, action: action.kind });
  return { done: rows.length, left: await leftAlone(pool, queueIds, rows) };
};

const leftAlone = async (
  pool: pg.Pool,
  queueIds: readonly string[],
  acted: readonly Acted[],
): Promise<readonly LeftAlone[]> => {
  const done = new Set(acted.map(({ queue_id }) => queue_id));
  const left = queueIds.filter((id) => !done.has(id));
  if (left.length === 0) return [];
  const { rows } = await pool.query<{ queue_id: string; active: boolean }>({
    name: "operation-left-alone",
    text: "SELECT queue_id, lease_epoch IS NOT NULL AS active FROM queue_entry WHERE queue_id = ANY ($1::bigint[])",
    values: [left],
  });
  const active = new Map(rows.map((row) => [row.queue_id, row.active]));
  return left.map((id) => {
    const isActive = active.get(id);
    if (isActive === undefined) return { id, why: "gone" };
    return { id, why: isActive ? "being delivered" : "in another queue" };
  });
};

type Acted = { message_id: string; queue_id: string; recipient: string };

const acted = "RETURNING message_id, queue_id, recipient";
const free = "queue_id = ANY ($1::bigint[]) AND lease_epoch IS NULL";

type SimpleAction = {
  readonly name: string;
  readonly text: string;
  readonly event: HistoryEventKind;
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
  hold: {
    name: "operation-hold",
    text: `UPDATE queue_entry SET queue = 'hold' WHERE ${free} AND queue = 'outgoing' ${acted}`,
    event: "held",
    outcome: null,
  },
  // what is held keeps its place: a release is an attempt at once
  release: {
    name: "operation-release",
    text: `UPDATE queue_entry SET queue = 'outgoing', next_attempt_at = now() WHERE ${free} AND queue = 'hold' ${acted}`,
    event: "released",
    outcome: null,
  },
  remove: {
    name: "operation-remove",
    text: `WITH gone AS (DELETE FROM queue_entry WHERE ${free} RETURNING message_id, queue_id, recipient, body_id),
      ${removeBodies}
      SELECT message_id, queue_id, recipient FROM gone`,
    event: "removed",
    outcome: "deleted",
  },
  // the worker that claims it next returns it instead of delivering it
  bounce: {
    name: "operation-bounce",
    text: `UPDATE queue_entry SET queue = 'outgoing', next_attempt_at = now(),
        envelope = jsonb_set(envelope, '{returnNow}', 'true') WHERE ${free} ${acted}`,
    event: "return-asked",
    outcome: null,
  },
};

const changeRoute = async (
  pool: pg.Pool,
  action: Extract<QueueAction, { kind: "changeTransport" | "changeRecipient" }>,
  queueIds: readonly string[],
  nextHopOf: NextHopOf,
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
  const { rows: changed } = await pool.query<Acted>({
    name: "operation-route-write",
    text: `UPDATE queue_entry e SET transport = row.transport, recipient = row.recipient,
        next_hop = row.next_hop, attempts = 0, next_attempt_at = now()
      FROM json_to_recordset($1::json) AS row (queue_id bigint, transport text, recipient text, next_hop text)
      WHERE e.queue_id = row.queue_id AND e.lease_epoch IS NULL AND e.queue IN ('outgoing', 'hold')
      RETURNING e.message_id, e.queue_id, e.recipient`,
    values: [JSON.stringify(changes)],
  });
  return changed;
};

const record = async (
  pool: pg.Pool,
  at: Date,
  rows: readonly Acted[],
  kind: HistoryEventKind,
  outcome: Outcome | null,
  detail: Readonly<Record<string, string>>,
): Promise<void> => {
  const chapters = rows.map((row) => ({
    messageId: row.message_id,
    at,
    events: [{ at, kind, queueId: row.queue_id, recipient: row.recipient, detail }],
    traces: [],
  }));
  const outcomes =
    outcome === null
      ? []
      : rows.map((row) => ({ messageId: row.message_id, recipient: row.recipient, outcome }));
  await runStatements(pool, [...chapterStatements(chapters), ...outcomeStatements(outcomes)]);
};
