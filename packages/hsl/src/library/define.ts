/**
 * One function of a library: what it promises and what it does. The arguments
 * are checked against the signature here, for every function alike, so a body
 * starts with arguments it can use.
 */
import type { Ending, FunctionBody, RunContext } from "../host.ts";
import type { FunctionSignature, ParameterSignature, ValueKind } from "../signature.ts";
import { HslArray } from "../values/array.ts";
import { toText, typeName } from "../values/convert.ts";
import { ScriptError } from "../values/errors.ts";
import type { Value } from "../values/value.ts";
import { signatureUnder } from "./signatures-of.ts";

export type LibraryFunction = {
  readonly signature: FunctionSignature;
  readonly body: FunctionBody;
  /** The same function under another name, for its messages. */
  readonly under: (name: string) => LibraryFunction;
};

/** Joins a signature and a body; the body sees checked arguments only. */
export const defineFunction = (
  signature: FunctionSignature,
  body: FunctionBody,
): LibraryFunction => {
  const checked = argumentCheck(signature);
  return {
    signature,
    body: (given, run) => {
      const args = checked(given);
      run.charge(readingSteps(args), 0);
      const result = body(args, run);
      return result instanceof Promise
        ? result.then((value) => charged(value, run))
        : charged(result, run);
    },
    under: (name) => defineFunction(signatureUnder(signature, name), body),
  };
};

/**
 * Gives the arguments as the signature wants them, or a `ScriptError` that says which
 * one is wrong. A number or boolean becomes a string where only a string is
 * wanted, a boolean becomes 1 or 0 where only a number is; none stands for an
 * argument left out.
 */
const argumentCheck = (signature: FunctionSignature): ((args: readonly Value[]) => Value[]) => {
  const { name, parameters } = signature;
  const last = parameters.at(-1);
  const fewest = parameters.filter(
    (parameter) => parameter.optional !== true && parameter.rest !== true,
  ).length;
  const most = last?.rest === true ? Number.POSITIVE_INFINITY : parameters.length;
  return (args) => {
    if (args.length < fewest || args.length > most) {
      throw new ScriptError(
        "wrong-argument-count",
        `${name}: takes ${countWords(fewest, most)}, got ${args.length}`,
      );
    }
    const checked = args.slice();
    for (let index = 0; index < checked.length; index++) {
      const parameter = parameters[index] ?? last;
      if (parameter !== undefined)
        checked[index] = checkArgument(name, parameter, index, args[index] as Value); // index is within the list
    }
    return checked;
  };
};

const countWords = (fewest: number, most: number): string => {
  const plural = (count: number): string => `${count} argument${count === 1 ? "" : "s"}`;
  if (fewest === most) return fewest === 0 ? "no arguments" : plural(fewest);
  return most === Number.POSITIVE_INFINITY
    ? `${plural(fewest)} or more`
    : `${fewest} to ${plural(most)}`;
};

const checkArgument = (
  name: string,
  parameter: ParameterSignature,
  index: number,
  value: Value,
): Value => {
  const { kinds } = parameter;
  const kind = typeName(value);
  if (kinds.includes("any") || kinds.includes(kind)) return value;
  if (value === null && parameter.optional === true) return value;
  if (kind === "boolean" && kinds.includes("number")) return Number(value);
  if ((kind === "number" || kind === "boolean") && kinds.includes("string")) return toText(value);
  throw new ScriptError(
    "wrong-argument",
    `${name}: argument ${index + 1} (${parameter.name}) must be ${kindWords(kinds)}, got ${kind}`,
  );
};

const kindWords = (kinds: readonly ValueKind[]): string =>
  kinds
    .map((kind) => (kind === "none" ? kind : /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`))
    .join(" or ");

/** Reading arguments costs about this. */
const readingSteps = (args: readonly Value[]): number => {
  let steps = 1;
  for (const value of args) {
    if (typeof value === "string") steps += value.length >> 6;
    else if (value instanceof HslArray) steps += value.size >> 2;
  }
  return steps;
};

const charged = (value: Value | Ending, run: RunContext): Value | Ending => {
  if (typeof value === "string") run.charge(value.length >> 6, value.length);
  else if (value instanceof HslArray) run.charge(value.size >> 2, value.size * 16);
  return value;
};
