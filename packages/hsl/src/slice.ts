/** `value[first:last:step]`: half open, counted from the end when negative, clamped (hsl.md §4.2). */
import { HslArray } from "./values/array.ts";
import { typeName } from "./values/convert.ts";
import { ScriptError, type Site } from "./values/errors.ts";
import type { Value } from "./values/value.ts";

export type Bounds = {
  readonly first: number | null;
  readonly last: number | null;
  readonly step: number;
};

export const boundsOf = (first: Value, last: Value, step: Value, site: Site): Bounds => {
  const whole = (value: Value): number | null => {
    if (value === null) return null;
    if (typeof value === "number" && !Number.isNaN(value)) return Math.trunc(value);
    throw new ScriptError("wrong-type", `a bound of a slice cannot be ${typeName(value)}`, site);
  };
  const by = whole(step) ?? 1;
  if (by === 0) throw new ScriptError("wrong-type", "the step of a slice cannot be 0", site);
  return { first: whole(first), last: whole(last), step: by };
};

/** First position and number of positions; the step may be negative. */
export const positionsOf = (
  length: number,
  { first, last, step }: Bounds,
): { readonly start: number; readonly count: number } => {
  const lowest = step > 0 ? 0 : -1;
  const highest = step > 0 ? length : length - 1;
  const clamp = (bound: number): number =>
    Math.min(Math.max(bound < 0 ? bound + length : bound, lowest), highest);
  const start = first === null ? (step > 0 ? 0 : length - 1) : clamp(first);
  const end = last === null ? (step > 0 ? length : -1) : clamp(last);
  return { start, count: Math.max(0, Math.ceil((end - start) / step)) };
};

/** A part of a string or of an array; an array's part is counted anew from 0. */
export const sliceOf = (value: Value, bounds: Bounds, site: Site): Value => {
  if (typeof value === "string") {
    const { start, count } = positionsOf(value.length, bounds);
    if (bounds.step === 1) return value.slice(start, start + count);
    const bytes: string[] = [];
    for (let i = 0; i < count; i++) bytes.push(value.charAt(start + i * bounds.step));
    return bytes.join("");
  }
  if (!(value instanceof HslArray)) {
    throw new ScriptError("wrong-type", `${typeName(value)} cannot be sliced`, site);
  }
  const list = value.toList();
  const { start, count } = positionsOf(list.length, bounds);
  const result: Value[] = [];
  for (let i = 0; i < count; i++) result.push(list[start + i * bounds.step] ?? null);
  return HslArray.fromList(result);
};

/** The array with the slice replaced; keys of text stay, others are counted anew. */
export const replaceSlice = (array: HslArray, bounds: Bounds, by: Value, site: Site): HslArray => {
  const entries = [...array];
  const { start, count } = positionsOf(entries.length, bounds);
  const values = by instanceof HslArray ? by.toList() : [by];
  if (bounds.step !== 1) {
    if (values.length !== count) {
      throw new ScriptError(
        "wrong-argument",
        `${count} elements cannot be replaced by ${values.length}`,
        site,
      );
    }
    const list = array.toList();
    values.forEach((value, i) => {
      list[start + i * bounds.step] = value;
    });
    return rebuilt(entries.map(([key], i) => [key, list[i] ?? null] as const));
  }
  const inserted = values.map((value) => [0, value] as const);
  return rebuilt([...entries.slice(0, start), ...inserted, ...entries.slice(start + count)]);
};

/** The array without the slice. */
export const removeSlice = (array: HslArray, bounds: Bounds): HslArray => {
  const entries = [...array];
  const { start, count } = positionsOf(entries.length, bounds);
  const removed = new Set(Array.from({ length: count }, (_, i) => start + i * bounds.step));
  return rebuilt(entries.filter((_, i) => !removed.has(i)));
};

const rebuilt = (entries: readonly (readonly [string | number, Value])[]): HslArray => {
  const result = new HslArray();
  for (const [key, value] of entries) {
    if (typeof key === "string") result.set(key, value);
    else result.push(value);
  }
  return result;
};
