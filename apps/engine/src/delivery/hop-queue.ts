/**
 * What waits in memory for one next hop, and how that hop has behaved: how many
 * connections it has shown it can take, and until when it is left alone.
 */
import type { QueueEntry } from "../queue/queue-store.ts";
import type { SmtpClient } from "./smtp-message.ts";

/** Copies that share body, sender and next hop: one transaction with several recipients. */
export type Job = {
  readonly entries: readonly QueueEntry[];
  /** In memory, or to be read from the database. */
  readonly body: Buffer | null;
  /** Bytes reserved for it; given back when it is settled. */
  readonly reserved: number;
};

export type HopQueue = {
  readonly name: string;
  readonly idle: SmtpClient[];
  active: number;
  /** Connections that the hop has shown it can take: halves on trouble, grows while all goes well. */
  allowed: number;
  failures: number;
  /** Milliseconds since 1970; before it nothing is tried. */
  blockedUntil: number;
  /** What it last said, or why it could not be reached. */
  lastReply: string;
  lastCode: number;
  /** For a rate limit: when the next message may begin. */
  nextStart: number;
  timer: NodeJS.Timeout | null;
  /** Entries that wait here. */
  readonly waiting: () => number;
  readonly put: (job: Job) => void;
  /** First attempts before retries, but every tenth is a retry: neither starves the other. */
  readonly take: () => Job | undefined;
  /** Everything that waits, taken out. */
  readonly drain: () => readonly Job[];
};

const retryTurn = 10;

export const createHopQueue = (name: string, maximum: number): HopQueue => {
  const first: Job[] = [];
  const retries: Job[] = [];
  let turn = 0;
  let count = 0;
  const counted = (job: Job | undefined): Job | undefined => {
    count -= job?.entries.length ?? 0;
    return job;
  };
  return {
    name,
    idle: [],
    active: 0,
    allowed: maximum,
    failures: 0,
    blockedUntil: 0,
    lastReply: "",
    lastCode: 0,
    nextStart: 0,
    timer: null,
    waiting: () => count,
    put: (job) => {
      count += job.entries.length;
      const isRetry = job.entries.some(({ attempts }) => attempts > 0);
      (isRetry ? retries : first).push(job);
    },
    take: () => {
      turn = (turn + 1) % retryTurn;
      return counted(
        turn === 0 ? (retries.shift() ?? first.shift()) : (first.shift() ?? retries.shift()),
      );
    },
    drain: () => {
      count = 0;
      return [...first.splice(0), ...retries.splice(0)];
    },
  };
};

const firstBlock = 1000;
const longestBlock = 5 * 60_000;
/** From then on the hop is not slow, it is down: what comes due is put off. */
const failuresWhenDown = 4;

/** Nobody answered at any address, or all said 421: the hop rests, longer each time. */
export const hopFailed = (
  hop: HopQueue,
  now: number,
  last: { readonly code: number; readonly text: string },
): void => {
  // connections that were under way together fail together: that is one failure
  if (now >= hop.blockedUntil) {
    hop.failures += 1;
    hop.blockedUntil = now + Math.min(longestBlock, firstBlock * 2 ** (hop.failures - 1));
  }
  hop.allowed = Math.max(1, Math.floor(hop.allowed / 2));
  hop.lastReply = last.text;
  hop.lastCode = last.code;
};

/** It answers, but not all of us: 421 or silence in the middle of a session. */
export const hopStrained = (hop: HopQueue): void => {
  hop.allowed = Math.max(1, Math.floor(hop.allowed / 2));
};

export const hopWorked = (hop: HopQueue, maximum: number): void => {
  hop.failures = 0;
  hop.blockedUntil = 0;
  // one more connection after as many good deliveries as there are connections
  hop.allowed = Math.min(maximum, hop.allowed + 1 / hop.allowed);
};

export const isDown = (hop: HopQueue, now: number): boolean =>
  hop.failures >= failuresWhenDown && hop.blockedUntil > now;

/** Nothing is known of it that is worth keeping. */
export const isForgettable = (hop: HopQueue, now: number): boolean =>
  hop.active === 0 &&
  hop.idle.length === 0 &&
  hop.waiting() === 0 &&
  hop.failures === 0 &&
  hop.nextStart <= now;
