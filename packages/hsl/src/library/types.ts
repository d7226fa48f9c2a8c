import { HslArray } from "../values/array.ts";
import { toNumber, toText, truthy, typeName } from "../values/convert.ts";
import type { Value } from "../values/value.ts";
import { gives, parameter, valueAt } from "./arguments.ts";
import { defineFunction, type LibraryFunction } from "./define.ts";

/** Items of an array, bytes of a string, none for the rest. */
const lengthOf = (value: Value): number | null => {
  if (value instanceof HslArray) return value.size;
  return typeof value === "string" ? value.length : null;
};

const isKind = (
  kind: string,
  since: "classic" | "modern",
  sample: string,
  before = "",
): LibraryFunction =>
  defineFunction(
    {
      name: `is_${kind}`,
      role: "function",
      summary: `Tells whether a value is ${/^[ao]/.test(kind) ? "an" : "a"} ${kind}.`,
      parameters: [parameter("value", "any", "The value to look at.")],
      returns: gives("boolean", `True for ${/^[ao]/.test(kind) ? "an" : "a"} ${kind}.`),
      since,
      example: {
        script: `${before}echo is_${kind}(${sample}); echo is_${kind}(none);`,
        log: ["1", "0"],
      },
    },
    (args) => typeName(valueAt(args, 0)) === kind,
  );

export const typeFunctions: readonly LibraryFunction[] = [
  defineFunction(
    {
      name: "count",
      role: "function",
      summary: "Counts the items of an array.",
      parameters: [parameter("array", "any", "The array; everything else has no items.")],
      returns: gives("number", "The number of items, 0 for a value that is no array."),
      since: "classic",
      example: { script: 'echo count(["a", "b"]); echo count("text");', log: ["2", "0"] },
    },
    (args) => {
      const value = args[0];
      return value instanceof HslArray ? value.size : 0;
    },
  ),
  defineFunction(
    {
      name: "length",
      role: "function",
      summary: "Tells how long a value is: the items of an array or the bytes of a string.",
      parameters: [parameter("value", "any", "An array or a string.")],
      returns: gives("number|none", "The length, none for a value that has none."),
      since: "modern",
      example: { script: 'echo length([1, 2, 3]); echo length("né");', log: ["3", "3"] },
    },
    (args) => lengthOf(valueAt(args, 0)),
  ),
  defineFunction(
    {
      name: "number",
      role: "function",
      summary: "Turns a value into a number.",
      parameters: [
        parameter("value", "any", "A text with a decimal or a 0x… number, a boolean, a number."),
      ],
      returns: gives("number", "The number, 0 for everything that is none."),
      since: "classic",
      example: { script: 'echo number("12.5") + 1; echo number("x");', log: ["13.5", "0"] },
    },
    (args) => toNumber(valueAt(args, 0)),
  ),
  defineFunction(
    {
      name: "string",
      role: "function",
      summary: "Turns a value into the text that echo prints.",
      parameters: [parameter("value", "any", "Any value.")],
      returns: gives("string", "The text; true is 1, false is 0, none is empty."),
      since: "classic",
      example: { script: "echo string(1.50) . string(true);", log: ["1.51"] },
    },
    (args) => toText(valueAt(args, 0)),
  ),
  defineFunction(
    {
      name: "boolean",
      role: "function",
      summary: "Tells whether `if` would take a value for true.",
      parameters: [parameter("value", "any", "Any value.")],
      returns: gives("boolean", 'False for 0, "", none and an empty array; true for the rest.'),
      since: "modern",
      example: { script: 'echo boolean("0"); echo boolean([]);', log: ["1", "0"] },
    },
    (args) => truthy(valueAt(args, 0)),
  ),
  isKind("array", "classic", "[1]"),
  isKind("number", "classic", "1"),
  isKind("string", "classic", '"text"'),
  isKind("boolean", "modern", "true"),
  isKind("function", "modern", "function () {}"),
  isKind("object", "modern", "Thing()", "class Thing { constructor() {} } "),
];
