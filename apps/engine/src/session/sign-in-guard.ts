/**
 * Slows and locks the guessing of passwords. Tries are counted for the client's
 * network (IPv4 /24, IPv6 /64) and for the account as seen from that network: a
 * stranger elsewhere cannot lock the owner out. An account that is tried from many
 * networks at once only gets slower. Counts end after a while; the ledger keeps them for
 * the whole gateway.
 */
import { LRUCache } from "lru-cache";
import type { MaybeLater } from "../flows/flow-input.ts";

/** A try, counted as failed until it is told otherwise. */
export type SignInTry = {
  /** Milliseconds to wait before it is looked at. */
  readonly delay: number;
  /** A refusal is told no sooner than this after the check began: its time must not say whether the user exists. */
  readonly refusalMilliseconds: number;
  readonly succeeded: () => void;
  /** Nobody could say: it counts for nothing. */
  readonly undecided: () => void;
};

export type SignInGuard = {
  readonly begin: (address: string, account: string) => MaybeLater<SignInTry | "locked">;
};

/** The counting itself; in the supervisor it counts for all workers. */
export type SignInCounts = {
  /** Milliseconds to wait. */
  readonly begin: (address: string, account: string) => number | "locked";
  readonly settle: (address: string, account: string, how: "succeeded" | "undecided") => void;
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

export const createSignInCounts = (
  options: { readonly now?: () => number; readonly delayMilliseconds?: number } = {},
): SignInCounts => {
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
  const keysOf = (address: string, name: string) => {
    const client = networkOf(address);
    const account = name.toLowerCase();
    return { network: `n ${client}`, account: `a ${account}`, pair: `p ${client} ${account}` };
  };
  return {
    begin: (address, name) => {
      const keys = keysOf(address, name);
      if (count(keys.network) >= lockAfter.network) return "locked";
      if (count(keys.pair) >= lockAfter.accountFromNetwork) return "locked";
      const failures = Math.max(count(keys.pair), Math.floor(count(keys.account) / 5));
      for (const key of Object.values(keys)) add(key, 1);
      return failures === 0 ? 0 : Math.min(maximumDelay, delayMilliseconds * 2 ** failures);
    },
    settle: (address, name, how) => {
      const keys = keysOf(address, name);
      for (const key of Object.values(keys)) add(key, -1);
      if (how === "succeeded") counts.delete(keys.pair);
    },
  };
};

const usualRefusal = 250;

type Counting = {
  readonly begin: (...about: Parameters<SignInCounts["begin"]>) => MaybeLater<number | "locked">;
  readonly settle: SignInCounts["settle"];
};

/** Tries that remember whose they are. */
export const guardOf = (
  { begin, settle }: Counting,
  refusalMilliseconds = usualRefusal,
): SignInGuard => ({
  begin: (address, account) => {
    const attempt = (delay: number | "locked"): SignInTry | "locked" =>
      delay === "locked"
        ? delay
        : {
            delay,
            refusalMilliseconds,
            succeeded: () => settle(address, account, "succeeded"),
            undecided: () => settle(address, account, "undecided"),
          };
    const begun = begin(address, account);
    return begun instanceof Promise ? begun.then(attempt) : attempt(begun);
  },
});

/** For one process alone. */
export const createSignInGuard = ({
  refusalMilliseconds,
  ...options
}: Parameters<typeof createSignInCounts>[0] & {
  readonly refusalMilliseconds?: number;
} = {}): SignInGuard => guardOf(createSignInCounts(options), refusalMilliseconds);
