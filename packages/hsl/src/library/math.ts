import { ScriptError } from "../values/errors.ts";
import { gives, integerAt, isGiven, numberAt, optional, parameter } from "./arguments.ts";
import { defineFunction, type LibraryFunction } from "./define.ts";

const x = parameter("x", "number", "The number.");

/** Halves go away from zero, and 1.005 is rounded as it is written, not as it is stored. */
const round = (value: number, decimals: number): number => {
  if (!Number.isFinite(value)) return value;
  const digits = Math.max(-300, Math.min(300, decimals));
  const shifted = Number(shifted10(Math.abs(value), digits));
  const result = Number(shifted10(Math.round(shifted), -digits));
  return value < 0 ? -result : result;
};

/** `value` × 10^`digits`, through its decimal text. */
const shifted10 = (value: number, digits: number): string => {
  const [mantissa = "0", exponent = "0"] = String(value).split("e");
  return `${mantissa}e${Number(exponent) + digits}`;
};

const randomInteger = (random: () => number, first: number, last: number): number => {
  const low = Math.ceil(Math.min(first, last));
  const high = Math.floor(Math.max(first, last));
  return high < low ? low : low + Math.floor(random() * (high - low + 1));
};

const simple = (
  name: string,
  summary: string,
  result: string,
  since: "classic" | "modern",
  script: string,
  log: readonly string[],
  work: (value: number) => number,
): LibraryFunction =>
  defineFunction(
    {
      name,
      role: "function",
      summary,
      parameters: [x],
      returns: gives("number", result),
      since,
      example: { script, log },
    },
    (args) => work(numberAt(args, 0)),
  );

const extreme = (name: "min" | "max", word: string, pick: (a: number, b: number) => number) =>
  defineFunction(
    {
      name,
      role: "function",
      summary: `Picks the ${word} of some numbers.`,
      parameters: [
        parameter("first", "number", "A number."),
        { ...optional("others", "number", "More numbers."), rest: true },
      ],
      returns: gives("number", `The ${word} number.`),
      since: "sluice",
      example: { script: `echo ${name}(2, 3, 1);`, log: [name === "min" ? "1" : "3"] },
    },
    (args) => {
      let result = numberAt(args, 0);
      for (let i = 1; i < args.length; i++) result = pick(result, numberAt(args, i));
      return result;
    },
  );

export const mathFunctions: readonly LibraryFunction[] = [
  simple(
    "abs",
    "Takes the sign from a number.",
    "The number without its sign.",
    "classic",
    "echo abs(-2.5);",
    ["2.5"],
    Math.abs,
  ),
  simple(
    "ceil",
    "Rounds a number up.",
    "The smallest whole number that is not below it.",
    "classic",
    "echo ceil(1.1);",
    ["2"],
    Math.ceil,
  ),
  simple(
    "floor",
    "Rounds a number down.",
    "The largest whole number that is not above it.",
    "classic",
    "echo floor(-1.1);",
    ["-2"],
    Math.floor,
  ),
  simple(
    "sqrt",
    "Draws the square root of a number.",
    "The root; nan for a negative number.",
    "classic",
    "echo sqrt(9);",
    ["3"],
    Math.sqrt,
  ),
  defineFunction(
    {
      name: "round",
      role: "function",
      summary: "Rounds a number to the nearest one with so many decimals.",
      parameters: [x, optional("decimals", "number", "Digits after the point; 0 when left out.")],
      returns: gives("number", "The rounded number; halves go away from zero."),
      since: "classic",
      example: { script: "echo round(2.5); echo round(1.005, 2);", log: ["3", "1.01"] },
    },
    (args) => round(numberAt(args, 0), integerAt(args, 1)),
  ),
  defineFunction(
    {
      name: "log",
      role: "function",
      summary: "Takes the logarithm of a number.",
      parameters: [x, optional("base", "number", "The base; e when left out.")],
      returns: gives("number", "The logarithm."),
      since: "classic",
      example: { script: "echo log(1); echo round(log(1000, 10), 6);", log: ["0", "3"] },
    },
    (args) =>
      isGiven(args, 1)
        ? Math.log(numberAt(args, 0)) / Math.log(numberAt(args, 1))
        : Math.log(numberAt(args, 0)),
  ),
  defineFunction(
    {
      name: "pow",
      role: "function",
      summary: "Raises a number to a power.",
      parameters: [x, parameter("y", "number", "The power.")],
      returns: gives("number", "x to the power of y."),
      since: "classic",
      example: { script: "echo pow(2, 10);", log: ["1024"] },
    },
    (args) => numberAt(args, 0) ** numberAt(args, 1),
  ),
  extreme("min", "smallest", Math.min),
  extreme("max", "largest", Math.max),
  defineFunction(
    {
      name: "rand",
      role: "function",
      summary: "Draws a whole number.",
      parameters: [
        parameter("first", "number", "The lowest number."),
        parameter("last", "number", "The highest number."),
      ],
      returns: gives("number", "A number between the two, both included."),
      since: "classic",
      example: { script: "$x = rand(1, 6); echo $x >= 1 and $x <= 6;", log: ["1"] },
    },
    (args, run) => randomInteger(run.host.random, numberAt(args, 0), numberAt(args, 1)),
  ),
  defineFunction(
    {
      name: "random_number",
      role: "function",
      summary: "Draws a number.",
      parameters: [
        optional("first", "number", "The lowest whole number; alone, the highest, from 0."),
        optional("last", "number", "The highest whole number."),
      ],
      returns: gives(
        "number",
        "A whole number between the two, both included; without arguments a fraction from 0 up to 1.",
      ),
      errors: "The last number must not be below the first.",
      since: "modern",
      example: { script: "$x = random_number(); echo $x >= 0 and $x < 1;", log: ["1"] },
    },
    (args, run) => {
      if (!isGiven(args, 0)) return run.host.random();
      const first = isGiven(args, 1) ? numberAt(args, 0) : 0;
      const last = isGiven(args, 1) ? numberAt(args, 1) : numberAt(args, 0);
      if (last < first) {
        throw new ScriptError("wrong-argument", `random_number: ${last} is below ${first}`);
      }
      return randomInteger(run.host.random, first, last);
    },
  ),
];
