/**
 * Reads a pattern in PCRE's usual syntax and writes it in RE2's. What needs
 * backtracking (look-around, back-references, possessive and atomic groups,
 * recursion) is refused here, with its place and a cure, so that every pattern
 * that gets through takes time in proportion to the text (security: senders
 * choose the text).
 */
import { decodeBytes } from "./bytes.ts";
import { ScriptError } from "./errors.ts";
import {
  classEscapes,
  complement,
  foldAscii,
  posixClass,
  type Ranges,
  writeCharacter,
  writeRanges,
} from "./regex-class.ts";

export type PatternFlags = {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly extended: boolean;
  readonly utf8: boolean;
  readonly ungreedy: boolean;
  readonly strictEscapes: boolean;
};

export type Translation = {
  /** In the engine's syntax. */
  readonly text: string;
  readonly names: ReadonlyMap<string, number>;
};

/** About one instruction of the engine for each; its time is size × length of the subject. */
export const maxPatternSize = 5000;
const maxRepeat = 1000;
const maxNesting = 250;

export const patternError = (what: string, offset?: number): ScriptError =>
  new ScriptError(
    "pattern",
    offset === undefined ? `pattern: ${what}` : `pattern, character ${offset + 1}: ${what}`,
  );

type Scope = { ignoreCase: boolean; extended: boolean; openedAt: number; size: number };

const useGroups = "match the text around it too and take the part you need from a group";

export const translatePattern = (pattern: string, flags: PatternFlags): Translation =>
  new Translator(pattern, flags).run();

class Translator {
  private readonly source: string;
  private readonly flags: PatternFlags;
  private readonly highest: number;
  private readonly names = new Map<string, number>();
  private readonly outer: Scope[] = [];
  private scope: Scope;
  private at = 0;
  private out = "";
  private groups = 0;
  /** Size of the atom a quantifier would repeat; 0: there is none. */
  private atomSize = 0;

  constructor(pattern: string, flags: PatternFlags) {
    this.source = flags.utf8 ? decodeBytes(pattern) : pattern;
    this.flags = flags;
    this.highest = flags.utf8 ? 0x10ffff : 0xff;
    this.scope = {
      ignoreCase: flags.ignoreCase,
      extended: flags.extended,
      openedAt: 0,
      size: 0,
    };
  }

  run(): Translation {
    const { ignoreCase, multiline, dotAll, ungreedy } = this.flags;
    const set = `${ignoreCase ? "i" : ""}${multiline ? "m" : ""}${dotAll ? "s" : ""}${ungreedy ? "U" : ""}`;
    while (this.at < this.source.length) this.item();
    if (this.outer.length > 0) throw patternError('this "(" is never closed', this.scope.openedAt);
    return { text: (set === "" ? "" : `(?${set})`) + this.out, names: this.names };
  }

  private item(): void {
    const start = this.at;
    const char = this.source[start] ?? "";
    if (this.scope.extended && /[\t-\r ]/.test(char)) this.at += 1;
    else if (this.scope.extended && char === "#") this.skipTo("\n");
    else if (char === "\\") this.escape();
    else if (char === "[") this.set();
    else if (char === "(") this.open();
    else if (char === ")") this.close();
    else if (char === "|") this.plain("|", 1, false);
    else if (char === "^" || char === "$") this.plain(char, 1, true);
    else if (char === ".") this.plain(".", 1, true);
    else if (char === "*" || char === "+" || char === "?") this.repeat(char, 0);
    else if (char === "{") this.brace();
    else this.literal(this.take());
  }

  /** Reads one character. */
  private take(): number {
    const code = this.source.codePointAt(this.at) ?? 0;
    this.at += code > 0xffff ? 2 : 1;
    return code;
  }

  private plain(text: string, length: number, repeatable: boolean): void {
    this.at += length;
    this.atom(text, repeatable ? 1 : 0);
  }

  private atom(text: string, size: number): void {
    this.out += text;
    this.atomSize = size;
    this.grow(size);
  }

  private grow(size: number): void {
    this.scope.size += size;
    if (this.scope.size > maxPatternSize) {
      throw patternError(
        `the pattern is too large: its repeats come to more than ${maxPatternSize} steps; lower the counts in "{…}"`,
        this.at - 1,
      );
    }
  }

  private literal(code: number): void {
    const text = writeCharacter(code);
    const halfOfText = !this.flags.utf8 && code > 0x7f && this.scope.ignoreCase;
    this.atom(halfOfText ? `(?-i:${text})` : text, 1);
  }

  private skipTo(end: string): void {
    const found = this.source.indexOf(end, this.at);
    this.at = found < 0 ? this.source.length : found + 1;
  }

  // ---- repeats

  private brace(): void {
    const counts = /\{([0-9]+)(,?)([0-9]*)\}/y;
    counts.lastIndex = this.at;
    const found = counts.exec(this.source);
    if (found === null) {
      this.literal(this.take());
      return;
    }
    const low = Number(found[1]);
    const high = found[3] === "" ? low : Number(found[3]);
    if (low > maxRepeat || high > maxRepeat) {
      throw patternError(
        `a repeat count may be ${maxRepeat} at most; use "*" or "+", and check the length with strlen`,
        this.at,
      );
    }
    if (high < low) throw patternError(`"${found[0]}": the counts are in the wrong order`, this.at);
    this.repeat(found[0], Math.max(high, low) + (found[2] !== "" && found[3] === "" ? 1 : 0));
  }

  private repeat(text: string, times: number): void {
    if (this.atomSize === 0) {
      throw patternError(
        `nothing to repeat before "${text}"; write "\\${text}" for the character itself`,
        this.at,
      );
    }
    const start = this.at;
    this.at += text.length;
    let lazy = "";
    if (this.source[this.at] === "?") {
      lazy = "?";
      this.at += 1;
    } else if (this.source[this.at] === "+") {
      throw patternError(
        `the possessive repeat "${text}+" is not supported; write "${text}", it cannot run away here`,
        start,
      );
    }
    const size = this.atomSize;
    this.out += text + lazy;
    this.atomSize = 0;
    this.grow(times > 1 ? size * (times - 1) : 1);
    this.lastRepeatIsClosed();
  }

  /** `a{2}{3}` is legal there and means a repeat of a repeat. */
  private lastRepeatIsClosed(): void {
    if (/^\{[0-9]+(?:,[0-9]*)?\}/.test(this.source.slice(this.at, this.at + 12))) {
      throw patternError("a repeat of a repeat; put the inner one in (?:…)", this.at);
    }
  }

  // ---- groups

  private open(): void {
    const start = this.at;
    const rest = this.source.slice(start, start + 64);
    refuseGroup(rest, start);
    if (rest.startsWith("(?#")) {
      this.skipTo(")");
      return;
    }
    const named = /^\(\?(?:P?<([^>]*)>|'([^']*)')/.exec(rest);
    if (named !== null) {
      this.push(start, named[0].length);
      this.name(named[1] ?? named[2] ?? "", start);
      this.out += "(";
      return;
    }
    if (!rest.startsWith("(?")) {
      this.push(start, 1);
      this.groups += 1;
      this.out += "(";
      return;
    }
    const options = /^\(\?([a-zA-Z]*)(?:-([a-zA-Z]*))?([:)])/.exec(rest);
    if (options === null) throw patternError(`"${rest.slice(0, 3)}" is not known`, start);
    const [whole, on = "", off = "", end] = options;
    for (const letter of on + off) {
      if (!"imsxU".includes(letter)) {
        throw patternError(`the option "${letter}" is not known; i, m, s, x and U are`, start);
      }
    }
    if (end === ":") this.push(start, whole.length);
    else this.at += whole.length;
    this.setOptions(on, off);
    const kept = on.replaceAll("x", "");
    const dropped = off.replaceAll("x", "");
    const text = kept + (dropped === "" ? "" : `-${dropped}`);
    if (end === ":") this.out += `(?${text}:`;
    else if (text !== "") this.out += `(?${text})`;
    this.atomSize = 0;
  }

  private setOptions(on: string, off: string): void {
    if (on.includes("i")) this.scope.ignoreCase = true;
    if (off.includes("i")) this.scope.ignoreCase = false;
    if (on.includes("x")) this.scope.extended = true;
    if (off.includes("x")) this.scope.extended = false;
  }

  private push(openedAt: number, length: number): void {
    if (this.outer.length >= maxNesting)
      throw patternError("groups are nested too deeply", openedAt);
    this.outer.push(this.scope);
    this.scope = { ...this.scope, openedAt, size: 0 };
    this.at += length;
    this.atomSize = 0;
  }

  private name(name: string, at: number): void {
    this.groups += 1;
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw patternError(`"${name}" cannot name a group; use letters, digits and "_"`, at);
    }
    if (this.names.has(name)) throw patternError(`two groups are named "${name}"`, at);
    this.names.set(name, this.groups);
  }

  private close(): void {
    const parent = this.outer.pop();
    if (parent === undefined) {
      throw patternError('")" without "("; write "\\)" for the character itself', this.at);
    }
    const size = this.scope.size + 2;
    this.scope = parent;
    this.at += 1;
    this.atom(")", size);
  }

  // ---- escapes and sets

  private escape(): void {
    const start = this.at;
    const letter = this.source[start + 1];
    if (letter === undefined) {
      throw patternError('a "\\" at the end; write "\\\\" for the character itself', start);
    }
    refuseEscape(this.source.slice(start, start + 24), start);
    const set = this.classEscape(letter, start);
    if (set !== undefined) this.atom(`[${set}]`, 1);
    else if ("bBAz".includes(letter)) this.plain(`\\${letter}`, 2, true);
    else if (letter === "Z") this.plain("\\z", 2, true);
    else if (letter === "R") {
      const single = writeRanges(classEscapes["v"]?.[this.flags.utf8 ? "text" : "bytes"] ?? []);
      this.plain(`(?:\\r\\n|[${single}])`, 2, true);
    } else if (letter === "N") this.plain("[^\\n]", 2, true);
    else if (letter === "C" && !this.flags.utf8) this.plain("(?s:.)", 2, true);
    else if (letter === "p" || letter === "P") this.atom(this.property(), 1);
    else if (letter === "Q") this.quoted();
    else if (letter === "E") this.at += 2;
    else this.literal(this.characterEscape());
  }

  private quoted(): void {
    const start = this.at + 2;
    const found = this.source.indexOf("\\E", start);
    const end = found < 0 ? this.source.length : found;
    this.at = start;
    while (this.at < end) this.literal(this.take());
    this.at = found < 0 ? end : end + 2;
  }

  /** `\w`, `\D`, … as the inside of a set. Moves on when it is one. */
  private classEscape(letter: string, start: number): string | undefined {
    const ranges = this.classRanges(letter);
    if (ranges === undefined) return undefined;
    this.at = start + 2;
    // Written out, [^\w] would be folded letter by letter under "i".
    if (this.flags.utf8 && /[WDS]/.test(letter)) return `\\${letter}`;
    return writeRanges(ranges);
  }

  private classRanges(letter: string): Ranges | undefined {
    const lower = letter.toLowerCase();
    if (!Object.hasOwn(classEscapes, lower)) return undefined;
    const ranges = classEscapes[lower]?.[this.flags.utf8 ? "text" : "bytes"] ?? [];
    return letter === lower ? ranges : complement(ranges, this.highest);
  }

  private property(): string {
    const start = this.at;
    if (!this.flags.utf8) {
      throw patternError('"\\p" needs UTF-8: add the flag "u", /…/u', start);
    }
    const found = /^\\[pP](?:([A-Z])|\{(\^?)([A-Za-z_]+)\})/.exec(
      this.source.slice(start, start + 64),
    );
    if (found === null) throw patternError('"\\p" wants a property: "\\pL" or "\\p{Greek}"', start);
    this.at += found[0].length;
    const negative = (this.source[start + 1] === "P") !== (found[2] === "^");
    return `\\${negative ? "P" : "p"}{${found[1] ?? found[3] ?? ""}}`;
  }

  /** An escape that stands for one character. */
  private characterEscape(): number {
    const start = this.at;
    const rest = this.source.slice(start, start + 16);
    const letter = rest[1] ?? "";
    const named = "nrtfae".indexOf(letter);
    if (named >= 0) return this.skip(2, [10, 13, 9, 12, 7, 27][named] ?? 0);
    const braces = /^\\(?:x\{([0-9a-fA-F]+)\}|o\{([0-7]+)\})/.exec(rest);
    if (braces !== null) {
      const code = Number.parseInt(braces[1] ?? braces[2] ?? "", braces[1] === undefined ? 8 : 16);
      if (code > this.highest) {
        const cure = this.flags.utf8 ? "is not a character" : 'is above \\xff: add the flag "u"';
        throw patternError(`"${braces[0]}" ${cure}`, start);
      }
      return this.skip(braces[0].length, code);
    }
    const hex = /^\\x([0-9a-fA-F]{0,2})/.exec(rest);
    if (hex !== null) return this.skip(hex[0].length, Number.parseInt(hex[1] || "0", 16));
    const octal = /^\\([0-7]{1,3})/.exec(rest);
    if (octal !== null)
      return this.skip(octal[0].length, Number.parseInt(octal[1] ?? "", 8) & 0xff);
    if (letter === "c" && /^[\x20-\x7e]$/.test(rest[2] ?? "")) {
      return this.skip(3, (rest[2] ?? "").toUpperCase().charCodeAt(0) ^ 64);
    }
    if (this.flags.strictEscapes && /[A-Za-z]/.test(letter)) {
      throw patternError(`"\\${letter}" has no meaning, and the flag "X" forbids it`, start);
    }
    this.at += 1;
    return this.take();
  }

  private skip(length: number, code: number): number {
    this.at += length;
    return code;
  }

  private set(): void {
    const start = this.at;
    this.at += 1;
    const negative = this.source[this.at] === "^";
    if (negative) this.at += 1;
    const ranges: [number, number][] = [];
    let written = "";
    for (let first = true; first || this.source[this.at] !== "]"; first = false) {
      if (this.at >= this.source.length) throw patternError('this "[" is never closed', start);
      const member = this.member();
      if (typeof member === "string") written += member;
      else if (typeof member !== "number")
        for (const [low, high] of member) ranges.push([low, high]);
      else ranges.push([member, this.rangeEnd(member)]);
    }
    this.at += 1;
    this.atom(this.writeSet(ranges, written, negative), 1);
  }

  private writeSet(ranges: Ranges, written: string, negative: boolean): string {
    if (this.flags.utf8) return `[${negative ? "^" : ""}${writeRanges(ranges)}${written}]`;
    const folded = this.scope.ignoreCase ? foldAscii(ranges) : ranges;
    const final = negative ? complement(folded, this.highest) : folded;
    const text = writeRanges(final);
    const set = text === "" ? "[^\\x{0}-\\x{10ffff}]" : `[${text}]`;
    return this.scope.ignoreCase ? `(?-i:${set})` : set;
  }

  /** One character, a set, or (UTF-8 only) text in the engine's syntax. */
  private member(): number | string | Ranges {
    const start = this.at;
    const rest = this.source.slice(start, start + 24);
    const posix = /^\[:(\^?)([a-z]*):\]/.exec(rest);
    if (posix !== null) {
      const ranges = posixClass(posix[2] ?? "");
      if (ranges === undefined) throw patternError(`the set "${posix[0]}" is not known`, start);
      this.at += posix[0].length;
      if (posix[1] === "") return ranges;
      return this.flags.utf8 ? posix[0] : complement(ranges, this.highest);
    }
    if (rest[0] !== "\\") return this.take();
    const letter = rest[1] ?? "";
    if (letter === "b") return this.skip(2, 8);
    if (/[RXBKGAzZCQEN]/.test(letter)) {
      throw patternError(`"\\${letter}" has no meaning inside "[…]"`, start);
    }
    if (letter === "p" || letter === "P") return this.property();
    const ranges = this.classRanges(letter);
    if (ranges === undefined) return this.characterEscape();
    const written = this.classEscape(letter, start);
    return this.flags.utf8 && /[WDS]/.test(letter) ? (written ?? "") : ranges;
  }

  /** The high end of `a-z`, or `low` when there is no range. */
  private rangeEnd(low: number): number {
    const start = this.at;
    if (this.source[start] !== "-" || this.source[start + 1] === "]") return low;
    if (this.source[start + 1] === undefined) return low;
    this.at += 1;
    const high = this.member();
    if (typeof high !== "number") {
      this.at = start; // "[a-\d]": the "-" is a character
      return low;
    }
    if (high < low) throw patternError("the range in this set is in the wrong order", start - 1);
    return high;
  }
}

const refusedGroups: readonly (readonly [RegExp, string])[] = [
  [/^\(\?<?[=!]/, `look-around is not supported; ${useGroups}`],
  [/^\(\?>/, "an atomic group is not supported; write (?:…), it cannot run away here"],
  [/^\(\?\|/, "a branch reset is not supported; use (…) and look which group is set"],
  [/^\(\?P=/, "a back-reference is not supported; compare two groups in the script"],
  [/^\(\?(?:R|&|P>|[+-]?[0-9])/, "recursion is not supported; match the parts one after another"],
  [/^\(\?\(/, "a condition is not supported; use two patterns and if … else"],
  [/^\(\?C/, "a callout is not supported; leave it out"],
  [/^\(\*/, 'a control verb is not supported; leave it out, or write "\\*" for the character'],
];

const refuseGroup = (rest: string, at: number): void => {
  for (const [shape, message] of refusedGroups)
    if (shape.test(rest)) throw patternError(message, at);
};

const refuseEscape = (rest: string, at: number): void => {
  const reference = /^\\(?:[1-9]|g|k)/.test(rest) && !/^\\[1-3][0-7]{2}/.test(rest);
  if (reference) {
    throw patternError("a back-reference is not supported; compare two groups in the script", at);
  }
  if (/^\\K/.test(rest)) throw patternError(`"\\K" is not supported; ${useGroups}`, at);
  if (/^\\[GX]/.test(rest)) throw patternError(`"${rest.slice(0, 2)}" is not supported`, at);
};
