/** Reading the arguments of a call; the signature has checked their kinds already. */
import { decodeBytes, HslArray, toNumber, toText, truthy, type Value } from "@sluice/hsl";

/** A byte string as it is; "" for an argument left out. */
export const bytesAt = (args: readonly Value[], index: number): string => {
  const value = args[index];
  return value === undefined || value === null ? "" : toText(value);
};

/** The argument as text. */
export const textAt = (args: readonly Value[], index: number): string =>
  decodeBytes(bytesAt(args, index));

export const isGiven = (args: readonly Value[], index: number): boolean =>
  args[index] !== undefined && args[index] !== null;

export const numberAt = (args: readonly Value[], index: number, otherwise = 0): number => {
  const value = args[index];
  return value === undefined || value === null ? otherwise : toNumber(value);
};

export const flagAt = (args: readonly Value[], index: number, otherwise: boolean): boolean => {
  const value = args[index];
  return value === undefined || value === null ? otherwise : truthy(value);
};

const none = new HslArray();

/** An array of options; empty when something else stands there. */
export const optionsAt = (args: readonly Value[], index: number): HslArray => {
  const value = args[index];
  return value instanceof HslArray ? value : none;
};

export const optionText = (options: HslArray, name: string): string | undefined => {
  const value = options.get(name);
  return value === null ? undefined : decodeBytes(toText(value));
};

export const optionNumber = (options: HslArray, name: string): number | undefined => {
  const value = options.get(name);
  return value === null ? undefined : toNumber(value);
};

export const optionFlag = (options: HslArray, name: string, otherwise: boolean): boolean => {
  const value = options.get(name);
  return value === null ? otherwise : truthy(value);
};

/** A list of texts, or one text as a list of one. */
export const optionTexts = (options: HslArray, name: string): string[] | undefined => {
  const value = options.get(name);
  return value === null ? undefined : textsOf(value);
};

export const textsOf = (value: Value): string[] =>
  value instanceof HslArray
    ? value.toList().map((one) => decodeBytes(toText(one)))
    : [decodeBytes(toText(value))];

/** The options of Reschedule, in an array or behind each other. */
export const rescheduleOptions = (args: readonly Value[]): HslArray => {
  if (args.length < 2 || args[1] instanceof HslArray) return optionsAt(args, 1);
  const options = new HslArray();
  for (const [index, name] of rescheduleNames.entries()) {
    if (isGiven(args, index + 1)) options.set(name, args[index + 1] ?? null);
  }
  return options;
};

const rescheduleNames = ["reason", "increment_retry", "transportid", "reset_retry"] as const;
