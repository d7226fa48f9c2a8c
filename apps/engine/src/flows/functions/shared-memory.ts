/** memory_store, memory_fetch, memory_delete, memory_inc and stat (`hsl.md` §7.9). */
import { type FunctionBody, HslArray, type RunContext, ScriptError, toNumber } from "@sluice/hsl";
import { bytesAt, isGiven, numberAt, optionNumber, optionsAt } from "../arguments.ts";
import { type FlowHost, flowHost } from "../flow-host.ts";
import type { ScriptStats } from "../host/script-stats.ts";
import { overlaid, type SharedMemory } from "../host/shared-memory.ts";

const day = 86_400;

export const sharedMemoryFunctions = ({
  sharedMemory,
  stats,
}: {
  /** null: without a database; each run then has a memory of its own. */
  readonly sharedMemory: SharedMemory | null;
  readonly stats: ScriptStats;
}): Readonly<Record<string, FunctionBody>> => {
  const ofRun = new WeakMap<FlowHost, SharedMemory>();
  /** A dry run looks at what is kept and changes nothing. */
  const memoryOf = (run: RunContext): SharedMemory => {
    const host = flowHost(run);
    if (sharedMemory !== null && !host.observer.isDry) return sharedMemory;
    const known = ofRun.get(host) ?? overlaid(sharedMemory);
    ofRun.set(host, known);
    return known;
  };
  const keyAt = (args: Parameters<FunctionBody>[0]): string => {
    const key = bytesAt(args, 0);
    if (key === "") throw new ScriptError("wrong-argument", "the key is empty");
    return key;
  };
  const secondsAt = (args: Parameters<FunctionBody>[0], index: number): number =>
    optionNumber(optionsAt(args, index), "ttl") ?? day;

  return {
    memory_store: async (args, run) => {
      await memoryOf(run).store(keyAt(args), args[1] ?? null, secondsAt(args, 2));
      return true;
    },
    memory_fetch: async (args, run) => {
      const found = await memoryOf(run).fetch(keyAt(args));
      return found === undefined ? (args[1] ?? null) : found;
    },
    memory_delete: (args, run) => memoryOf(run).remove(keyAt(args)),
    memory_inc: (args, run) => {
      const step = isGiven(args, 1) ? numberAt(args, 1) : 1;
      if (!Number.isFinite(step)) throw new ScriptError("wrong-argument", "the step is no number");
      return memoryOf(run).add(keyAt(args), step, secondsAt(args, 2));
    },
    stat: (args, run) => {
      const name = bytesAt(args, 0);
      if (!/^[a-z0-9.-]{1,60}$/.test(name)) {
        throw new ScriptError("wrong-argument", "stat: a name has letters a to z, digits, - and .");
      }
      const legends = new Map<string, number>();
      for (const [key, value] of args[1] instanceof HslArray ? args[1] : []) {
        const legend = String(key);
        const number = toNumber(value);
        if (!/^[a-z0-9-]{1,60}$/.test(legend) || !Number.isFinite(number)) {
          throw new ScriptError(
            "wrong-argument",
            "stat: a legend has letters a to z, digits and -",
          );
        }
        legends.set(legend, number);
      }
      if (!flowHost(run).observer.isDry) stats.add(name, legends);
      return null;
    },
  };
};
