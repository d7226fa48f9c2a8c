/** Walks over the text of a pattern, and knows what escapes stand for. */
import { decodeBytes } from "./bytes.ts";
import { ScriptError } from "./errors.ts";
import { classEscapes, complement, type Ranges, writeRanges } from "./regex-class.ts";

export type PatternFlags = {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly extended: boolean;
  readonly utf8: boolean;
  readonly ungreedy: boolean;
  readonly strictEscapes: boolean;
};

export const patternError = (what: string, offset?: number): ScriptError =>
  new ScriptError(
    "pattern",
    offset === undefined ? `pattern: ${what}` : `pattern, character ${offset + 1}: ${what}`,
  );

export class PatternReader {
  readonly source: string;
  readonly flags: PatternFlags;
  /** The last character there is: a byte or a code point. */
  readonly highest: number;
  at = 0;

  constructor(pattern: string, flags: PatternFlags) {
    this.source = flags.utf8 ? decodeBytes(pattern) : pattern;
    this.flags = flags;
    this.highest = flags.utf8 ? 0x10ffff : 0xff;
  }

  /** Reads one character. */
  take(): number {
    const code = this.source.codePointAt(this.at) ?? 0;
    this.at += code > 0xffff ? 2 : 1;
    return code;
  }

  skipTo(end: string): void {
    const found = this.source.indexOf(end, this.at);
    this.at = found < 0 ? this.source.length : found + 1;
  }

  /** `\w`, `\D`, … as the inside of a set. Moves on when it is one. */
  classEscape(letter: string, start: number): string | undefined {
    const ranges = this.classRanges(letter);
    if (ranges === undefined) return undefined;
    this.at = start + 2;
    // Written out, [^\w] would be folded letter by letter under "i".
    if (this.flags.utf8 && /[WDS]/.test(letter)) return `\\${letter}`;
    return writeRanges(ranges);
  }

  classRanges(letter: string): Ranges | undefined {
    const lower = letter.toLowerCase();
    if (!Object.hasOwn(classEscapes, lower)) return undefined;
    const ranges = classEscapes[lower]?.[this.flags.utf8 ? "text" : "bytes"] ?? [];
    return letter === lower ? ranges : complement(ranges, this.highest);
  }

  property(): string {
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
  characterEscape(): number {
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

  skip(length: number, code: number): number {
    this.at += length;
    return code;
  }
}
