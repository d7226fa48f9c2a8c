import { HslArray } from "../values/array.ts";
import { includesLoosely, strictEquals } from "../values/compare.ts";
import { toText } from "../values/convert.ts";
import { ScriptError } from "../values/errors.ts";
import type { Value } from "../values/value.ts";
import { arrayAt, gives, optional, parameter, reserveText, textAt, valueAt } from "./arguments.ts";
import { defineFunction, type LibraryFunction } from "./define.ts";

/** Identity that `===` sees, for values that are no arrays. */
const uniqueKey = (value: Value): unknown =>
  value instanceof HslArray ? toText(value) : typeof value === "string" ? `s${value}` : value;

const join = (glue: string, array: HslArray, reserve: (bytes: number) => void): string => {
  const pieces: string[] = [];
  let bytes = 0;
  for (const value of array.values()) {
    const text = toText(value);
    bytes += text.length + glue.length;
    reserve(bytes - glue.length);
    pieces.push(text);
  }
  return pieces.join(glue);
};

export const arrayFunctions: readonly LibraryFunction[] = [
  defineFunction(
    {
      name: "array_keys",
      role: "function",
      summary: "Lists the keys of an array.",
      parameters: [parameter("array", "array", "The array.")],
      returns: gives("array", "The keys in order."),
      since: "classic",
      example: { script: 'echo array_keys(["a" => 1, 5 => 2]);', log: ['[0=>"a",1=>5]'] },
    },
    (args) => HslArray.fromList([...arrayAt(args, 0).keys()]),
  ),
  defineFunction(
    {
      name: "array_values",
      role: "function",
      summary: "Lists the values of an array, numbered anew.",
      parameters: [parameter("array", "array", "The array.")],
      returns: gives("array", "The values in order, with the keys 0, 1, 2 and so on."),
      since: "sluice",
      example: { script: 'echo array_values(["a" => 1, 5 => 2]);', log: ["[0=>1,1=>2]"] },
    },
    (args) => HslArray.fromList(arrayAt(args, 0).toList()),
  ),
  defineFunction(
    {
      name: "array_reverse",
      role: "function",
      summary: "Turns an array around.",
      parameters: [parameter("array", "array", "The array.")],
      returns: gives("array", "The values from last to first, numbered anew."),
      since: "classic",
      example: { script: "echo array_reverse([1, 2, 3]);", log: ["[0=>3,1=>2,2=>1]"] },
    },
    (args) => HslArray.fromList(arrayAt(args, 0).toList().reverse()),
  ),
  defineFunction(
    {
      name: "implode",
      role: "function",
      summary: "Joins the values of an array to one string.",
      parameters: [
        parameter("glue", "string", "What goes between two values."),
        parameter("array", "array", "The values; each is turned into text."),
      ],
      returns: gives("string", "The joined text."),
      since: "classic",
      example: { script: 'echo implode(", ", [1, "b", 3]);', log: ["1, b, 3"] },
    },
    (args, run) => join(textAt(args, 0), arrayAt(args, 1), (bytes) => reserveText(run, bytes)),
  ),
  defineFunction(
    {
      name: "array_join",
      role: "function",
      summary: "Joins the values of an array to one string.",
      parameters: [
        parameter("array", "array", "The values; each is turned into text."),
        optional("separator", "string", "What goes between two values; nothing when left out."),
      ],
      returns: gives("string", "The joined text."),
      since: "modern",
      example: { script: 'echo array_join(["a", "b"], "-");', log: ["a-b"] },
    },
    (args, run) => join(textAt(args, 1), arrayAt(args, 0), (bytes) => reserveText(run, bytes)),
  ),
  defineFunction(
    {
      name: "in_array",
      role: "function",
      summary: "Tells whether a value is in an array, comparing as == does.",
      parameters: [
        parameter("value", "any", "The value to look for."),
        parameter("array", "array", "Where to look."),
      ],
      returns: gives("boolean", 'True when an item equals the value: 1 and "1" are equal here.'),
      since: "classic",
      example: {
        script: 'echo in_array("1", [1, 2]); echo in_array("x", [1, 2]);',
        log: ["1", "0"],
      },
    },
    (args, run) => includesLoosely(arrayAt(args, 1).values(), valueAt(args, 0), run.checkTime),
  ),
  defineFunction(
    {
      name: "array_unique",
      role: "function",
      summary: "Removes values that came before, comparing as === does.",
      parameters: [parameter("array", "array", "The array.")],
      returns: gives("array", "The first of each value, under its key."),
      since: "modern",
      example: { script: 'echo array_unique([1, 2, 1, "1"]);', log: ['[0=>1,1=>2,3=>"1"]'] },
    },
    (args, run) => {
      const seen = new Map<unknown, Value[]>();
      const result = new HslArray();
      for (const [key, value] of arrayAt(args, 0)) {
        const identity = uniqueKey(value);
        if (value instanceof HslArray) run.checkTime?.();
        const same = seen.get(identity);
        if (same?.some((other) => strictEquals(other, value)) === true) continue;
        if (same === undefined) seen.set(identity, [value]);
        else same.push(value);
        result.set(key, value);
      }
      return result;
    },
  ),
  defineFunction(
    {
      name: "array_combine",
      role: "function",
      summary: "Makes an array from a list of keys and a list of values.",
      parameters: [
        parameter("keys", "array", "The keys."),
        parameter("values", "array", "As many values."),
      ],
      returns: gives("array", "The values under the keys; of equal keys the last one counts."),
      errors: "Both arrays must have the same number of items.",
      since: "modern",
      example: { script: 'echo array_combine(["a", "b"], [1, 2]);', log: ['["a"=>1,"b"=>2]'] },
    },
    (args) => {
      const keys = arrayAt(args, 0);
      const values = arrayAt(args, 1).toList();
      if (keys.size !== values.length) {
        throw new ScriptError(
          "wrong-argument",
          `array_combine: ${keys.size} keys do not fit ${values.length} values`,
        );
      }
      const result = new HslArray();
      let index = 0;
      for (const key of keys.values()) {
        if (typeof key !== "number" && typeof key !== "string") {
          throw new ScriptError("wrong-argument", "array_combine: a key is a number or a string");
        }
        result.set(key, values[index++] ?? null);
      }
      return result;
    },
  ),
];
