/** `==`, `===` and `<` (hsl.md §2). */
import { HslArray } from "./array.ts";
import { longText, parseNumber, typeName } from "./convert.ts";
import { ScriptError } from "./errors.ts";
import { countWork } from "./meter.ts";
import type { Value } from "./value.ts";

/** `a == b`. */
export const looseEquals = (a: Value, b: Value): boolean => {
  if (typeof a === "string" && typeof b === "string") return a === b;
  if (typeof a === "number" && typeof b === "number") return a === b;
  return a instanceof HslArray && b instanceof HslArray
    ? compareArrays(a, b, looseScalars)
    : looseScalars(a, b);
};

/** Whether a value `==` one of the values; `check` is asked after each comparison that may take long. */
export const includesLoosely = (
  values: Iterable<Value>,
  needle: Value,
  check: (() => void) | undefined,
): boolean => {
  const isLarge = isLong(needle);
  for (const value of values) {
    if (looseEquals(value, needle)) return true;
    if (isLarge || isLong(value)) check?.();
  }
  return false;
};

const isLong = (value: Value): boolean =>
  value instanceof HslArray || (typeof value === "string" && value.length > longText);

/** `a === b`: the same type and equal. */
export const strictEquals = (a: Value, b: Value): boolean =>
  a instanceof HslArray && b instanceof HslArray ? compareArrays(a, b, same) : a === b;

const same = (a: Value, b: Value): boolean => a === b;

const looseScalars = (a: Value, b: Value): boolean => {
  if (a === b) return true;
  if (a === null || b === null) return emptyAsNone(a) && emptyAsNone(b);
  const left = typeof a === "boolean" ? Number(a) : a;
  const right = typeof b === "boolean" ? Number(b) : b;
  if (typeof left === "number" && typeof right === "string") return left === parseNumber(right);
  if (typeof left === "string" && typeof right === "number") return parseNumber(left) === right;
  return left === right;
};

/** Old scripts got `""` where none is now: both, and false, equal none. */
const emptyAsNone = (value: Value): boolean => value === null || value === "" || value === false;

const maxItems = 1_000_000; // shared inner arrays can look exponentially large
const maxNesting = 200;

const compareArrays = (
  a: HslArray,
  b: HslArray,
  equal: (a: Value, b: Value) => boolean,
): boolean => {
  const items = { left: maxItems };
  const isEqual = arraysEqual(a, b, equal, items, 0);
  countWork((maxItems - items.left) >> 1);
  return isEqual;
};

const arraysEqual = (
  a: HslArray,
  b: HslArray,
  equal: (a: Value, b: Value) => boolean,
  items: { left: number },
  depth: number,
): boolean => {
  if (a === b) return true;
  if (a.size !== b.size) return false;
  if (depth >= maxNesting) throw new ScriptError("budget-depth", "arrays are nested too deeply");
  const others = b.entries();
  for (const [key, value] of a) {
    const other = others.next();
    if (other.done === true || other.value[0] !== key) return false;
    items.left -= 1;
    if (items.left < 0)
      throw new ScriptError("budget-steps", "the arrays are too large to compare");
    const otherValue = other.value[1];
    const isEqual =
      value instanceof HslArray && otherValue instanceof HslArray
        ? arraysEqual(value, otherValue, equal, items, depth + 1)
        : equal(value, otherValue);
    if (!isEqual) return false;
  }
  return true;
};

/** Negative, 0 or positive, for `<` and its family; NaN when one side is not a number. */
export const order = (a: Value, b: Value): number => {
  if (typeof a === "number" && typeof b === "number") return a === b ? 0 : a - b;
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : a > b ? 1 : 0;
  const left = numeric(a);
  const right = numeric(b);
  if (left === undefined || right === undefined) {
    throw new ScriptError("wrong-type", `cannot order ${typeName(a)} and ${typeName(b)}`);
  }
  return left === right ? 0 : left - right;
};

const numeric = (value: Value): number | undefined => {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  return typeof value === "string" ? parseNumber(value) : undefined;
};
