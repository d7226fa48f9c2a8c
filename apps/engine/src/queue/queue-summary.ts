/**
 * The queue in sums: how much waits, for which next hop, with which answer. Counting
 * a million entries takes a while, so everybody who asks within some seconds is told
 * the same; the longer it took, the longer it is kept.
 */
import type pg from "pg";
import { type Pauses, readPauses } from "./pauses.ts";
import type { QueueName } from "./queue-filter.ts";

export type QueueSummary = {
  readonly queues: readonly {
    readonly queue: QueueName;
    readonly count: number;
    readonly oldest: string | null;
  }[];
  /** The largest first. */
  readonly nextHops: readonly {
    readonly queue: QueueName;
    readonly nextHop: string;
    readonly count: number;
    readonly oldest: string;
    readonly nextAttempt: string | null;
    readonly lastReply: string | null;
    readonly paused: boolean;
  }[];
  readonly replies: readonly {
    readonly queue: QueueName;
    readonly reply: string;
    readonly count: number;
    readonly nextHops: number;
    readonly oldest: string;
    readonly nextAttempt: string | null;
  }[];
};

const maximumGroups = 500;
const maximumReplies = 100;

export const createQueueSummary = (options: {
  readonly pool: pg.Pool;
  readonly isPaused: (pauses: Pauses, nextHop: string) => boolean;
  readonly monotonic?: () => number;
}): { readonly read: () => Promise<QueueSummary>; readonly forget: () => void } => {
  const { pool, monotonic = () => performance.now() } = options;
  let kept: { sums: Promise<Sums>; until: number } | null = null;

  const sums = (): Promise<Sums> => {
    const now = monotonic();
    if (kept !== null && now < kept.until) return kept.sums;
    const asked = { sums: readSums(pool), until: Number.POSITIVE_INFINITY };
    kept = asked;
    asked.sums.then(
      () => {
        const took = monotonic() - now;
        asked.until = took < 20 ? 0 : monotonic() + 10 * took;
      },
      () => {
        asked.until = 0;
      },
    );
    return asked.sums;
  };

  return {
    forget: () => {
      kept = null;
    },
    read: async () => {
      const [{ queues, hops, replies }, pauses] = await Promise.all([sums(), readPauses(pool)]);
      return {
        queues: (["incoming", "outgoing", "hold"] as const).map((queue) => {
          const own = queues.find((row) => row.queue === queue);
          return {
            queue,
            count: Number(own?.count ?? 0),
            oldest: own?.oldest?.toISOString() ?? null,
          };
        }),
        nextHops: hops.map((hop) => ({
          queue: hop.queue,
          nextHop: hop.next_hop,
          count: Number(hop.count),
          oldest: hop.oldest.toISOString(),
          nextAttempt: hop.next_attempt?.toISOString() ?? null,
          lastReply: hop.last_reply,
          paused: hop.queue === "outgoing" && options.isPaused(pauses, hop.next_hop),
        })),
        replies: replies.map((row) => ({
          queue: row.queue,
          reply: row.last_reply,
          count: Number(row.count),
          nextHops: Number(row.next_hops),
          oldest: row.oldest.toISOString(),
          nextAttempt: row.next_attempt?.toISOString() ?? null,
        })),
      };
    },
  };
};

type Sums = {
  readonly queues: readonly { queue: QueueName; count: string; oldest: Date | null }[];
  readonly hops: readonly HopRow[];
  readonly replies: readonly ReplyRow[];
};

type HopRow = {
  queue: QueueName;
  next_hop: string;
  count: string;
  oldest: Date;
  next_attempt: Date | null;
  last_reply: string | null;
};

type ReplyRow = {
  queue: QueueName;
  last_reply: string;
  count: string;
  next_hops: string;
  oldest: Date;
  next_attempt: Date | null;
};

const nextAttempt =
  "min(next_attempt_at) FILTER (WHERE lease_epoch IS NULL AND queue <> 'hold') AS next_attempt";

/** The newest reply: the largest of texts that begin with the time. */
const lastReply = `substr(max(to_char(last_attempt_at AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS') || last_reply), 21) AS last_reply`;

const readSums = async (pool: pg.Pool): Promise<Sums> => {
  const [queues, hops, replies] = await Promise.all([
    pool.query<Sums["queues"][number]>({
      name: "queue-sums",
      text: "SELECT queue, count(*) AS count, min(received_at) AS oldest FROM queue_entry GROUP BY queue",
    }),
    pool.query<HopRow>({
      name: "queue-hops",
      text: `SELECT queue, next_hop, count(*) AS count, min(received_at) AS oldest, ${nextAttempt}, ${lastReply}
        FROM queue_entry GROUP BY queue, next_hop ORDER BY count(*) DESC, next_hop LIMIT $1`,
      values: [maximumGroups],
    }),
    pool.query<ReplyRow>({
      name: "queue-replies",
      text: `SELECT queue, last_reply, sum(count) AS count, count(*) AS next_hops, min(oldest) AS oldest,
          min(next_attempt) AS next_attempt
        FROM (SELECT queue, last_reply, next_hop, count(*) AS count, min(received_at) AS oldest, ${nextAttempt}
          FROM queue_entry WHERE last_reply IS NOT NULL GROUP BY queue, last_reply, next_hop) AS by_hop
        GROUP BY queue, last_reply ORDER BY sum(count) DESC, last_reply LIMIT $1`,
      values: [maximumReplies],
    }),
  ]);
  return { queues: queues.rows, hops: hops.rows, replies: replies.rows };
};
