/** What waits in memory for one next hop, and how that hop has behaved. */
import type { QueueEntry } from "../queue/queue-store.ts";
import type { SmtpClient } from "./smtp-client.ts";

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
  readonly waiting: Job[];
  readonly idle: SmtpClient[];
  active: number;
  /** Connections that the hop has shown it can take; halves on trouble, grows by one on success. */
  allowed: number;
  failures: number;
  /** Milliseconds since 1970; before it nothing is tried. */
  blockedUntil: number;
  /** For a rate limit: when the next message may begin. */
  nextStart: number;
};

export const createHopQueue = (name: string, maximum: number): HopQueue => ({
  name,
  waiting: [],
  idle: [],
  active: 0,
  allowed: maximum,
  failures: 0,
  blockedUntil: 0,
  nextStart: 0,
});

const firstBlock = 1000;
const longestBlock = 5 * 60_000;

/** Nobody answered at any address: the hop rests, longer each time. */
export const hopFailed = (hop: HopQueue, now: number): void => {
  hop.failures += 1;
  hop.allowed = Math.max(1, Math.floor(hop.allowed / 2));
  hop.blockedUntil = now + Math.min(longestBlock, firstBlock * 2 ** (hop.failures - 1));
};

export const hopWorked = (hop: HopQueue, maximum: number): void => {
  hop.failures = 0;
  hop.blockedUntil = 0;
  if (hop.allowed < maximum) hop.allowed += 1;
};
