/** What one run may use up. A budget that is spent ends the run; no script can catch that. */
import type { Limits } from "./host.ts";

export const defaultLimits: Limits = {
  steps: 5_000_000,
  wallMilliseconds: 10_000,
  cpuMilliseconds: 100,
  memoryBytes: 32 * 1024 * 1024,
  stringBytes: 8 * 1024 * 1024,
  arrayItems: 100_000,
  depth: 200,
  outputLines: 1_000,
  outputBytes: 4_096,
};

export const withDefaults = (limits: Partial<Limits> | undefined): Limits => ({
  ...defaultLimits,
  ...limits,
});

/** Rough sizes for the memory budget: what V8 keeps for one of each. */
export const bytesOf = { item: 16, array: 96, object: 160, string: 24 } as const;
