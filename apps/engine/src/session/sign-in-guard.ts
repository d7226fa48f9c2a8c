/**
 * Slows and locks the guessing of passwords. Failures are counted for the
 * client's network (IPv4 /24, IPv6 /64) and for the account as seen from that
 * network: a stranger elsewhere cannot lock the owner out. An account that is
 * tried from many networks at once only gets slower. Counts live in the worker.
 */
import { LRUCache } from "lru-cache";

export type SignInGuard = {
  /** Milliseconds to wait before answering a try, or "locked". */
  readonly before: (address: string, account: string) => number | "locked";
  readonly failed: (address: string, account: string) => void;
  readonly succeeded: (address: string, account: string) => void;
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

export const createSignInGuard = (): SignInGuard => {
  const counts = new LRUCache<string, number>({ max: 100_000, ttl: forgetMilliseconds });
  const count = (key: string): number => counts.get(key) ?? 0;
  const keys = (address: string, account: string) => {
    const network = networkOf(address);
    const name = account.toLowerCase();
    return { network: `n ${network}`, pair: `p ${network} ${name}`, account: `a ${name}` };
  };
  return {
    before: (address, account) => {
      const key = keys(address, account);
      if (count(key.network) >= lockAfter.network) return "locked";
      if (count(key.pair) >= lockAfter.accountFromNetwork) return "locked";
      const failures = Math.max(count(key.pair), Math.floor(count(key.account) / 5));
      return failures === 0 ? 0 : Math.min(maximumDelay, 100 * 2 ** failures);
    },
    failed: (address, account) => {
      for (const key of Object.values(keys(address, account))) counts.set(key, count(key) + 1);
    },
    succeeded: (address, account) => {
      counts.delete(keys(address, account).pair);
    },
  };
};
