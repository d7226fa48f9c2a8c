/** Arithmetic, concatenation and the rest of hsl.md §4, on values. */
import { formatText } from "./format.ts";
import { bytesOf } from "./limits.ts";
import type { Run } from "./run.ts";
import { HslArray } from "./values/array.ts";
import { includesLoosely } from "./values/compare.ts";
import { toText, typeName } from "./values/convert.ts";
import { ScriptError, type Site } from "./values/errors.ts";
import { HslRegex, patternFromText } from "./values/regex.ts";
import type { Value } from "./values/value.ts";

export type Operate = (run: Run, a: Value, b: Value, site: Site) => Value;

const wrongTypes = (operator: string, a: Value, b: Value, site: Site): ScriptError =>
  new ScriptError("wrong-type", `cannot compute ${typeName(a)} ${operator} ${typeName(b)}`, site);

/** A number as an operand: booleans count as 1 and 0; text is not a number. */
const numeric = (value: Value): number | undefined =>
  typeof value === "number" ? value : typeof value === "boolean" ? Number(value) : undefined;

const arithmetic =
  (operator: string, compute: (a: number, b: number) => number): Operate =>
  (_run, a, b, site) => {
    const left = numeric(a);
    const right = numeric(b);
    if (left === undefined || right === undefined) throw wrongTypes(operator, a, b, site);
    return compute(left, right);
  };

/** Adds numbers, appends arrays, and joins everything as text when one side is text. */
export const add: Operate = (run, a, b, site) => {
  const left = numeric(a);
  const right = numeric(b);
  if (left !== undefined && right !== undefined) return left + right;
  if (a instanceof HslArray || b instanceof HslArray) return appendArrays(run, a, b);
  if (typeof a === "string" || typeof b === "string") return concatenate(run, a, b, site);
  throw wrongTypes("+", a, b, site);
};

const appendArrays = (run: Run, a: Value, b: Value): Value => {
  const result = a instanceof HslArray ? a.clone() : HslArray.of(a);
  const size = result.size + (b instanceof HslArray ? b.size : 1);
  run.checkItems(size);
  run.charge(size >> 4, bytesOf.array + size * bytesOf.item);
  if (!(b instanceof HslArray)) {
    result.push(b);
    return result;
  }
  for (const [key, value] of b) {
    if (typeof key === "number") result.push(value);
    else result.set(key, value);
  }
  return result;
};

/** `a . b`; none counts as empty text, which is told. */
export const concatenate: Operate = (run, a, b, site) => {
  const left = typeof a === "string" ? a : textFor(run, a, site);
  const right = typeof b === "string" ? b : textFor(run, b, site);
  run.allocateString(left.length + right.length);
  return left + right;
};

const textFor = (run: Run, value: Value, site: Site): string => {
  if (value === null) run.warnOnce("none is joined to text, as nothing", site);
  return toText(value);
};

export const subtract: Operate = (run, a, b, site) => {
  if (!(a instanceof HslArray)) return minus(run, a, b, site);
  const unwanted = b instanceof HslArray ? b.toList() : [b];
  run.charge(Math.floor((a.size * unwanted.length) / 4), bytesOf.array + a.size * bytesOf.item);
  const kept = new HslArray();
  for (const [key, value] of a) {
    if (!includesLoosely(unwanted, value, run.checkTime)) kept.set(key, value);
  }
  return kept;
};
const minus = arithmetic("-", (a, b) => a - b);

export const multiply: Operate = (run, a, b, site) => {
  if (typeof a === "number" && (typeof b === "string" || b instanceof HslArray)) {
    return repeat(run, b, a, site);
  }
  if (typeof b === "number" && (typeof a === "string" || a instanceof HslArray)) {
    return repeat(run, a, b, site);
  }
  return times(run, a, b, site);
};
const times = arithmetic("*", (a, b) => a * b);

const repeat = (run: Run, value: string | HslArray, given: number, site: Site): Value => {
  const count = Math.trunc(given);
  if (!(count >= 0)) throw new ScriptError("wrong-type", "cannot repeat less than 0 times", site);
  if (typeof value === "string") {
    run.allocateString(value.length * count);
    return value.length === 0 ? "" : value.repeat(count);
  }
  const size = value.size * count;
  run.checkItems(size);
  run.charge(size >> 4, bytesOf.array + size * bytesOf.item);
  const result = new HslArray();
  const items = [...value];
  for (let i = 0; i < count && items.length > 0; i++) {
    for (const [key, item] of items) {
      if (typeof key === "number") result.push(item);
      else result.set(key, item);
    }
  }
  return result;
};

export const divide: Operate = (_run, a, b, site) => {
  const left = numeric(a);
  const right = numeric(b);
  if (left === undefined || right === undefined) throw wrongTypes("/", a, b, site);
  if (right === 0) throw new ScriptError("division-by-zero", "division by zero", site);
  return left / right;
};

const remainder: Operate = (run, a, b, site) => {
  if (typeof a === "string") {
    const values = b instanceof HslArray ? b : HslArray.of(b);
    const text = formatText(a, values, run.limits.stringBytes);
    run.allocateString(text.length);
    return text;
  }
  const left = numeric(a);
  const right = numeric(b);
  if (left === undefined || right === undefined) throw wrongTypes("%", a, b, site);
  if (right === 0) throw new ScriptError("division-by-zero", "division by zero", site);
  return left % right;
};

/** Bitwise operators work on 32 bits; larger numbers lose their upper ones. */
const bitwise = (operator: string, compute: (a: number, b: number) => number): Operate =>
  arithmetic(operator, (a, b) => compute(a | 0, b | 0));

const matches: Operate = (run, value, pattern, site) => {
  const isPlain = value === null || typeof value === "number" || typeof value === "boolean";
  const subject = isPlain ? toText(value) : value;
  if (typeof subject !== "string") {
    throw new ScriptError("wrong-type", `cannot search in ${typeName(value)}`, site);
  }
  const regex = pattern instanceof HslRegex ? pattern : regexOf(pattern, site);
  run.charge(subject.length >> 6, 0);
  return regex.test(subject, run.checkTime);
};

const regexOf = (pattern: Value, site: Site): HslRegex => {
  if (typeof pattern !== "string") {
    throw new ScriptError("wrong-type", `a pattern cannot be ${typeName(pattern)}`, site);
  }
  return patternFromText(pattern);
};

/** The operators that always evaluate both sides, apart from comparisons. */
export const operations: ReadonlyMap<string, Operate> = new Map<string, Operate>([
  ["+", add],
  [".", concatenate],
  ["-", subtract],
  ["*", multiply],
  ["/", divide],
  ["%", remainder],
  ["**", arithmetic("**", (a, b) => a ** b)],
  ["&", bitwise("&", (a, b) => a & b)],
  ["|", bitwise("|", (a, b) => a | b)],
  ["^", bitwise("^", (a, b) => a ^ b)],
  ["<<", bitwise("<<", (a, b) => a << b)],
  [">>", bitwise(">>", (a, b) => a >> b)],
  [">>>", bitwise(">>>", (a, b) => a >>> b)],
  ["=~", matches],
  ["!~", (run, a, b, site) => matches(run, a, b, site) === false],
]);

export const negate = (value: Value, operator: string, site: Site): Value => {
  const number = numeric(value);
  if (number === undefined) {
    throw new ScriptError("wrong-type", `cannot compute ${operator}${typeName(value)}`, site);
  }
  if (operator === "-") return -number;
  return operator === "~" ? ~number : number;
};
