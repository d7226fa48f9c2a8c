/**
 * Guessing a password gets slower with each failure, per client network and
 * per name. A name alone is never locked for its owner: what counts against a
 * name is capped at a short wait, so that nobody can shut somebody else out.
 */
import { isIPv6 } from "node:net";
import { LRUCache } from "lru-cache";
import { GatewayError } from "../errors.ts";

export type SignInThrottle = {
  /** Throws TOO_MANY_TRIES while the wait lasts; otherwise counts a try as failed until `succeeded`. */
  readonly begin: (address: string, name: string) => void;
  readonly succeeded: (address: string, name: string) => void;
};

type Counter = { failures: number; until: number };

const free = 5;
const longestForAddress = 15 * 60_000;
const longestForName = 30_000;

/** IPv4 by /24, IPv6 by /64. */
export const networkOf = (address: string): string => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  if (!isIPv6(mapped)) return mapped.split(".").slice(0, 3).join(".");
  const [head = "", tail] = mapped.split("::");
  const before = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const missing = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array<string>(missing).fill("0"), ...after]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":");
};

export const createSignInThrottle = (clock: () => Date): SignInThrottle => {
  const counters = new LRUCache<string, Counter>({ max: 50_000, ttl: 60 * 60_000 });
  const keys = (address: string, name: string): { key: string; longest: number }[] => [
    { key: `address ${networkOf(address)}`, longest: longestForAddress },
    { key: `name ${name.toLowerCase().slice(0, 64)}`, longest: longestForName },
  ];
  return {
    begin: (address, name) => {
      const now = clock().getTime();
      const found = keys(address, name).map(({ key, longest }) => ({
        key,
        longest,
        counter: counters.get(key) ?? { failures: 0, until: 0 },
      }));
      const wait = Math.max(...found.map(({ counter }) => counter.until - now));
      if (wait > 0) {
        throw new GatewayError("TOO_MANY_TRIES", "Too many tries; wait a little.", {
          detail: { waitSeconds: Math.ceil(wait / 1000) },
        });
      }
      for (const { key, longest, counter } of found) {
        const failures = counter.failures + 1;
        const delay = failures < free ? 0 : Math.min(longest, 1000 * 2 ** (failures - free));
        counters.set(key, { failures, until: now + delay });
      }
    },
    succeeded: (address, name) => {
      for (const { key } of keys(address, name)) counters.delete(key);
    },
  };
};
