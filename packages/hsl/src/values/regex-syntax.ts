/**
 * Reads a pattern in PCRE's usual syntax and writes it in RE2's. What needs
 * backtracking (look-around, back-references, possessive and atomic groups,
 * recursion) is refused here, with its place and a cure, so that every pattern
 * that gets through takes time in proportion to the text (security: senders
 * choose the text).
 */
import { classEscapes, writeCharacter, writeRanges } from "./regex-class.ts";
import { type PatternFlags, PatternReader, patternError } from "./regex-reader.ts";
import { refuseEscape, refuseGroup } from "./regex-refused.ts";
import { readSet } from "./regex-set.ts";

export type Translation = {
  /** In the engine's syntax. */
  readonly text: string;
  readonly names: ReadonlyMap<string, number>;
  /** A `$` or `\\Z` that is also true before a line feed at the very end. */
  readonly endsBeforeNewline: boolean;
};

/** About one instruction of the engine for each; its time is size × length of the subject. */
export const maxPatternSize = 5000;
const maxRepeat = 1000;
const maxNesting = 250;

type Scope = { ignoreCase: boolean; extended: boolean; openedAt: number; size: number };

export const translatePattern = (pattern: string, flags: PatternFlags): Translation =>
  new Translator(pattern, flags).run();

class Translator extends PatternReader {
  private readonly names = new Map<string, number>();
  private readonly outer: Scope[] = [];
  private scope: Scope;
  private out = "";
  private groups = 0;
  private hasEnd = false;
  private hasVeryEnd = false;
  /** Size of the atom a quantifier would repeat; 0: there is none. */
  private atomSize = 0;

  constructor(pattern: string, flags: PatternFlags) {
    super(pattern, flags);
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
    return {
      text: (set === "" ? "" : `(?${set})`) + this.out,
      names: this.names,
      endsBeforeNewline: this.hasEnd && !this.hasVeryEnd,
    };
  }

  private item(): void {
    const start = this.at;
    const char = this.source[start] ?? "";
    if (this.scope.extended && /[\t-\r ]/.test(char)) this.at += 1;
    else if (this.scope.extended && char === "#") this.skipTo("\n");
    else if (char === "\\") this.escape();
    else if (char === "[") this.atom(readSet(this, this.scope.ignoreCase), 1);
    else if (char === "(") this.open();
    else if (char === ")") this.close();
    else if (char === "|") this.plain("|", 1, false);
    else if (char === "^") this.plain(char, 1, true);
    else if (char === "$") this.end(char, 1);
    else if (char === ".") this.plain(".", 1, true);
    else if (char === "*" || char === "+" || char === "?") this.repeat(char, 0);
    else if (char === "{") this.brace();
    else this.literal(this.take());
  }

  private plain(text: string, length: number, repeatable: boolean): void {
    this.at += length;
    this.atom(text, repeatable ? 1 : 0);
  }

  private end(text: string, length: number): void {
    this.hasEnd = true;
    this.plain(text, length, true);
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
    else if (letter === "Z") this.end("\\z", 2);
    else if ("bBAz".includes(letter)) {
      if (letter === "z") this.hasVeryEnd = true;
      this.plain(`\\${letter}`, 2, true);
    } else if (letter === "R") {
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
}
