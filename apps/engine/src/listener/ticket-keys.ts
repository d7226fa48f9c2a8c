/**
 * The key that TLS session tickets are sealed with. The supervisor makes it and gives
 * it to every worker, so that a client that comes back resumes its session whichever
 * worker it meets. A ticket under a key that is gone costs a whole handshake, nothing else.
 *
 * Promises: a key is random, in memory only, and replaced after half a day, so that
 * who learns one can read no more than that.
 */
import { randomBytes } from "node:crypto";

/** As Node takes it: name, HMAC key and AES key of 16 bytes each. */
const keyBytes = 48;
const lifeMilliseconds = 12 * 3_600_000;

export type TicketKeys = {
  readonly current: () => Buffer;
  readonly onChange: (watcher: () => void) => () => void;
};

/** The supervisor's side: `tell` gets each new key as base64. */
export const createTicketKeySource = (options: {
  readonly tell: (key: string) => void;
  readonly lifeMilliseconds?: number;
}): { readonly current: () => string; readonly close: () => void } => {
  const make = (): string => randomBytes(keyBytes).toString("base64");
  let key = make();
  const timer = setInterval(() => {
    key = make();
    options.tell(key);
  }, options.lifeMilliseconds ?? lifeMilliseconds);
  timer.unref();
  return { current: () => key, close: () => clearInterval(timer) };
};

/** A worker's side. */
export const createTicketKeys = (
  first: string,
): TicketKeys & { readonly replace: (key: string) => void } => {
  let key = Buffer.from(first, "base64");
  const watchers = new Set<() => void>();
  return {
    current: () => key,
    onChange: (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    replace: (next) => {
      key = Buffer.from(next, "base64");
      for (const watcher of watchers) watcher();
    },
  };
};
