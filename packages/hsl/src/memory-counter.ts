/** Counts what values keep in memory, each array and object once. */
import { bytesOf } from "./limits.ts";
import { HslArray } from "./values/array.ts";
import { HslObject } from "./values/object.ts";
import type { Value } from "./values/value.ts";

/** About how many bytes a value keeps; a count that reached `enough` goes no further. */
export const memoryOf = (value: Value, enough: number): number => {
  const counter = new MemoryCounter();
  counter.add(value);
  return counter.count(enough).bytes;
};

export class MemoryCounter {
  private readonly pending: (Value | undefined)[] = [];
  private readonly seen = new Set<object>();
  private bytes = 0;
  private items = 0;

  add(value: Value | undefined): void {
    this.items += 1;
    if (typeof value === "string") this.bytes += value.length + bytesOf.string;
    else if (typeof value === "object" && value !== null) this.pending.push(value);
  }

  addAll(values: Iterable<Value | undefined>): void {
    for (const value of values) this.add(value);
  }

  private addKeys(keys: Iterable<string | number>): void {
    for (const key of keys) if (typeof key === "string") this.bytes += key.length + bytesOf.string;
  }

  count(enough: number): { readonly bytes: number; readonly items: number } {
    for (let next = this.pending.pop(); next !== undefined; next = this.pending.pop()) {
      if (this.bytes > enough || next === null || typeof next !== "object") break;
      if (this.seen.has(next)) continue;
      this.seen.add(next);
      if (next instanceof HslArray) {
        this.bytes += bytesOf.array + next.size * bytesOf.item;
        if (!next.isPlainList) this.addKeys(next.keys());
        this.addAll(next.values());
      } else if (next instanceof HslObject) {
        this.bytes += bytesOf.object;
        this.addKeys(next.members.keys());
        this.addAll(next.members.values());
      }
    }
    return { bytes: this.bytes, items: this.items };
  }
}
