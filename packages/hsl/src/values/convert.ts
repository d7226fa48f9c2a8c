/** Conversions between the types of the language (hsl.md §2). */
import { HslArray } from "./array.ts";
import { ScriptError } from "./errors.ts";
import { countAndLook, countWork } from "./meter.ts";
import { HslFunction, HslObject } from "./object.ts";
import type { Value } from "./value.ts";

export type TypeName =
  | "number"
  | "boolean"
  | "string"
  | "array"
  | "none"
  | "function"
  | "object"
  | "regex";

/** The type as messages and signatures name it. */
export const typeName = (value: Value): TypeName => {
  if (value === null) return "none";
  switch (typeof value) {
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "string":
      return "string";
    default:
      if (value instanceof HslArray) return "array";
      if (value instanceof HslFunction) return "function";
      return value instanceof HslObject ? "object" : "regex";
  }
};

/** Whether `if` takes the value for true: `"0"` is true, `""`, 0, none and `[]` are not. */
export const truthy = (value: Value): boolean => {
  if (typeof value === "boolean") return value;
  if (typeof value === "number") return value !== 0;
  if (typeof value === "string") return value !== "";
  if (value === null) return false;
  return value instanceof HslArray ? value.size > 0 : true;
};

/** Shortest text that reads back as the same number, never with an exponent. */
export const numberToText = (value: number): string => {
  if (value === (value | 0)) return `${value | 0}`;
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
  const text = String(value === 0 ? 0 : value);
  const exponentAt = text.indexOf("e");
  return exponentAt < 0
    ? text
    : expand(text.slice(0, exponentAt), Number(text.slice(exponentAt + 1)));
};

/** `1.5` × 10^`exponent` in plain digits. */
const expand = (mantissa: string, exponent: number): string => {
  const sign = mantissa.startsWith("-") ? "-" : "";
  const [whole = "", fraction = ""] = mantissa.slice(sign.length).split(".");
  const digits = whole + fraction;
  const point = whole.length + exponent;
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  return sign + digits.padEnd(point, "0");
};

const maxNesting = 200;
const maxTextBytes = 8 * 1024 * 1024;
/** An array's text is written for some milliseconds between two looks at the clock. */
const bytesBetweenLooks = 32 * 1024;

/** `string(value)`: what `echo` prints. Arrays print as `[0=>"a","k"=>2]`. */
export const toText = (value: Value): string => {
  if (typeof value === "string") return value;
  if (typeof value === "number") return numberToText(value);
  if (typeof value === "boolean") return value ? "1" : "0";
  if (value === null) return "";
  if (value instanceof HslArray) {
    const printer: Printer = { text: "", counted: 0 };
    printArray(value, printer, 0);
    countWork((printer.text.length - printer.counted) >> 1);
    return printer.text;
  }
  return `[${typeName(value)}]`;
};

type Printer = { text: string; counted: number };

const printArray = (array: HslArray, out: Printer, depth: number): void => {
  if (depth >= maxNesting) throw new ScriptError("budget-depth", "arrays are nested too deeply");
  out.text += "[";
  let first = true;
  for (const [key, value] of array) {
    if (!first) out.text += ",";
    first = false;
    out.text += typeof key === "number" ? `${key}=>` : `${quote(key)}=>`;
    if (value instanceof HslArray) printArray(value, out, depth + 1);
    else
      out.text +=
        typeof value === "string" ? quote(value) : value === null ? "none" : toText(value);
    const { length } = out.text;
    if (length > maxTextBytes) {
      throw new ScriptError("budget-string", "the text of the array is too long");
    }
    if (length - out.counted > bytesBetweenLooks) {
      countAndLook((length - out.counted) >> 1);
      out.counted = length;
    }
  }
  out.text += "]";
};

/** A byte string between double quotes, as a script would write it. */
const quote = (bytes: string): string =>
  special.test(bytes) ? `"${bytes.replace(/[\\"$]/g, "\\$&")}"` : `"${bytes}"`;
const special = /[\\"$]/;

const numberStart = /^[ \t\r\n]*[+\-0-9]/;
/** Reading a longer one as a number is counted. */
export const longText = 256;
const decimal = /^[+-]?[0-9]+(?:\.[0-9]+)?$/;
const hexadecimal = /^([+-]?)0[xX]([0-9a-fA-F]+)$/;

/** The number a text is, wholly; `undefined` when it is none. */
export const parseNumber = (text: string): number | undefined => {
  if (!numberStart.test(text)) return undefined;
  if (text.length > longText) countWork(text.length >> 6);
  // a run of blanks is looked at from its first one only: from each of them would take the square of its length
  const trimmed = text.replace(/(?<![ \t\r\n])[ \t\r\n]+$|^[ \t\r\n]+/g, "");
  if (decimal.test(trimmed)) return Number(trimmed);
  const hex = hexadecimal.exec(trimmed);
  if (hex === null) return undefined;
  const value = Number(`0x${hex[2]}`);
  return hex[1] === "-" ? -value : value;
};

/** `number(value)`: 0 for everything that is no number. */
export const toNumber = (value: Value): number => {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return typeof value === "string" ? (parseNumber(value) ?? 0) : 0;
};
