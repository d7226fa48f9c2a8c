/** JavaScript values as HSL literals: what makes a setting harmless inside a script. */
import { encodeText } from "./values/bytes.ts";
import { numberToText } from "./values/convert.ts";

/** What the `hsl` tag writes as a literal. */
export type LiteralValue =
  | string
  | number
  | boolean
  | null
  | readonly LiteralValue[]
  | { readonly [key: string]: LiteralValue };

/** The HSL expression that yields the value. */
export const literal = (value: LiteralValue): string => {
  if (typeof value === "string") return stringLiteral(value);
  if (typeof value === "number") return numberLiteral(value);
  if (typeof value === "boolean") return value ? "true" : "false";
  if (value === null) return "none";
  if (Array.isArray(value)) return `[${value.map((item) => literal(item)).join(", ")}]`;
  if (typeof value !== "object") throw new TypeError(`a script has no literal for ${typeof value}`);
  const entries = Object.entries(value as { readonly [key: string]: LiteralValue });
  return `[${entries.map(([key, item]) => `${literal(key)} => ${literal(item)}`).join(", ")}]`;
};

const numberLiteral = (value: number): string => {
  if (!Number.isFinite(value)) throw new TypeError(`a script has no literal for ${value}`);
  return numberToText(value);
};

const stringLiteral = (text: string): string => `"${escapeText(text)}"`;

/**
 * Text between the quotes of a string. Controls and characters that would make
 * a line read otherwise than it runs (bidirectional marks, line separators)
 * become bytes; other text stays readable.
 */
export const escapeText = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\\"$]/g, "\\$&")
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (char) => named.get(char) ?? escapeBytes(char));

const named: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

const escapeBytes = (char: string): string =>
  [...encodeText(char)]
    .map((byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}`)
    .join("");

const nameInText = /\$(?:\{([a-zA-Z_][a-zA-Z0-9_]*)\}|([a-zA-Z_][a-zA-Z0-9_]*))/g;

/** A string literal in which `$name` of the allowed variables is filled in and every other `$` is text. */
export const templateLiteral = (text: string, allowed: Iterable<string>): string => {
  const names = new Set(allowed);
  let result = "";
  let at = 0;
  for (const found of text.matchAll(nameInText)) {
    const name = found[1] ?? found[2] ?? "";
    if (!names.has(name)) continue;
    result += escapeText(text.slice(at, found.index)) + found[0];
    at = found.index + found[0].length;
  }
  return `"${result}${escapeText(text.slice(at))}"`;
};
