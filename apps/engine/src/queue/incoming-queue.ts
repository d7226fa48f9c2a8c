/**
 * Mail of listeners without direct processing: accepted, and waiting for its
 * content flow. The scanner claims entries here and says what becomes of each;
 * everything about one entry happens in one transaction.
 */
import type pg from "pg";
import type { FlowTrace } from "../flows/trace.ts";
import type { HistoryEvent, Outcome } from "../history/event.ts";
import { chapterStatements, outcomeStatements } from "../history/history-rows.ts";
import { insertNewBody, type LargeBody } from "./body-parts.ts";
import { claimEntries } from "./claims.ts";
import type { HeldMessage, NewEntry } from "./queue-entry.ts";
import { queueChannel } from "./queue-operations.ts";
import {
  insertEntries,
  insertHeld,
  type QueueEntry,
  readBody,
  removeEntries,
} from "./queue-store.ts";

export type Scanned = {
  readonly entry: QueueEntry;
  /** A changed message; null: the stored body is delivered as it is. */
  readonly body: LargeBody | null;
  readonly deliveries: readonly NewEntry[];
  readonly held: readonly HeldMessage[];
  readonly outcome: Outcome;
  readonly traces: readonly FlowTrace[];
  readonly event: HistoryEvent;
};

export type IncomingQueue = {
  readonly claim: (limit: number) => Promise<readonly QueueEntry[]>;
  readonly read: (bodyId: string) => AsyncIterable<Buffer>;
  readonly finish: (scanned: Scanned) => Promise<void>;
  /** Could not be judged now: again after `delaySeconds`. */
  readonly postpone: (entry: QueueEntry, delaySeconds: number, reason: string) => Promise<void>;
  readonly count: () => Promise<number>;
  /** Is it being judged here? */
  readonly isHeld: (queueId: string) => boolean;
};

export const createIncomingQueue = (options: {
  readonly pool: pg.Pool;
  readonly epoch: () => string;
  readonly nextQueueId: () => string;
  readonly nextHopOf: (entry: { transport: string | null; recipient: string }) => string;
}): IncomingQueue => {
  const { pool } = options;
  const judged = new Set<string>();
  return {
    isHeld: (queueId) => judged.has(queueId),
    claim: async (limit) => {
      const entries = await claimEntries(pool, {
        epoch: options.epoch(),
        queue: "incoming",
        hops: [""],
        limit,
        perHop: limit,
      });
      for (const { queueId } of entries) judged.add(queueId);
      return entries;
    },
    read: (bodyId) => readBody(pool, bodyId),
    count: async () => {
      const { rows } = await pool.query<{ count: string }>({
        name: "incoming-count",
        text: "SELECT count(*) AS count FROM queue_entry WHERE queue = 'incoming'",
      });
      return Number(rows[0]?.count ?? 0);
    },
    postpone: async (entry, delaySeconds, reason) => {
      judged.delete(entry.queueId);
      await pool.query({
        name: "incoming-postpone",
        text: `UPDATE queue_entry SET lease_epoch = NULL, attempts = attempts + 1, last_reply = $3, last_attempt_at = now(),
          next_attempt_at = now() + make_interval(secs => $4) WHERE queue_id = $1 AND lease_epoch = $2`,
        values: [entry.queueId, entry.epoch, reason, delaySeconds],
      });
    },
    finish: async ({ entry, body, deliveries, held, outcome, traces, event }) => {
      const client = await pool.connect();
      try {
        await client.query("BEGIN");
        const stored = body === null ? entry : await insertNewBody(client, body);
        const about = {
          messageId: entry.messageId,
          bodyId: stored.bodyId,
          size: stored.size,
          receivedAt: entry.receivedAt,
          revision: entry.revision,
        };
        await insertEntries(
          client,
          entry.epoch,
          deliveries.map((delivery) => ({
            ...delivery,
            ...about,
            queueId: options.nextQueueId(),
            listener: entry.listener,
            nextHop: options.nextHopOf(delivery),
            isTaken: false,
          })),
        );
        await insertHeld(
          client,
          held.map((one) => ({ ...one, ...about })),
        );
        const gone = await removeEntries(client, entry.epoch, [entry.queueId]);
        if (gone.length === 0) {
          await client.query("ROLLBACK"); // the lease was lost meanwhile: somebody else judges it
          client.release();
          judged.delete(entry.queueId);
          return;
        }
        const statements = [
          ...chapterStatements([
            { messageId: entry.messageId, at: event.at, events: [event], traces },
          ]),
          ...outcomeStatements([
            { messageId: entry.messageId, recipient: entry.recipient, outcome },
          ]),
        ];
        for (const statement of statements)
          await client.query({ ...statement, values: [...statement.values] });
        if (deliveries.length > 0) await client.query("SELECT pg_notify($1, '')", [queueChannel]);
        await client.query("COMMIT");
        client.release();
        judged.delete(entry.queueId);
      } catch (error) {
        client.release(true);
        throw error;
      }
    },
  };
};
