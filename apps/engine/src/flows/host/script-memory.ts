/**
 * What outlives a run: answers kept by `cache […] f()`, and the locks and shared values
 * of `barrier`. Of one process, bounded, and apart for each flow, so that functions
 * of the same name in two flows do not meet.
 */
import { type Barriers, memoryOf, type ScriptCache, type Value } from "@sluice/hsl";
import { LRUCache } from "lru-cache";

type Kept = { readonly value: Value; readonly until: number; readonly bytes: number };

/** The answers of one function in one namespace. */
class Space {
  readonly entries = new Map<string, Kept>();
  bytes = 0;

  put(key: string, kept: Kept, lru: boolean): void {
    const old = this.entries.get(key);
    if (old !== undefined) this.bytes -= old.bytes;
    if (lru) this.entries.delete(key); // moves it behind the others
    this.entries.set(key, kept);
    this.bytes += kept.bytes;
  }

  /** Forgets the oldest until no more than so many are left, and they are not too large. */
  trim(most: number): void {
    for (const [key, { bytes }] of this.entries) {
      if (this.entries.size <= most && this.bytes <= spaceBytes) break;
      this.entries.delete(key);
      this.bytes -= bytes;
    }
  }
}

export type ScriptMemory = {
  readonly cacheOf: (flow: string) => ScriptCache;
  readonly barriersOf: (flow: string) => Barriers;
};

const maximumSpaces = 2000;
const maximumEntries = 10_000;
const totalBytes = 64 * 1024 * 1024;
const spaceBytes = 16 * 1024 * 1024;

export const createScriptMemory = (monotonic: () => number): ScriptMemory => {
  const spaces = new LRUCache<string, Space>({
    max: maximumSpaces,
    maxSize: totalBytes,
    sizeCalculation: ({ bytes }) => bytes + 1,
  });
  const barriers = new LRUCache<string, Barrier>({ max: maximumSpaces });

  return {
    cacheOf: (flow) => ({
      get: (space, key) => {
        const kept = spaces.get(`${flow}\0${space}`)?.entries.get(key);
        return kept !== undefined && kept.until > monotonic() ? kept.value : undefined;
      },
      set: (space, key, value, { ttlSeconds, size, lru }) => {
        const name = `${flow}\0${space}`;
        const kept = spaces.get(name) ?? new Space();
        const bytes = key.length + memoryOf(value, spaceBytes);
        kept.put(key, { value, until: monotonic() + ttlSeconds, bytes }, lru);
        kept.trim(Math.max(1, Math.min(size, maximumEntries)));
        spaces.delete(name); // it is weighed anew
        spaces.set(name, kept);
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
