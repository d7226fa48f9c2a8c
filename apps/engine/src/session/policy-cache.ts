/**
 * Verdicts of IP policy flows that asked to be remembered. Each worker has its own, so
 * a client may be judged once by each. Nothing needs to be cleared: the key names the
 * revision, and whoever takes up a new one no longer finds what the last one said.
 */
import { LRUCache } from "lru-cache";
import type { Ran } from "../flows/flow-input.ts";
import type { IpPolicyVerdict } from "../flows/verdict.ts";

export type PolicyCache = {
  readonly get: (key: string) => Ran<IpPolicyVerdict> | undefined;
  readonly set: (key: string, ran: Ran<IpPolicyVerdict>) => void;
};

export const policyKey = (revision: number, listener: string, address: string): string =>
  `${revision} ${listener} ${address}`;

export const createPolicyCache = (size = 50_000): PolicyCache => {
  const cache = new LRUCache<string, Ran<IpPolicyVerdict>>({ max: size });
  return {
    get: (key) => cache.get(key),
    set: (key, ran) => {
      if (ran.verdict.ttlSeconds > 0) cache.set(key, ran, { ttl: ran.verdict.ttlSeconds * 1000 });
    },
  };
};
