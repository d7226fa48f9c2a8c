/**
 * Text → tokens. Never fails: what cannot be a token is reported and skipped,
 * so that the parser and the editor always get the rest.
 */
import type { Report } from "./diagnostic.ts";
import type { Span } from "./source.ts";
import { printable, scanDoubleQuoted, scanRaw, scanRegex } from "./string-lexer.ts";
import { foreignWords, keywords, operators, type Token } from "./token.ts";

export type Comment = Span & { readonly text: string };

export type Lexed = { readonly tokens: Token[]; readonly comments: Comment[] };

const prefixedNumber = /0(?:[xX][0-9a-zA-Z_]*|[oO][0-9a-zA-Z_]*|[bB][0-9a-zA-Z_]*)/y;
const decimalNumber = /[0-9][0-9_]*(?:\.[0-9][0-9_]*)*/y;
const wordTail = /[a-zA-Z0-9_]*/y;

/** The tokens of a script, with an `end` token last, and its comments. */
export const lex = (text: string, report: Report): Lexed => {
  const tokens: Token[] = [];
  const comments: Comment[] = [];
  let at = 0;

  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };

  while (at < text.length) {
    const start = at;
    const code = text.charCodeAt(at);
    if (kinds[code] === blank || code === byteOrderMark) {
      do at += 1;
      while (kinds[text.charCodeAt(at)] === blank);
      continue;
    }
    if (code === slash && text.startsWith("//", at)) {
      at = endOfLine(text, at);
      comments.push({ start, end: at, text: text.slice(start + 2, at) });
      continue;
    }
    if (code === slash && text.startsWith("/*", at)) {
      const close = text.indexOf("*/", at + 2);
      if (close < 0) {
        report(
          "error",
          "unclosed-comment",
          { start, end: start + 2 },
          "This comment is never closed.",
          {
            cure: "Put */ where it ends.",
          },
        );
      }
      at = close < 0 ? text.length : close + 2;
      comments.push({ start, end: at, text: text.slice(start + 2, close < 0 ? at : close) });
      continue;
    }
    const token = scanToken(text, at, match, report);
    const isHash = token === undefined && text.charCodeAt(at) === 35; // another language's comment
    at = isHash
      ? endOfLine(text, at)
      : Math.max(token?.end ?? at + skippedLength(text, at), at + 1);
    if (token !== undefined) tokens.push(token);
  }
  tokens.push({ kind: "end", text: "", start: text.length, end: text.length });
  return { tokens, comments };
};

const slash = 47;
const dollarSign = 36;
const dot = 46;
const byteOrderMark = 0xfeff;

/** What each ASCII character is; a table, since every character of a script is asked about. */
const kinds = new Uint8Array(128);
const [blank, letter, digit] = [1, 2, 3];
const setKinds = (chars: string, kind: number): void => {
  for (const char of chars) kinds[char.charCodeAt(0)] = kind;
};
setKinds(" \n\t\r", blank);
setKinds("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_", letter);
setKinds("0123456789", digit);

/** Where a name that begins before `from` ends. */
const endOfName = (text: string, from: number): number => {
  let at = from;
  while (at < text.length && (kinds[text.charCodeAt(at)] ?? blank) > blank) at += 1;
  return at;
};

const endOfLine = (text: string, from: number): number => {
  let at = from;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 10 || code === 13) break;
  }
  return at;
};

type Match = (pattern: RegExp) => string | undefined;

const scanToken = (
  text: string,
  start: number,
  match: Match,
  report: Report,
): Token | undefined => {
  const first = text.charCodeAt(start);
  const kind = kinds[first];
  if (kind === digit) return scanNumber(text, start, match, report);
  if (first === 34) return scanDoubleQuoted(text, start, report);
  if (first === 39) return scanRaw(text, start, report);
  if (first === 35) return scanRegex(text, start, report);
  if (kind === letter) {
    const end = endOfName(text, start + 1);
    const name = text.slice(start, end);
    return { kind: keywords.has(name) ? "keyword" : "name", text: name, start, end };
  }
  if (first === dollarSign && kinds[text.charCodeAt(start + 1)] === letter) {
    const end = endOfName(text, start + 2);
    return { kind: "variable", text: text.slice(start + 1, end), start, end };
  }
  return scanOperator(text, start, report);
};

/** The operators by their first character, the longest first. */
const operatorsFrom: ReadonlyMap<number, readonly string[]> = Map.groupBy(
  operators.toSorted((a, b) => b.length - a.length),
  (operator) => operator.charCodeAt(0),
);

const doubled: Readonly<Record<string, string>> = { "&&": "and", "||": "or" };

const scanOperator = (text: string, start: number, report: Report): Token | undefined => {
  const first = text.charCodeAt(start);
  const two = first === 38 || first === 124 ? text.slice(start, start + 2) : "";
  const meant = doubled[two];
  if (meant !== undefined) {
    const span = { start, end: start + 2 };
    report("error", "foreign-operator", span, `There is no \`${two}\`.`, {
      cure: `Write ${meant}.`,
    });
    return { kind: "keyword", text: meant, ...span };
  }
  for (const operator of operatorsFrom.get(first) ?? []) {
    if (operator.length === 1 || text.startsWith(operator, start)) {
      return { kind: "operator", text: operator, start, end: start + operator.length };
    }
  }
  const char = String.fromCodePoint(text.codePointAt(start) ?? 0);
  const span = { start, end: start + char.length };
  if (char === "$") {
    wordTail.lastIndex = span.end;
    const end = span.end + (wordTail.exec(text)?.[0].length ?? 0);
    report("error", "bad-variable", span, "A variable's name is missing after `$`.", {
      cure: "A name begins with a letter or an underscore.",
    });
    return { kind: "variable", text: "", start, end };
  } else {
    report("error", "unknown-character", span, `\`${printable(char)}\` means nothing here.`, {
      cure: printersQuotes.includes(char) ? 'Write a straight quote, ".' : undefined,
    });
  }
  return undefined;
};

/** What word processors and web pages make of quotes. */
const printersQuotes = "“”„‟‘’‚«»";

const skippedLength = (text: string, at: number): number =>
  String.fromCodePoint(text.codePointAt(at) ?? 0).length;

const digits: Readonly<Record<string, readonly [RegExp, string]>> = {
  x: [/^[0-9a-fA-F]+$/, "hexadecimal"],
  o: [/^[0-7]+$/, "octal"],
  b: [/^[01]+$/, "binary"],
};

const scanNumber = (text: string, start: number, match: Match, report: Report): Token => {
  let end = start + 1;
  while (kinds[text.charCodeAt(end)] === digit) end += 1;
  const next = text.charCodeAt(end);
  if (next !== dot && kinds[next] !== letter) {
    // nearly every number: its digits, and nothing about them to complain of
    const whole = text.slice(start, end);
    return { kind: "number", text: whole, value: Number(whole), start, end };
  }
  const prefixed = match(prefixedNumber);
  const body = prefixed ?? match(decimalNumber) ?? "0";
  wordTail.lastIndex = start + body.length;
  const tail = prefixed === undefined ? (wordTail.exec(text)?.[0] ?? "") : "";
  const whole = body + tail;
  const span = { start, end: start + whole.length };
  const fail = (message: string, cure?: string): Token => {
    report("error", "bad-number", span, message, { cure });
    return { kind: "number", text: whole, value: 0, ...span };
  };
  if (tail !== "") {
    return /^[eE][0-9]*$/.test(tail)
      ? fail("A number has no exponent.", "Write all its digits: 1e3 is 1000.")
      : fail(`\`${whole}\` is not a number.`, "A name begins with a letter; a variable with $.");
  }
  if (/__|_$|_\./.test(body)) return fail("`_` may only stand between two digits.");
  const plain = body.replaceAll("_", "");
  if (prefixed !== undefined) {
    const [pattern, kind] = digits[plain.charAt(1).toLowerCase()] ?? [/^$/, ""];
    if (!pattern.test(plain.slice(2))) return fail(`\`${body}\` is not a ${kind} number.`);
  } else if (plain.split(".").length > 2) {
    return fail(
      `\`${body}\` has more than one decimal point.`,
      "An address or a version goes between quotes.",
    );
  }
  return { kind: "number", text: whole, value: Number(plain), ...span };
};

/** Whether a word cannot name a function or a class. */
export const isReserved = (name: string): boolean => keywords.has(name) || foreignWords.has(name);
