/**
 * The statements of the queue. Each is named, so that a connection prepares it
 * once. States and moves: docs/internals/queue.md.
 */
import type pg from "pg";
import { jsonText } from "../history/json-text.ts";
import type { Envelope, HeldMessage, NewEntry } from "./queue-entry.ts";

export type QueueEntry = {
  readonly queueId: string;
  readonly messageId: string;
  readonly bodyId: string;
  readonly sender: string;
  readonly recipient: string;
  readonly size: number;
  readonly receivedAt: Date;
  readonly listener: string | null;
  readonly domain: string | null;
  readonly transport: string | null;
  readonly nextHop: string;
  readonly revision: number;
  readonly attempts: number;
  /** Of the lease it was taken under; what becomes of it is recorded only while the row still names it. */
  readonly epoch: string;
  readonly envelope: Envelope;
};

export type EntryRow = NewEntry & {
  readonly queueId: string;
  readonly messageId: string;
  readonly bodyId: string;
  readonly size: number;
  readonly receivedAt: Date;
  readonly listener: string | null;
  readonly revision: number;
  readonly nextHop: string;
  /** Leased to the worker that inserts it. */
  readonly isTaken: boolean;
};

export type HeldRow = HeldMessage & {
  readonly messageId: string;
  readonly bodyId: string;
  readonly size: number;
  readonly receivedAt: Date;
  readonly revision: number;
};

/** Anything that runs statements: a pool, or a client inside a transaction. */
export type Runner = Pick<pg.ClientBase, "query">;

/** Runs statements of history beside those of the queue. */
export const runStatements = async (
  runner: Runner,
  statements: readonly { name: string; text: string; values: readonly unknown[] }[],
): Promise<void> => {
  for (const { name, text, values } of statements) {
    await runner.query({ name, text, values: [...values] });
  }
};

/**
 * A body is kept in rows that just fit a page of 8 kB: PostgreSQL would cut larger ones
 * into four times as many rows of a table beside this one.
 */
export const pieceBytes = 8100;
/** Read in one step, and sent by `insertBodyPart` in one. */
const piecesAtOnce = 16;
export const partBytes = piecesAtOnce * pieceBytes;

/** Rows of `body (body_id, bytes)` cut into pieces; `first` is the number of the first one. */
export const insertPieces = (body: string, first: string): string => `
INSERT INTO mail_body (body_id, part, bytes)
SELECT body_id, ${first} + piece, substr(bytes, piece * ${pieceBytes} + 1, ${pieceBytes})
FROM ${body}, generate_series(0, (octet_length(bytes) - 1) / ${pieceBytes}) AS piece
WHERE body_id IS NOT NULL`;

/** A part of a large body, behind `first` pieces. Returns how many pieces there are now. */
export const insertBodyPart = async (
  runner: Runner,
  bodyId: string,
  first: number,
  bytes: Buffer,
): Promise<number> => {
  await runner.query({
    name: "body-insert-part",
    text: insertPieces("(VALUES ($1::uuid, $3::bytea)) AS body (body_id, bytes)", "$2::integer"),
    values: [bodyId, first, bytes],
  });
  return first + Math.max(1, Math.ceil(bytes.length / pieceBytes));
};

/** A body in parts; empty when there is none. */
export async function* readBody(runner: Runner, bodyId: string): AsyncGenerator<Buffer> {
  for (let first = 0; ; first += piecesAtOnce) {
    const { rows } = await runner.query<{ bytes: Buffer }>({
      name: "body-read",
      text: `SELECT bytes FROM mail_body WHERE body_id = $1 AND part >= $2 ORDER BY part LIMIT ${piecesAtOnce}`,
      values: [bodyId, first],
    });
    if (rows.length > 0) yield Buffer.concat(rows.map(({ bytes }) => bytes));
    if (rows.length < piecesAtOnce) return;
  }
}

/** An entry is taken only while the worker's lease is current; else it is free. */
export const insertEntriesParts = `lease AS (SELECT epoch FROM worker_lease WHERE epoch = $2 AND until > now()), entries AS (
  INSERT INTO queue_entry (queue_id, message_id, body_id, queue, sender, recipient, size, received_at,
    listener, domain, transport, next_hop, revision, next_attempt_at, lease_epoch, envelope)
  SELECT queue_id, message_id, body_id, queue, sender, recipient, size, received_at, listener, domain,
    transport, next_hop, revision, now() + make_interval(secs => delay),
    CASE WHEN taken THEN (SELECT epoch FROM lease) END, envelope
  FROM json_to_recordset($1::json) AS row (queue_id bigint, message_id uuid, body_id uuid, queue text,
    sender text, recipient text, size bigint, received_at timestamptz, listener text, domain text,
    transport text, next_hop text, revision integer, delay double precision, taken boolean, envelope jsonb)
)`;

/** Says which of the two it was. */
export const insertEntriesEnd = "SELECT EXISTS (SELECT FROM lease) AS taken";

export const entriesText = (entries: readonly EntryRow[]): string =>
  jsonText(
    entries.map((entry) => ({
      queue_id: entry.queueId,
      message_id: entry.messageId,
      body_id: entry.bodyId,
      queue: entry.queue,
      sender: entry.sender,
      recipient: entry.recipient,
      size: entry.size,
      received_at: entry.receivedAt.toISOString(),
      listener: entry.listener,
      domain: entry.domain,
      transport: entry.transport,
      next_hop: entry.nextHop,
      revision: entry.revision,
      delay: entry.delaySeconds,
      taken: entry.isTaken,
      envelope: entry.envelope,
    })),
  );

/** False: the lease of `epoch` is over, and entries that were to be taken are free. */
export const insertEntries = async (
  runner: Runner,
  epoch: string,
  entries: readonly EntryRow[],
): Promise<boolean> => {
  if (entries.length === 0) return true;
  const { rows } = await runner.query<{ taken: boolean }>({
    name: "entry-insert",
    text: `WITH ${insertEntriesParts} ${insertEntriesEnd}`,
    values: [entriesText(entries), epoch],
  });
  return rows[0]?.taken === true;
};

export const insertHeldText = `
INSERT INTO quarantined_message (message_id, body_id, quarantine, sender, recipient, subject, size,
  reason, flow, node, revision, received_at, expires_at, envelope)
SELECT message_id, body_id, quarantine, sender, recipient, subject, size, reason, flow, node, revision,
  received_at, received_at + make_interval(days => days), envelope
FROM json_to_recordset($1::json) AS row (message_id uuid, body_id uuid, quarantine text, sender text,
  recipient text, subject text, size bigint, reason text, flow text, node text, revision integer,
  received_at timestamptz, days integer, envelope jsonb)`;

export const heldText = (held: readonly HeldRow[]): string =>
  jsonText(
    held.map((one) => ({
      message_id: one.messageId,
      body_id: one.bodyId,
      quarantine: one.quarantine,
      sender: one.sender,
      recipient: one.recipient,
      subject: one.subject,
      size: one.size,
      reason: one.reason,
      flow: one.flow,
      node: one.node,
      revision: one.revision,
      received_at: one.receivedAt.toISOString(),
      days: one.retentionDays,
      envelope: one.envelope,
    })),
  );

export const insertHeld = async (runner: Runner, held: readonly HeldRow[]): Promise<void> => {
  if (held.length === 0) return;
  await runner.query({ name: "held-insert", text: insertHeldText, values: [heldText(held)] });
};

/**
 * Of entries found by their ids, those under the lease of `epoch`. As an equality it would let
 * the planner find them by their lease instead, and so read all that the worker has in hand.
 */
export const isOurs = (epoch: string): string => `lease_epoch IS NOT DISTINCT FROM ${epoch}`;

/**
 * Behind a CTE `gone (queue_id, body_id)`: bodies that no entry that stays and no held copy
 * refers to go, too. Arrays and single values instead of joins: of a table that was empty when it
 * was last counted, the planner would read the whole index for a join.
 */
export const removeBodies = `freed AS (
  SELECT body_id FROM (SELECT DISTINCT body_id FROM gone) g
  WHERE (SELECT e.queue_id FROM queue_entry e WHERE e.body_id = g.body_id
      AND e.queue_id <> ALL (ARRAY(SELECT queue_id FROM gone)) LIMIT 1) IS NULL
    AND (SELECT q.body_id FROM quarantined_message q WHERE q.body_id = g.body_id LIMIT 1) IS NULL
), bodies AS (
  DELETE FROM mail_body WHERE body_id = ANY (ARRAY(SELECT body_id FROM freed))
)`;

/** Entries under an epoch go, and bodies that nothing refers to any more. */
const removeText = `
WITH gone AS (
  DELETE FROM queue_entry WHERE queue_id = ANY ($1::bigint[]) AND ${isOurs("$2")} RETURNING queue_id, body_id
), ${removeBodies}
SELECT queue_id FROM gone`;

/** Returns the ids that were still ours. */
export const removeEntries = async (
  runner: Runner,
  epoch: string,
  queueIds: readonly string[],
): Promise<string[]> => {
  if (queueIds.length === 0) return [];
  const { rows } = await runner.query<{ queue_id: string }>({
    name: "entry-remove",
    text: removeText,
    values: [queueIds, epoch],
  });
  return rows.map((row) => row.queue_id);
};

export type Deferral = {
  readonly queueId: string;
  readonly delaySeconds: number;
  readonly reply: string;
  readonly countsAsAttempt: boolean;
  readonly transport: string | null;
  readonly nextHop: string;
  readonly recipient?: string | undefined;
  /** Attempts are counted from zero again. */
  readonly isNewStart?: boolean | undefined;
  /** What changes in the envelope; the rest stays. */
  readonly envelope?: Partial<Envelope> | undefined;
};

/** `deferrals` and `epoch` are the places of the parameters. */
export const deferText = (deferrals: string, epoch: string): string => `
UPDATE queue_entry e SET
  attempts = CASE WHEN row.fresh THEN 0 WHEN row.counts THEN e.attempts + 1 ELSE e.attempts END,
  envelope = e.envelope || coalesce(row.envelope, '{}'::jsonb),
  next_attempt_at = now() + make_interval(secs => row.delay), last_reply = row.reply,
  last_attempt_at = now(), transport = row.transport, next_hop = row.next_hop,
  recipient = coalesce(row.recipient, e.recipient), lease_epoch = NULL
FROM json_to_recordset(${deferrals}::json) AS row (queue_id bigint, delay double precision, reply text,
  counts boolean, transport text, next_hop text, recipient text,
  fresh boolean, envelope jsonb)
WHERE e.queue_id = row.queue_id AND ${isOurs(epoch)} AND e.queue_id = ANY (
  ARRAY(SELECT (one->>'queue_id')::bigint FROM json_array_elements(${deferrals}::json) AS one))`;

export const deferralsText = (deferrals: readonly Deferral[]): string =>
  jsonText(
    deferrals.map((one) => ({
      queue_id: one.queueId,
      delay: one.delaySeconds,
      reply: one.reply,
      counts: one.countsAsAttempt,
      transport: one.transport,
      next_hop: one.nextHop,
      recipient: one.recipient ?? null,
      fresh: one.isNewStart === true,
      envelope: one.envelope ?? null,
    })),
  );

/** Gives leases back without counting an attempt. */
export const freeEntries = async (
  runner: Runner,
  epoch: string,
  queueIds: readonly string[],
): Promise<void> => {
  if (queueIds.length === 0) return;
  await runner.query({
    name: "entry-free",
    text: `UPDATE queue_entry SET lease_epoch = NULL WHERE queue_id = ANY ($1::bigint[]) AND ${isOurs("$2")}`,
    values: [queueIds, epoch],
  });
};

/** Bodies that nothing refers to, left by crashes between two moves. */
export const removeOrphanBodies = async (runner: Runner): Promise<number> => {
  const { rowCount } = await runner.query({
    name: "body-remove-orphans",
    text: `DELETE FROM mail_body b WHERE b.part >= 0
      AND NOT EXISTS (SELECT FROM queue_entry e WHERE e.body_id = b.body_id)
      AND NOT EXISTS (SELECT FROM quarantined_message q WHERE q.body_id = b.body_id)`,
  });
  return rowCount ?? 0;
};
