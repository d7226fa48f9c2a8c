/**
 * How a worker comes to entries: which next hops have something due, a few entries
 * of each, and what happens to the mail of a hop that does not answer. Each claim
 * costs the same whatever waits: it walks the index from hop to hop.
 */
import type { Envelope } from "./queue-entry.ts";
import type { QueueEntry, Runner } from "./queue-store.ts";

const columns = `queue_id, message_id, body_id, sender, recipient, size, received_at, listener, domain,
  transport, next_hop, revision, attempts, envelope`;

type Row = {
  queue_id: string;
  message_id: string;
  body_id: string;
  sender: string;
  recipient: string;
  size: string;
  received_at: Date;
  listener: string | null;
  domain: string | null;
  transport: string | null;
  next_hop: string;
  revision: number;
  attempts: number;
  envelope: Envelope;
};

const entryOf = (row: Row, epoch: string): QueueEntry => ({
  queueId: row.queue_id,
  messageId: row.message_id,
  bodyId: row.body_id,
  sender: row.sender,
  recipient: row.recipient,
  size: Number(row.size),
  receivedAt: row.received_at,
  listener: row.listener,
  domain: row.domain,
  transport: row.transport,
  nextHop: row.next_hop,
  revision: row.revision,
  attempts: row.attempts,
  epoch,
  envelope: row.envelope,
});

const due = "e.queue = $1 AND e.lease_epoch IS NULL AND e.next_attempt_at <= now()";

/**
 * Those of `chosen` that are still free, so that two workers never take the same.
 * (Arrays instead of joins: see `removeBodies`.)
 */
const lockedOf = (chosen: string): string => `locked AS MATERIALIZED (
  SELECT queue_id FROM queue_entry WHERE queue_id = ANY (ARRAY(SELECT queue_id FROM ${chosen}))
    AND lease_epoch IS NULL AND queue = $1 FOR UPDATE SKIP LOCKED
)`;

/** What is `locked` is leased under the epoch, while that is in force. */
const takeLocked = (epoch: string): string => `UPDATE queue_entry SET lease_epoch = ${epoch}
WHERE queue_id = ANY (ARRAY(SELECT queue_id FROM locked))
  AND EXISTS (SELECT FROM worker_lease WHERE epoch = ${epoch} AND until > now())
RETURNING ${columns}`;

/** Walks the index from hop to hop: a hop with a hundred thousand entries costs what any other does. */
const dueHopsText = (start: string): string => `
WITH RECURSIVE hop AS (
  (SELECT next_hop, 1 AS place FROM queue_entry
    WHERE queue = $1 AND lease_epoch IS NULL AND ${start} ORDER BY next_hop LIMIT 1)
  UNION ALL
  SELECT (SELECT e.next_hop FROM queue_entry e WHERE e.queue = $1 AND e.lease_epoch IS NULL
    AND e.next_hop > hop.next_hop ORDER BY e.next_hop LIMIT 1), place + 1
  FROM hop WHERE hop.next_hop IS NOT NULL AND place < $3
)
SELECT count(next_hop)::integer AS walked, max(next_hop) AS last,
  coalesce(array_agg(next_hop) FILTER (WHERE NOT next_hop = ANY ($4::text[])
    AND NOT split_part(next_hop, '/', 1) = ANY ($5::text[])
    AND (EXISTS (SELECT FROM queue_entry e WHERE ${due} AND e.next_hop = hop.next_hop AND (e.attempts > 0) = false)
      OR EXISTS (SELECT FROM queue_entry e WHERE ${due} AND e.next_hop = hop.next_hop AND (e.attempts > 0) = true))
  ), '{}') AS hops
FROM hop`;

const firstHopsText = dueHopsText("($2::text IS NULL)");
const moreHopsText = dueHopsText("next_hop > $2::text");

export type DueHops = {
  readonly hops: readonly string[];
  /** Where the next walk goes on; null: at the beginning. */
  readonly next: string | null;
};

/** Next hops with entries that are due, at most `limit` hops looked at from `after` on. */
export const findDueHops = async (
  runner: Runner,
  walk: {
    queue: "incoming" | "outgoing";
    after: string | null;
    limit: number;
    stoppedHops: readonly string[];
    stoppedTransports: readonly string[];
  },
): Promise<DueHops> => {
  const { rows } = await runner.query<{ walked: number; last: string | null; hops: string[] }>({
    name: walk.after === null ? "hops-first" : "hops-more",
    text: walk.after === null ? firstHopsText : moreHopsText,
    values: [walk.queue, walk.after, walk.limit, walk.stoppedHops, walk.stoppedTransports],
  });
  const [row] = rows;
  return {
    hops: row?.hops ?? [],
    next: (row?.walked ?? 0) < walk.limit ? null : (row?.last ?? null),
  };
};

/** A few due entries of each of these hops, first attempts first. */
const claimText = `
WITH chosen AS MATERIALIZED (
  SELECT found.queue_id FROM unnest($2::text[]) AS hop (next_hop) CROSS JOIN LATERAL (
    (SELECT queue_id, 0 AS turn, next_attempt_at FROM queue_entry e
      WHERE ${due} AND e.next_hop = hop.next_hop AND (e.attempts > 0) = false
      ORDER BY e.next_attempt_at LIMIT $4)
    UNION ALL
    (SELECT queue_id, 1 AS turn, next_attempt_at FROM queue_entry e
      WHERE ${due} AND e.next_hop = hop.next_hop AND (e.attempts > 0) = true
      ORDER BY e.next_attempt_at LIMIT $4)
  ) AS found
  ORDER BY found.turn, found.next_attempt_at LIMIT $3
), ${lockedOf("chosen")}
${takeLocked("$5")}`;

export const claimEntries = async (
  runner: Runner,
  claim: {
    epoch: string;
    queue: "incoming" | "outgoing";
    hops: readonly string[];
    limit: number;
    perHop: number;
  },
): Promise<QueueEntry[]> => {
  const { rows } = await runner.query<Row>({
    name: "entry-claim",
    text: claimText,
    values: [claim.queue, claim.hops, claim.limit, claim.perHop, claim.epoch],
  });
  return rows.map((row) => entryOf(row, claim.epoch));
};

/** What a hop that does not answer is told about, and when its mail is given up. */
export type Suspension = {
  readonly nextHop: string;
  readonly reply: string;
  readonly retryMinutes: readonly number[];
  readonly maximumAttempts: number;
  readonly maximumAgeMinutes: number;
  readonly limit: number;
};

const isOld = `(e.received_at < now() - make_interval(mins => $3::integer) OR ($4 > 0 AND e.attempts + 1 >= $4))`;

/**
 * Entries that come due while their hop does not answer are put off in the database,
 * without an attempt of their own; the oldest are taken to be given up.
 */
const suspendText = `
WITH chosen AS MATERIALIZED (
  (SELECT queue_id FROM queue_entry e WHERE ${due} AND e.next_hop = $2 AND (e.attempts > 0) = false
    AND NOT ${isOld} ORDER BY e.next_attempt_at LIMIT $5)
  UNION ALL
  (SELECT queue_id FROM queue_entry e WHERE ${due} AND e.next_hop = $2 AND (e.attempts > 0) = true
    AND NOT ${isOld} ORDER BY e.next_attempt_at LIMIT $5)
), ${lockedOf("chosen")}
UPDATE queue_entry e SET attempts = e.attempts + 1, last_attempt_at = now(), last_reply = $6,
  next_attempt_at = least(
    now() + make_interval(secs => 60 * coalesce(($7::float8[])[least(e.attempts + 1, cardinality($7::float8[]))], 15)),
    e.received_at + make_interval(mins => $3::integer))
WHERE e.queue_id = ANY (ARRAY(SELECT queue_id FROM locked))`;

export const suspendEntries = async (runner: Runner, one: Suspension): Promise<number> => {
  const { rowCount } = await runner.query({
    name: "entry-suspend",
    text: suspendText,
    values: [
      "outgoing",
      one.nextHop,
      Math.ceil(one.maximumAgeMinutes),
      one.maximumAttempts,
      one.limit,
      one.reply,
      one.retryMinutes,
    ],
  });
  return rowCount ?? 0;
};

const claimOldText = `
WITH locked AS MATERIALIZED (
  SELECT queue_id FROM queue_entry e WHERE ${due} AND e.next_hop = $2 AND ${isOld}
    ORDER BY e.next_attempt_at LIMIT $5 FOR UPDATE SKIP LOCKED
)
${takeLocked("$6")}`;

/** Entries of a hop that does not answer whose time is over. */
export const claimOldEntries = async (
  runner: Runner,
  epoch: string,
  one: Suspension,
): Promise<QueueEntry[]> => {
  const { rows } = await runner.query<Row>({
    name: "entry-claim-old",
    text: claimOldText,
    values: [
      "outgoing",
      one.nextHop,
      Math.ceil(one.maximumAgeMinutes),
      one.maximumAttempts,
      one.limit,
      epoch,
    ],
  });
  return rows.map((row) => entryOf(row, epoch));
};

const claimLateText = `
WITH first AS MATERIALIZED (
  SELECT queue_id, received_at, sender, envelope FROM queue_entry e WHERE ${due} AND e.next_hop = $2
    ORDER BY e.next_attempt_at LIMIT $3
), late AS MATERIALIZED (
  SELECT queue_id FROM first e WHERE e.sender <> '' AND e.envelope->>'delayNoticed' IS NULL
    AND CASE WHEN e.envelope->'notify' @> '["DELAY"]'
          THEN e.received_at <= now() - make_interval(secs => 60 * $4::float8)
          WHEN jsonb_typeof(e.envelope->'notify') = 'array' THEN false
          ELSE e.received_at <= now() - make_interval(secs => 60 * $5::float8) END
), ${lockedOf("late")}
${takeLocked("$6")}`;

/** Entries of a hop that does not answer whose senders are to hear that they wait. */
export const claimLateEntries = async (
  runner: Runner,
  epoch: string,
  one: {
    readonly nextHop: string;
    readonly limit: number;
    /** Age at which a sender who asked is told; null at which the others are: never. */
    readonly askedMinutes: number;
    readonly otherMinutes: number | null;
  },
): Promise<QueueEntry[]> => {
  const { rows } = await runner.query<Row>({
    name: "entry-claim-late",
    text: claimLateText,
    values: ["outgoing", one.nextHop, one.limit, one.askedMinutes, one.otherMinutes, epoch],
  });
  return rows.map((row) => entryOf(row, epoch));
};
