/**
 * The array of the language: an ordered map from integers and strings to
 * values, and a list when its keys are 0…n−1 in order (then kept as one).
 *
 * Arrays are values, so assignment copies; the copy is put off until somebody
 * writes. Whoever stores an array in a second place calls `share()`; whoever
 * wants to write asks for `writable()` first. A function body must not write to
 * an array it was given: take `clone()`, or build a new one.
 */
import { ScriptError } from "./errors.ts";
import type { Value } from "./value.ts";

export type Key = number | string;

const integerText = /^(?:0|-?[1-9][0-9]{0,9})$/;
const maxIndex = 0x7fffffff;

/** `"1"` → 1 and 1.9 → 1; other strings stay (hsl.md §4.1). */
export const normaliseKey = (key: Key): Key => {
  if (typeof key === "number") return key | 0;
  const first = key.charCodeAt(0);
  if (!((first >= 48 && first <= 57) || first === 45) || !integerText.test(key)) return key;
  const index = Number(key);
  return index === (index | 0) ? index : key;
};

/** The key a value stands for in `$a[value]`. */
export const keyOf = (value: Value): Key => {
  if (typeof value === "number") return value | 0;
  if (typeof value === "string") return normaliseKey(value);
  if (typeof value === "boolean") return value ? 1 : 0;
  if (value === null) return "";
  throw new ScriptError("wrong-key", "a key of an array is a number or a string");
};

export class HslArray {
  /** Exactly one of the two is in use. */
  private list: Value[] | null;
  private map: Map<Key, Value> | null = null;
  /** The key that `push` will use, or null when that has to be found out again. Only for `map`. */
  private next: number | null = 0;
  private shared = false;

  /** Takes the list as it is: the caller gives it away, and no array is in it. */
  constructor(list: Value[] = []) {
    this.list = list;
  }

  static of(...values: readonly Value[]): HslArray {
    const array = new HslArray();
    for (const value of values) array.push(value);
    return array;
  }

  /** Takes the list as it is: the caller gives it away. */
  static fromList(values: Value[]): HslArray {
    for (const value of values) if (value instanceof HslArray) value.shared = true;
    return new HslArray(values);
  }

  static fromEntries(entries: Iterable<readonly [Key, Value]>): HslArray {
    const array = new HslArray();
    for (const [key, value] of entries) array.set(key, value);
    return array;
  }

  get size(): number {
    return this.list !== null ? this.list.length : (this.map?.size ?? 0);
  }

  /** Whether it is kept as a list, and so has no keys of its own. */
  get isPlainList(): boolean {
    return this.list !== null;
  }

  /** Whether the keys are 0…n−1 in this order. */
  get isList(): boolean {
    if (this.list !== null) return true;
    let expected = 0;
    for (const key of this.keys()) if (key !== expected++) return false;
    return true;
  }

  /** The value, or none where there is none; `has` tells the two apart. */
  get(key: Key): Value {
    const { list } = this;
    if (list !== null) {
      const index = typeof key === "number" ? key | 0 : normaliseKey(key);
      return (typeof index === "number" ? list[index] : null) ?? null;
    }
    return this.map?.get(normaliseKey(key)) ?? null;
  }

  /** The same for a number, which most keys are. */
  at(index: number): Value {
    const { list } = this;
    return list === null ? this.get(index) : (list[index | 0] ?? null);
  }

  has(key: Key): boolean {
    const index = normaliseKey(key);
    if (this.list !== null) {
      return typeof index === "number" && index >= 0 && index < this.list.length;
    }
    return this.map?.has(index) ?? false;
  }

  set(key: Key, value: Value): void {
    if (value instanceof HslArray) value.shared = true;
    this.put(key, value);
  }

  /** Like `set`, for an array that has no other owner. */
  put(key: Key, value: Value): void {
    const index = normaliseKey(key);
    const { list } = this;
    if (list !== null) {
      if (typeof index === "number" && index >= 0 && index <= list.length) {
        list[index] = value;
        return;
      }
    }
    const map = this.asMap();
    map.set(index, value);
    if (typeof index !== "number" || this.next === null) return;
    if (index >= this.next) this.next = index + 1;
    else if (index < 0 && this.next === 0) this.next = null; // it may be the only one
  }

  /** Puts a value in the place of another. False, and nothing done, where there is none or somebody shares the array. */
  replace(key: number, value: Value): boolean {
    const { list } = this;
    const index = key | 0;
    if (list === null || this.shared || index < 0 || index >= list.length) return false;
    list[index] = value;
    return true;
  }

  /** Appends at the highest integer key + 1. */
  push(value: Value): void {
    if (value instanceof HslArray) value.shared = true;
    const { list } = this;
    if (list !== null) list.push(value);
    else this.put(this.nextIndex(), value);
  }

  /** The key the next `push` will use. */
  nextIndex(): number {
    if (this.list !== null) return this.list.length;
    if (this.next === null) {
      let highest: number | null = null;
      for (const key of this.keys()) {
        if (typeof key === "number" && key >= (highest ?? key)) highest = key;
      }
      this.next = highest === null ? 0 : highest + 1;
    }
    if (this.next > maxIndex)
      throw new ScriptError("array-full", "no index is left after 2147483647");
    return this.next;
  }

  /** Whether there was something to remove. */
  delete(key: Key): boolean {
    const index = normaliseKey(key);
    if (this.list !== null) {
      if (typeof index !== "number" || index < 0 || index >= this.list.length) return false;
      if (index === this.list.length - 1) {
        this.list.pop();
        return true;
      }
    }
    const removed = this.asMap().delete(index);
    if (removed && this.next !== null && index === this.next - 1) this.next = null;
    return removed;
  }

  *entries(): IterableIterator<[Key, Value]> {
    if (this.list !== null) yield* this.list.entries();
    else if (this.map !== null) yield* this.map.entries();
  }

  *keys(): IterableIterator<Key> {
    if (this.list !== null) yield* this.list.keys();
    else if (this.map !== null) yield* this.map.keys();
  }

  values(): IterableIterator<Value> {
    return (this.list ?? this.map ?? []).values();
  }

  /** The values in order, as a new list. */
  toList(): Value[] {
    return this.list !== null ? this.list.slice() : [...this.values()];
  }

  [Symbol.iterator](): IterableIterator<[Key, Value]> {
    return this.entries();
  }

  /** Says that a second place holds this array from now on. */
  share(): this {
    this.shared = true;
    return this;
  }

  /** This array, or a copy when somebody else holds it too. */
  writable(): HslArray {
    return this.shared ? this.clone() : this;
  }

  /** A copy that nobody shares; arrays inside become shared. */
  clone(): HslArray {
    for (const value of this.values()) if (value instanceof HslArray) value.shared = true;
    const copy = new HslArray();
    copy.list = this.list?.slice() ?? null;
    copy.map = this.map === null ? null : new Map(this.map);
    copy.next = this.next;
    return copy;
  }

  private asMap(): Map<Key, Value> {
    if (this.map === null) {
      this.next = this.list?.length ?? 0;
      this.map = new Map(this.list?.entries());
      this.list = null;
    }
    return this.map;
  }
}
