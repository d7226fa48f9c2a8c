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
      const comment = scanLongComment(text, at, report);
      comments.push(comment);
      at = comment.end;
      continue;
    }
    const token = scanToken(text, at, report);
    const isHash = token === undefined && text.charCodeAt(at) === 35; // another language's comment
    at = isHash
      ? endOfLine(text, at)
      : Math.max(token?.end ?? at + skippedLength(text, at), at + 1);
    if (token !== undefined) tokens.push(token);
  }
  tokens.push({ kind: "end", text: "", start: text.length, end: text.length });
  return { tokens, comments };
};

const scanLongComment = (text: string, start: number, report: Report): Comment => {
  const close = text.indexOf("*/", start + 2);
  if (close >= 0) return { start, end: close + 2, text: text.slice(start + 2, close) };
  const span = { start, end: start + 2 };
  report("error", "unclosed-comment", span, "This comment is never closed.", {
    cure: "Put */ where it ends.",
  });
  return { start, end: text.length, text: text.slice(start + 2) };
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

const scanToken = (text: string, start: number, report: Report): Token | undefined => {
  const first = text.charCodeAt(start);
  const kind = kinds[first];
  if (kind === digit) return scanNumber(text, start, report);
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

const scanOperator = (text: string, start: number, report: Report): Token | undefined => {
  const known = operatorsFrom.get(text.charCodeAt(start)) ?? [];
  // no `for … of`: most tokens are operators, and it makes an object at each step
  for (let i = 0; i < known.length; i++) {
    const operator = known[i] as string; // in range
    if (operator.length > 1 && !text.startsWith(operator, start)) continue;
    const isDoubled = (operator === "&" || operator === "|") && text[start + 1] === operator;
    if (isDoubled) return scanForeignOperator(operator, start, report);
    return { kind: "operator", text: operator, start, end: start + operator.length };
  }
  return scanUnknown(text, start, report);
};

/** `&&` and `||`. */
const scanForeignOperator = (half: "&" | "|", start: number, report: Report): Token => {
  const meant = half === "&" ? "and" : "or";
  const span = { start, end: start + 2 };
  report("error", "foreign-operator", span, `There is no \`${half}${half}\`.`, {
    cure: `Write ${meant}.`,
  });
  return { kind: "keyword", text: meant, ...span };
};

const scanUnknown = (text: string, start: number, report: Report): Token | undefined => {
  const char = String.fromCodePoint(text.codePointAt(start) ?? 0);
  const span = { start, end: start + char.length };
  if (char !== "$") {
    report("error", "unknown-character", span, `\`${printable(char)}\` means nothing here.`, {
      cure: printersQuotes.includes(char) ? 'Write a straight quote, ".' : undefined,
    });
    return undefined;
  }
  report("error", "bad-variable", span, "A variable's name is missing after `$`.", {
    cure: "A name begins with a letter or an underscore.",
  });
  const end = span.end + (matchAt(wordTail, text, span.end)?.length ?? 0);
  return { kind: "variable", text: "", start, end };
};

/** What word processors and web pages make of quotes. */
const printersQuotes = "“”„‟‘’‚«»`";

const skippedLength = (text: string, at: number): number =>
  String.fromCodePoint(text.codePointAt(at) ?? 0).length;

const digits: Readonly<Record<string, readonly [RegExp, string]>> = {
  x: [/^[0-9a-fA-F]+$/, "hexadecimal"],
  o: [/^[0-7]+$/, "octal"],
  b: [/^[01]+$/, "binary"],
};

const scanNumber = (text: string, start: number, report: Report): Token => {
  let end = start + 1;
  while (kinds[text.charCodeAt(end)] === digit) end += 1;
  const next = text.charCodeAt(end);
  if (next === dot || kinds[next] === letter) return scanLongNumber(text, start, report);
  const whole = text.slice(start, end);
  return { kind: "number", text: whole, value: Number(whole), start, end };
};

const matchAt = (pattern: RegExp, text: string, at: number): string | undefined => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
};

/** A number of more than digits. */
const scanLongNumber = (text: string, start: number, report: Report): Token => {
  const prefixed = matchAt(prefixedNumber, text, start);
  const body = prefixed ?? matchAt(decimalNumber, text, start) ?? "0";
  const tail = prefixed === undefined ? (matchAt(wordTail, text, start + body.length) ?? "") : "";
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
