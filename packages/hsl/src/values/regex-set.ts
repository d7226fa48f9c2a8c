/** `[…]` of a pattern. */
import { complement, foldAscii, posixClass, type Ranges, writeRanges } from "./regex-class.ts";
import { type PatternReader, patternError } from "./regex-reader.ts";

/** Reads a set, and writes it in the engine's syntax. */
export const readSet = (reader: PatternReader, ignoreCase: boolean): string => {
  const start = reader.at;
  reader.at += 1;
  const negative = reader.source[reader.at] === "^";
  if (negative) reader.at += 1;
  const ranges: [number, number][] = [];
  let written = "";
  for (let first = true; first || reader.source[reader.at] !== "]"; first = false) {
    if (reader.at >= reader.source.length) throw patternError('this "[" is never closed', start);
    const member = readMember(reader);
    if (typeof member === "string") written += member;
    else if (typeof member !== "number") for (const [low, high] of member) ranges.push([low, high]);
    else ranges.push([member, readRangeEnd(reader, member)]);
  }
  reader.at += 1;
  return writeSet(reader, ignoreCase, { ranges, written, negative });
};

type SetParts = { readonly ranges: Ranges; readonly written: string; readonly negative: boolean };

const writeSet = (
  reader: PatternReader,
  ignoreCase: boolean,
  { ranges, written, negative }: SetParts,
): string => {
  if (reader.flags.utf8) return `[${negative ? "^" : ""}${writeRanges(ranges)}${written}]`;
  const folded = ignoreCase ? foldAscii(ranges) : ranges;
  const final = negative ? complement(folded, reader.highest) : folded;
  const text = writeRanges(final);
  const set = text === "" ? "[^\\x{0}-\\x{10ffff}]" : `[${text}]`;
  return ignoreCase ? `(?-i:${set})` : set;
};

/** One character, a set, or (UTF-8 only) text in the engine's syntax. */
const readMember = (reader: PatternReader): number | string | Ranges => {
  const start = reader.at;
  const rest = reader.source.slice(start, start + 24);
  const posix = /^\[:(\^?)([a-z]*):\]/.exec(rest);
  if (posix !== null) {
    const ranges = posixClass(posix[2] ?? "");
    if (ranges === undefined) throw patternError(`the set "${posix[0]}" is not known`, start);
    reader.at += posix[0].length;
    if (posix[1] === "") return ranges;
    return reader.flags.utf8 ? posix[0] : complement(ranges, reader.highest);
  }
  if (rest[0] !== "\\") return reader.take();
  const letter = rest[1] ?? "";
  if (letter === "b") return reader.skip(2, 8);
  if (/[RXBKGAzZCQEN]/.test(letter)) {
    throw patternError(`"\\${letter}" has no meaning inside "[…]"`, start);
  }
  if (letter === "p" || letter === "P") return reader.property();
  const ranges = reader.classRanges(letter);
  if (ranges === undefined) return reader.characterEscape();
  const written = reader.classEscape(letter, start);
  return reader.flags.utf8 && /[WDS]/.test(letter) ? (written ?? "") : ranges;
};

/** The high end of `a-z`, or `low` when there is no range. */
const readRangeEnd = (reader: PatternReader, low: number): number => {
  const start = reader.at;
  if (reader.source[start] !== "-" || reader.source[start + 1] === "]") return low;
  if (reader.source[start + 1] === undefined) return low;
  reader.at += 1;
  const high = readMember(reader);
  if (typeof high !== "number") {
    reader.at = start; // "[a-\d]": the "-" is a character
    return low;
  }
  if (high < low) throw patternError("the range in this set is in the wrong order", start - 1);
  return high;
};
