/** The three quoted forms: `"…"` with escapes and variables, `''raw''`, and `#/regex/flags` (hsl.md §1.2). */
import type { Report } from "./diagnostic.ts";
import type { StringPart, Token } from "./token.ts";
import { encodeText } from "./values/bytes.ts";

const interpolation = /\$(?:\{([a-zA-Z_][a-zA-Z0-9_]*)\}|([a-zA-Z_][a-zA-Z0-9_]*))/y;
const plainRun = /[^"\\$]+/y;
const hexEscape = /\\x([0-9a-fA-F]{2})/y;

const escapes: ReadonlyMap<string, string> = new Map([
  ...(["\\", '"', "$"] as const).map((char) => [char, char] as const),
  ...[["n", "\n"] as const, ["r", "\r"] as const, ["t", "\t"] as const],
]);

/** A character as a message can show it. */
export const printable = (char: string): string =>
  /[`\p{C}\p{Z}]/u.test(char)
    ? `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`
    : char;

/** A string from its opening `"` on; a variable goes in where `$` and a name stand. */
export const scanDoubleQuoted = (text: string, start: number, report: Report): Token => {
  const parts: StringPart[] = [];
  let bytes = "";
  let at = start + 1;
  while (at < text.length) {
    const run = matchAt(plainRun, text, at);
    if (run !== null) {
      bytes += encodeText(run[0]);
      at += run[0].length;
      continue;
    }
    const char = text.charAt(at);
    if (char === '"') {
      if (bytes !== "") parts.push(bytes);
      return { kind: "string", text: text.slice(start, at + 1), parts, start, end: at + 1 };
    }
    if (char === "$") {
      const found = matchAt(interpolation, text, at);
      const name = found?.[1] ?? found?.[2];
      if (found === null || name === undefined) {
        if (text.charAt(at + 1) === "{") reportBraces(text, at, report);
        bytes += "$"; // `$1` and `$$` stay as they are: http and pcre_replace want them
        at += 1;
        continue;
      }
      if (bytes !== "") parts.push(bytes);
      bytes = "";
      parts.push({ name, start: at, end: at + found[0].length });
      at += found[0].length;
      continue;
    }
    const escaped = escapes.get(text.charAt(at + 1));
    const hex = escaped === undefined ? matchAt(hexEscape, text, at)?.[1] : undefined;
    if (hex !== undefined) {
      bytes += String.fromCharCode(Number.parseInt(hex, 16));
      at += 4;
      continue;
    }
    if (escaped === undefined) reportEscape(text, at, report);
    bytes += escaped ?? "\\";
    at += escaped === undefined ? 1 : 2;
  }
  if (bytes !== "") parts.push(bytes);
  report("error", "unclosed-string", { start, end: start + 1 }, 'This `"` is never closed.', {
    cure: 'Put " where the string ends; inside it, write \\".',
  });
  return { kind: "string", text: text.slice(start), parts, start, end: text.length };
};

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at;
  return pattern.exec(text);
};

const word = /[a-zA-Z_][a-zA-Z0-9_]*/y;

/** `${name` without its brace; `${1}` and `${ }` are what other texts have, and no mistake. */
const reportBraces = (text: string, at: number, report: Report): void => {
  const name = matchAt(word, text, at + 2)?.[0];
  if (name === undefined) return;
  const span = { start: at, end: at + 2 + name.length };
  report("advice", "bad-interpolation", span, "This is no variable; it stays as it is.", {
    cure: `Write \${${name}} for one, or \\\${ for the characters.`,
  });
};

/** A backslash that begins no escape. */
const reportEscape = (text: string, at: number, report: Report): void => {
  const next = String.fromCodePoint(text.codePointAt(at + 1) ?? 32);
  const end = Math.min(at + 1 + next.length, text.length);
  report(
    "advice",
    "unknown-escape",
    { start: at, end },
    printable(next) === next
      ? `\`\\${next}\` is no escape; both characters stay.`
      : `A backslash before ${printable(next)} is no escape; both characters stay.`,
    {
      cure: `Write \\\\${printable(next) === next ? next : ""} to say so, or \\xHH for a byte.`,
    },
  );
};

const plainQuotes = /'[^'\r\n]*'/y;
/** What follows a text that is over, and would be an odd beginning of a raw one. */
const endsExpression = /[ \t]*(?:$|[;,)\]}.:?<>=!+*%/&|-]|and\b|or\b|as\b)/y;
const rawOpening = /'([\x21-\x26\x28-\x7e]*)'/y;

/** A raw string: `''…''`, or with a word of one's own, `'END'…'END'`. */
export const scanRaw = (text: string, start: number, report: Report): Token => {
  rawOpening.lastIndex = start;
  const opening = rawOpening.exec(text)?.[0];
  const close = opening === undefined ? -1 : text.indexOf(opening, start + opening.length);
  if (opening !== undefined && close >= 0) {
    const bytes = encodeText(text.slice(start + opening.length, close));
    const end = close + opening.length;
    const parts = bytes === "" ? [] : [bytes];
    return { kind: "string", text: text.slice(start, end), parts, start, end };
  }
  plainQuotes.lastIndex = start;
  const quoted = plainQuotes.exec(text)?.[0];
  const inner = quoted?.slice(1, -1) ?? "";
  endsExpression.lastIndex = start + (quoted?.length ?? 0);
  const isRaw = quoted === opening && !endsExpression.test(text);
  if (quoted === undefined || quoted === "''" || isRaw) {
    const end = start + (quoted?.length ?? 1);
    report("error", "unclosed-string", { start, end }, `This raw string is never closed.`, {
      cure: `It ends with ${opening ?? "''"}, as it began.`,
    });
    return { kind: "string", text: text.slice(start), parts: [], start, end: text.length };
  }
  const end = start + quoted.length;
  report(
    "error",
    "single-quotes",
    { start, end },
    "A single quote does not begin a plain string.",
    {
      cure: `Write "${inner}", or ''${inner}'' for a raw string.`,
    },
  );
  return {
    kind: "string",
    text: quoted,
    parts: inner === "" ? [] : [encodeText(inner)],
    start,
    end,
  };
};

const regexBody = /#\/((?:[^/\\\r\n]|\\[^\r\n])*)\/([a-zA-Z]*)/y;

/** A regular expression: `#/pattern/flags`; a slash inside is written `\/`. */
export const scanRegex = (text: string, start: number, report: Report): Token | undefined => {
  regexBody.lastIndex = start;
  const found = regexBody.exec(text);
  if (found === null) {
    const isOpened = text.startsWith("#/", start);
    report(
      "error",
      isOpened ? "unclosed-regex" : "unknown-character",
      { start, end: start + (isOpened ? 2 : 1) },
      isOpened ? "This regular expression is never closed." : "`#` means nothing here.",
      { cure: isOpened ? "It ends with / on the same line." : "A comment begins with //." },
    );
    return undefined;
  }
  const [whole, pattern = "", flags = ""] = found;
  const end = start + whole.length;
  const unknown = /[^imsuxUX]/.exec(flags)?.[0];
  if (unknown !== undefined) {
    report(
      "error",
      "bad-pattern",
      { start: end - flags.length, end },
      `\`${unknown}\` is no flag.`,
      {
        cure: "The flags are i, m, s, u, x, U and X.",
      },
    );
  }
  return { kind: "regex", text: whole, pattern: encodeText(pattern), flags, start, end };
};
