import type { RunContext } from "../host.ts";
import { HslArray } from "../values/array.ts";
import { strictEquals } from "../values/compare.ts";
import { toNumber, truthy } from "../values/convert.ts";
import { ScriptError } from "../values/errors.ts";
import type { Value } from "../values/value.ts";
import {
  arrayAt,
  flagOf,
  gives,
  isCallable,
  knownOptions,
  optional,
  parameter,
  valueAt,
} from "./arguments.ts";
import { type CallingWork, finish } from "./callbacks.ts";
import { defineFunction, type LibraryFunction } from "./define.ts";

/** Calls the test with each value; stops when `enough` says so. */
function* search(
  run: RunContext,
  test: Value,
  array: HslArray,
  wanted: boolean,
): CallingWork<readonly [Value] | undefined> {
  for (const value of array.toList()) {
    run.charge(1, 0);
    if (truthy(yield run.call(test, [value])) === wanted) return [value];
  }
  return undefined;
}

function* filter(run: RunContext, test: Value, array: HslArray): CallingWork<HslArray> {
  const result = new HslArray();
  for (const [key, value] of [...array]) {
    run.charge(1, 0);
    if (truthy(yield run.call(test, [value]))) result.set(key, value);
  }
  return result;
}

function* map(run: RunContext, change: Value, array: HslArray): CallingWork<HslArray> {
  const result = new HslArray();
  for (const [key, value] of [...array]) {
    run.charge(1, 0);
    result.set(key, yield run.call(change, [value]));
  }
  return result;
}

function* reduce(run: RunContext, fold: Value, array: HslArray, args: Value[]): CallingWork<Value> {
  const list = array.toList();
  let carry = args[2];
  if (args.length < 3) {
    if (list.length === 0) {
      throw new ScriptError(
        "wrong-argument",
        "array_reduce: an empty array needs a third argument (initial)",
      );
    }
    carry = list.shift();
  }
  for (const value of list) {
    run.charge(1, 0);
    carry = yield run.call(fold, [carry ?? null, value]);
  }
  return carry ?? null;
}

type Item = readonly [Value, Value];

/** A merge sort: equal items keep their order, and a careless callback cannot keep it from ending. */
function* sorted(run: RunContext, compare: Value, items: readonly Item[]): CallingWork<Item[]> {
  if (items.length < 2) return [...items];
  const middle = items.length >> 1;
  const left = yield* sorted(run, compare, items.slice(0, middle));
  const right = yield* sorted(run, compare, items.slice(middle));
  const result: Item[] = [];
  let l = 0;
  let r = 0;
  for (let a = left[0], b = right[0]; a !== undefined && b !== undefined; ) {
    run.charge(1, 0);
    if (toNumber(yield run.call(compare, [a[0], b[0]])) > 0) {
      result.push(b);
      b = right[++r];
    } else {
      result.push(a);
      a = left[++l];
    }
  }
  return result.concat(left.slice(l), right.slice(r));
}

function* sort(run: RunContext, args: Value[]): CallingWork<HslArray> {
  const options = arrayAt(args, 2);
  knownOptions("array_sort", options, ["keys"]);
  const byKey = flagOf(options, "keys", false);
  const items = [...arrayAt(args, 1)].map(
    ([key, value]): Item => (byKey ? [key, value] : [value, key]),
  );
  const result = yield* sorted(run, valueAt(args, 0), items);
  if (!byKey) return HslArray.fromList(result.map((item) => item[0]));
  const array = new HslArray();
  for (const [key, value] of result)
    if (typeof key === "number" || typeof key === "string") array.set(key, value);
  return array;
}

const callback = (help: string) => parameter("callback", "function", help);
const array = parameter("array", "array", "The array.");

export const arrayCallbackFunctions: readonly LibraryFunction[] = [
  defineFunction(
    {
      name: "array_filter",
      role: "function",
      summary: "Keeps the values a function says yes to.",
      parameters: [callback("Gets a value; says whether to keep it."), array],
      returns: gives("array", "The values kept, under their keys."),
      since: "modern",
      example: {
        script: "echo array_filter(function ($x) { return $x > 1; }, [1, 2, 3]);",
        log: ["[1=>2,2=>3]"],
      },
    },
    (args, run) => finish(filter(run, valueAt(args, 0), arrayAt(args, 1))),
  ),
  defineFunction(
    {
      name: "array_map",
      role: "function",
      summary: "Puts what a function makes of each value in its place.",
      parameters: [callback("Gets a value; returns the new one."), array],
      returns: gives("array", "The new values, under the same keys."),
      since: "modern",
      example: {
        script: 'echo array_map(function ($x) { return $x * 2; }, ["a" => 1, "b" => 2]);',
        log: ['["a"=>2,"b"=>4]'],
      },
    },
    (args, run) => finish(map(run, valueAt(args, 0), arrayAt(args, 1))),
  ),
  defineFunction(
    {
      name: "array_reduce",
      role: "function",
      summary: "Folds an array to one value.",
      parameters: [
        callback("Gets the result so far and a value; returns the new result."),
        array,
        optional("initial", "any", "The result to begin with; the first value when left out."),
      ],
      returns: gives("any", "The last result."),
      errors: "An empty array without an initial value is an error.",
      since: "modern",
      example: {
        script: "echo array_reduce(function ($sum, $x) { return $sum + $x; }, [1, 2, 3], 10);",
        log: ["16"],
      },
    },
    (args, run) => finish(reduce(run, valueAt(args, 0), arrayAt(args, 1), args)),
  ),
  defineFunction(
    {
      name: "array_every",
      role: "function",
      summary: "Tells whether a function says yes to every value.",
      parameters: [callback("Gets a value; says yes or no."), array],
      returns: gives("boolean", "True when no value fails; so for an empty array too."),
      since: "modern",
      example: {
        script: "echo array_every(function ($x) { return $x > 1; }, [1, 2]);",
        log: ["0"],
      },
    },
    (args, run) => {
      const found = finish(search(run, valueAt(args, 0), arrayAt(args, 1), false));
      return found instanceof Promise
        ? found.then((item) => item === undefined)
        : found === undefined;
    },
  ),
  defineFunction(
    {
      name: "array_some",
      role: "function",
      summary: "Tells whether a function says yes to at least one value.",
      parameters: [callback("Gets a value; says yes or no."), array],
      returns: gives("boolean", "True when a value passes."),
      since: "modern",
      example: {
        script: "echo array_some(function ($x) { return $x > 1; }, [1, 2]);",
        log: ["1"],
      },
    },
    (args, run) => {
      const found = finish(search(run, valueAt(args, 0), arrayAt(args, 1), true));
      return found instanceof Promise
        ? found.then((item) => item !== undefined)
        : found !== undefined;
    },
  ),
  defineFunction(
    {
      name: "array_find",
      role: "function",
      summary: "Finds the first value a function says yes to.",
      parameters: [callback("Gets a value; says whether it is the one."), array],
      returns: gives("any", "The value, none when there is none."),
      since: "modern",
      example: {
        script: "echo array_find(function ($x) { return $x > 1; }, [1, 2, 3]);",
        log: ["2"],
      },
    },
    (args, run) => {
      const found = finish(search(run, valueAt(args, 0), arrayAt(args, 1), true));
      return found instanceof Promise
        ? found.then((item) => item?.[0] ?? null)
        : (found?.[0] ?? null);
    },
  ),
  defineFunction(
    {
      name: "array_includes",
      role: "function",
      summary: "Tells whether a value is in an array, comparing as === does.",
      parameters: [
        parameter("needle", "any", "The value, or a function that says yes to it."),
        parameter("array", "array", "Where to look."),
      ],
      returns: gives("boolean", 'True when it is there: 1 and "1" are different here.'),
      since: "modern",
      example: {
        script: 'echo array_includes("1", [1, 2]); echo array_includes(1, [1, 2]);',
        log: ["0", "1"],
      },
    },
    (args, run) => {
      const needle = valueAt(args, 0);
      if (!isCallable(needle)) {
        for (const value of arrayAt(args, 1).values()) {
          if (strictEquals(value, needle)) return true;
          if (value instanceof HslArray) run.checkTime?.();
        }
        return false;
      }
      const found = finish(search(run, needle, arrayAt(args, 1), true));
      return found instanceof Promise
        ? found.then((item) => item !== undefined)
        : found !== undefined;
    },
  ),
  defineFunction(
    {
      name: "array_sort",
      role: "function",
      summary: "Sorts an array by a function that compares two values.",
      parameters: [
        callback("Gets two values; returns a number above 0, or true, when the first goes last."),
        array,
        optional(
          "options",
          "array",
          "`keys` (false): compare the keys and keep them; otherwise the values are numbered anew.",
        ),
      ],
      returns: gives("array", "The values in order; equal ones keep theirs."),
      since: "modern",
      example: {
        script: "echo array_sort(function ($a, $b) { return $a > $b; }, [3, 1, 2]);",
        log: ["[0=>1,1=>2,2=>3]"],
      },
    },
    (args, run) => finish(sort(run, args)),
  ),
];
