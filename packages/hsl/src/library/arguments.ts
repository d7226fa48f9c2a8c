/** Reading checked arguments and options, and asking for room before making something large. */
import type { Limits, RunContext } from "../host.ts";
import { defaultLimits } from "../limits.ts";
import type { ParameterSignature, ValueKind } from "../signature.ts";
import { HslArray } from "../values/array.ts";
import { toNumber, toText, truthy } from "../values/convert.ts";
import { ScriptError } from "../values/errors.ts";
import { HslFunction } from "../values/object.ts";
import { HslRegex } from "../values/regex.ts";
import type { Value } from "../values/value.ts";

type Args = readonly Value[];

/** A parameter; several kinds are given as `"string|array"`. */
export const parameter = (name: string, kinds: string, help: string): ParameterSignature => ({
  name,
  kinds: kinds.split("|") as ValueKind[], // written by hand in this folder; a test reads them all
  help,
});

/** A parameter that may be left out. */
export const optional = (name: string, kinds: string, help: string): ParameterSignature => ({
  ...parameter(name, kinds, help),
  optional: true,
});

/** What a function returns. */
export const gives = (
  kinds: string,
  help: string,
): { readonly kinds: readonly ValueKind[]; readonly help: string } => ({
  kinds: kinds.split("|") as ValueKind[],
  help,
});

export const isGiven = (args: Args, index: number): boolean =>
  args[index] !== undefined && args[index] !== null;

export const textAt = (args: Args, index: number, fallback = ""): string => {
  const value = args[index];
  return value === undefined || value === null ? fallback : toText(value);
};

export const numberAt = (args: Args, index: number, fallback = 0): number => {
  const value = args[index];
  return value === undefined || value === null ? fallback : toNumber(value);
};

/** The number without its fraction; not-a-number counts as 0. */
export const integerAt = (args: Args, index: number, fallback = 0): number =>
  Math.trunc(numberAt(args, index, fallback)) || 0;

const empty = new HslArray();

/** The array at `index`; an empty one when it was left out. */
export const arrayAt = (args: Args, index: number): HslArray => {
  const value = args[index];
  return value instanceof HslArray ? value : empty;
};

export const valueAt = (args: Args, index: number): Value => args[index] ?? null;

export const isCallable = (value: Value): boolean => value instanceof HslFunction;

export const isRegex = (value: Value): value is HslRegex => value instanceof HslRegex;

/** `["name" => …]` as yes or no. */
export const flagOf = (options: HslArray, name: string, fallback: boolean): boolean =>
  options.has(name) ? truthy(options.get(name)) : fallback;

export const textOf = (options: HslArray, name: string, fallback: string): string =>
  options.has(name) ? toText(options.get(name)) : fallback;

/** Refuses option names that are not known, which are spelling mistakes more often than not. */
export const knownOptions = (name: string, options: HslArray, known: readonly string[]): void => {
  for (const key of options.keys()) {
    if (!known.includes(String(key))) {
      throw new ScriptError(
        "wrong-argument",
        `${name}: the option "${key}" is not known; ${known.join(", ")} ${known.length === 1 ? "is" : "are"}`,
      );
    }
  }
};

export const wrongArgument = (name: string, index: number, message: string): ScriptError =>
  new ScriptError("wrong-argument", `${name}: argument ${index + 1} ${message}`);

const limitOf = (run: RunContext, name: keyof Limits): number =>
  run.host.limits?.[name] ?? defaultLimits[name];

/** Asks before a string of so many bytes is made. */
export const reserveText = (run: RunContext, bytes: number): void => {
  const limit = limitOf(run, "stringBytes");
  if (!(bytes <= limit)) {
    throw new ScriptError("budget-string", `a string may have ${limit} bytes at most`);
  }
};

/** Asks before an array of so many items is made. */
export const reserveItems = (run: RunContext, items: number): void => {
  const limit = limitOf(run, "arrayItems");
  if (!(items <= limit)) {
    throw new ScriptError("budget-array", `an array may have ${limit} items at most`);
  }
};

/**
 * Counts what a body holds while it works; the machine cannot see that, it counts
 * what the script can reach.
 */
export class Hoard {
  private readonly run: RunContext;
  private readonly limit: number;
  private bytes = 0;

  constructor(run: RunContext) {
    this.run = run;
    this.limit = limitOf(run, "memoryBytes");
  }

  add(values: number, bytes: number): void {
    this.bytes += values * valueBytes + bytes;
    if (this.bytes > this.limit) {
      throw new ScriptError("budget-memory", `the script used more than ${this.limit} bytes`);
    }
    this.run.charge(values, 0);
  }
}

const valueBytes = 24;
