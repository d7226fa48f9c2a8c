/**
 * Slows and locks the guessing of passwords. Tries are counted for the client's
 * network (IPv4 /24, IPv6 /64) and for the account as seen from that network: a
 * stranger elsewhere cannot lock the owner out. An account that is tried from many
 * networks at once only gets slower. Counts live in the worker and end after a while.
 */
import { LRUCache } from "lru-cache";

/** A try, counted as failed until it is told otherwise. */
export type SignInTry = {
  /** Milliseconds to wait before it is looked at. */
  readonly delay: number;
  readonly succeeded: () => void;
  /** Nobody could say: it counts for nothing. */
  readonly undecided: () => void;
};

export type SignInGuard = {
  readonly begin: (address: string, account: string) => SignInTry | "locked";
};

const lockAfter = { network: 50, accountFromNetwork: 10 } as const;
const forgetMilliseconds = 15 * 60 * 1000;
const maximumDelay = 5000;

export const networkOf = (address: string): string => {
  if (!address.includes(":")) return address.split(".").slice(0, 3).join(".");
  const [head = "", tail] = address.toLowerCase().split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const groups =
    tail === undefined
      ? left
      : [...left, ...Array(Math.max(0, 8 - left.length - right.length)).fill("0"), ...right];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ""))
    .join(":");
};

export const createSignInGuard = (
  options: { readonly now?: () => number; readonly delayMilliseconds?: number } = {},
): SignInGuard => {
  const { now, delayMilliseconds = 100 } = options;
  const counts = new LRUCache<string, number>({
    max: 100_000,
    ttl: forgetMilliseconds,
    ...(now === undefined ? {} : { perf: { now }, ttlResolution: 0 }),
  });
  const count = (key: string): number => counts.get(key) ?? 0;
  const add = (key: string, by: number): void => {
    const next = count(key) + by;
    if (next <= 0) counts.delete(key);
    else counts.set(key, next);
  };
  return {
    begin: (address, name) => {
      const client = networkOf(address);
      const network = `n ${client}`;
      const account = `a ${name.toLowerCase()}`;
      const pair = `p ${client} ${name.toLowerCase()}`;
      if (count(network) >= lockAfter.network) return "locked";
      if (count(pair) >= lockAfter.accountFromNetwork) return "locked";
      const failures = Math.max(count(pair), Math.floor(count(account) / 5));
      const keys = [network, account, pair];
      for (const key of keys) add(key, 1);
      return {
        delay: failures === 0 ? 0 : Math.min(maximumDelay, delayMilliseconds * 2 ** failures),
        succeeded: () => {
          for (const key of keys) add(key, -1);
          counts.delete(pair);
        },
        undecided: () => {
          for (const key of keys) add(key, -1);
        },
      };
    },
  };
};
