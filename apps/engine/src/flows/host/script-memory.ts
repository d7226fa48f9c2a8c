/**
 * What outlives a run: answers kept by `cache […] f()`, and the locks and shared values
 * of `barrier`. Of one process, bounded, and apart for each flow, so that functions
 * of the same name in two flows do not meet.
 */
import type { Barriers, ScriptCache, Value } from "@sluice/hsl";
import { LRUCache } from "lru-cache";

type Kept = { readonly value: Value; readonly until: number };

export type ScriptMemory = {
  readonly cacheOf: (flow: string) => ScriptCache;
  readonly barriersOf: (flow: string) => Barriers;
};

const maximumSpaces = 2000;
const maximumEntries = 10_000;

export const createScriptMemory = (monotonic: () => number): ScriptMemory => {
  const spaces = new LRUCache<string, Map<string, Kept>>({ max: maximumSpaces });
  const barriers = new LRUCache<string, Barrier>({ max: maximumSpaces });

  return {
    cacheOf: (flow) => ({
      get: (space, key) => {
        const kept = spaces.get(`${flow}\0${space}`)?.get(key);
        return kept !== undefined && kept.until > monotonic() ? kept.value : undefined;
      },
      set: (space, key, value, { ttlSeconds, size, lru }) => {
        const name = `${flow}\0${space}`;
        const entries = spaces.get(name) ?? new Map<string, Kept>();
        spaces.set(name, entries);
        if (lru) entries.delete(key); // moves it behind the others
        entries.set(key, { value, until: monotonic() + ttlSeconds });
        const most = Math.max(1, Math.min(size, maximumEntries));
        for (const oldest of entries.keys()) {
          if (entries.size <= most) break;
          entries.delete(oldest);
        }
      },
    }),
    barriersOf: (flow) => ({
      acquire: (name, signal) => {
        const key = `${flow}\0${name}`;
        const barrier = barriers.get(key) ?? createBarrier();
        barriers.set(key, barrier);
        return barrier.acquire(signal);
      },
    }),
  };
};

type Barrier = {
  readonly acquire: (signal: Parameters<Barriers["acquire"]>[1]) => ReturnType<Barriers["acquire"]>;
};

/** One holder at a time, in the order they came. A run that is cancelled gives up its place, or its lock. */
const createBarrier = (): Barrier => {
  let shared: Value | undefined;
  let isHeld = false;
  const waiting: (() => void)[] = [];
  const next = (): void => {
    const first = waiting.shift();
    isHeld = first !== undefined;
    first?.();
  };
  return {
    acquire: (signal) =>
      new Promise((resolve) => {
        const grant = (): void => {
          let isReleased = false;
          const release = (value?: Value): void => {
            if (isReleased) return;
            isReleased = true;
            signal?.removeEventListener("abort", cancelled);
            if (value !== undefined) shared = value;
            next();
          };
          const cancelled = (): void => release();
          signal?.removeEventListener("abort", leave);
          signal?.addEventListener("abort", cancelled, { once: true });
          if (signal?.aborted === true) release();
          resolve({ shared, release });
        };
        const leave = (): void => {
          const place = waiting.indexOf(grant);
          if (place >= 0) waiting.splice(place, 1);
        };
        if (!isHeld) {
          isHeld = true;
          grant();
          return;
        }
        signal?.addEventListener("abort", leave, { once: true });
        waiting.push(grant);
      }),
  };
};
