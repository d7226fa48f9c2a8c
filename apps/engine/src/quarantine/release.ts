/**
 * Lets held mail go: an outgoing entry for the same body, and the mark that it was
 * released, in one transaction. The row is locked first, so two people who press
 * the button at once deliver it once. No flow runs again: the one that held it
 * would hold it again.
 */
import type pg from "pg";
import { chapterStatements, logStatements, outcomeStatements } from "../history/history-rows.ts";
import type { Envelope } from "../queue/queue-entry.ts";
import { queueChannel } from "../queue/queue-operations.ts";

/** `chosen` is the transport that the flow named when it held the message. */
export type ReleaseRoute = (
  recipient: string,
  chosen: string | undefined,
) => {
  readonly domain: string | null;
  readonly transport: string | null;
  readonly nextHop: string;
};

type Held = {
  message_id: string;
  body_id: string;
  quarantine: string;
  sender: string;
  recipient: string;
  size: string;
  received_at: Date;
  revision: number;
  envelope: Envelope;
};

const insertEntry = `
INSERT INTO queue_entry (queue_id, message_id, body_id, queue, sender, recipient, size, received_at,
  listener, domain, transport, next_hop, revision, next_attempt_at, envelope)
OVERRIDING SYSTEM VALUE
VALUES ($1, $2, $3, 'outgoing', $4, $5, $6, $7, NULL, $8, $9, $10, $11, now(), $12)`;

/** False: it is gone, or was released before. */
export const releaseHeld = async (
  pool: pg.Pool,
  id: string,
  by: string,
  options: {
    readonly nextQueueId: () => string | Promise<string>;
    readonly route: ReleaseRoute;
    readonly now: Date;
  },
): Promise<boolean> => {
  const { now } = options;
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    const { rows } = await client.query<Held>(
      `UPDATE quarantined_message SET released_at = $2, released_by = $3
        WHERE id = $1 AND released_at IS NULL
          AND EXISTS (SELECT FROM mail_body b WHERE b.body_id = quarantined_message.body_id)
        RETURNING message_id, body_id, quarantine, sender, recipient, size, received_at, revision, envelope`,
      [id, now, by],
    );
    const [held] = rows;
    if (held === undefined) {
      await client.query("ROLLBACK");
      return false;
    }
    const { releaseTransport, ...envelope } = held.envelope;
    const { domain, transport, nextHop } = options.route(held.recipient, releaseTransport);
    const queueId = await options.nextQueueId();
    await client.query(insertEntry, [
      ...[queueId, held.message_id, held.body_id, held.sender, held.recipient, held.size],
      // its age counts from now: what was held for weeks is not too old to be tried
      ...[now, domain, transport, nextHop, held.revision, envelope],
    ]);
    const { message_id: messageId, recipient } = held;
    const statements = [
      ...chapterStatements([
        {
          messageId,
          at: now,
          events: [
            {
              at: now,
              kind: "released",
              queueId,
              recipient,
              detail: { by, from: held.quarantine },
            },
          ],
          traces: [],
        },
      ]),
      ...outcomeStatements([{ messageId, recipient, outcome: "queued" }]),
      ...logStatements([
        {
          at: now,
          level: "info",
          component: "quarantine",
          messageId,
          queueId,
          text: `released from ${held.quarantine} for ${recipient} by ${by}`,
        },
      ]),
    ];
    for (const statement of statements) {
      await client.query({ ...statement, values: [...statement.values] });
    }
    await client.query("SELECT pg_notify($1, '')", [queueChannel]);
    await client.query("COMMIT");
    return true;
  } catch (error) {
    await client.query("ROLLBACK").catch((cause: Error) => {
      broken = cause;
    });
    throw error;
  } finally {
    client.release(broken);
  }
};
