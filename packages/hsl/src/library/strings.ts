import { HslArray } from "../values/array.ts";
import { ScriptError } from "../values/errors.ts";
import {
  gives,
  integerAt,
  isGiven,
  optional,
  parameter,
  reserveItems,
  reserveText,
  textAt,
  wrongArgument,
} from "./arguments.ts";
import { defineFunction, type LibraryFunction } from "./define.ts";

const subject = parameter("string", "string", "The string.");

const upper = (text: string): string => text.replace(/[a-z]+/g, (part) => part.toUpperCase());
const lower = (text: string): string => text.replace(/[A-Z]+/g, (part) => part.toLowerCase());

/** PHP's substr: negative positions count from the end, a negative length leaves that many out. */
const slice = (text: string, start: number, length: number | undefined): string => {
  const from = start < 0 ? Math.max(0, text.length + start) : start;
  if (length === undefined) return text.slice(from);
  const to = length < 0 ? text.length + length : from + length;
  return to > from ? text.slice(from, to) : "";
};

const strip = (text: string, chars: string, left: boolean, right: boolean): string => {
  let from = 0;
  let to = text.length;
  while (left && from < to && chars.includes(text.charAt(from))) from++;
  while (right && to > from && chars.includes(text.charAt(to - 1))) to--;
  return text.slice(from, to);
};

const blanks = " \t\r\n";

const stripper = (
  name: string,
  aliases: readonly string[],
  ends: "both ends" | "the beginning" | "the end",
  since: "classic" | "modern",
): LibraryFunction => {
  const left = ends !== "the end";
  const right = ends !== "the beginning";
  return defineFunction(
    {
      name,
      role: "function",
      summary: `Removes blanks from ${ends} of a string.`,
      parameters: [
        subject,
        optional("chars", "string", "The bytes to remove; space, tab, CR and LF when left out."),
      ],
      returns: gives("string", "The string without them."),
      aliases,
      since,
      example: {
        script: `echo "[" . ${name}(" \\tab c\\r\\n ") . "]"; echo ${name}("xxaxx", "x");`,
        log: [
          `[${left ? "" : " \t"}ab c${right ? "" : "\r\n "}]`,
          `${left ? "" : "xx"}a${right ? "" : "xx"}`,
        ],
      },
    },
    (args) => strip(textAt(args, 0), textAt(args, 1, blanks), left, right),
  );
};

export const stringFunctions: readonly LibraryFunction[] = [
  defineFunction(
    {
      name: "strlen",
      role: "function",
      summary: "Counts the bytes of a string.",
      parameters: [subject],
      returns: gives("number", "The number of bytes; a letter with an accent has two or more."),
      since: "classic",
      example: { script: 'echo strlen("Hello"); echo strlen("né");', log: ["5", "3"] },
    },
    (args) => textAt(args, 0).length,
  ),
  defineFunction(
    {
      name: "str_lower",
      role: "function",
      summary: "Makes the letters A–Z small.",
      parameters: [subject],
      returns: gives("string", "The string in small letters; other bytes stay."),
      aliases: ["strtolower"],
      since: "classic",
      example: { script: 'echo strtolower("Bob@EXAMPLE.com");', log: ["bob@example.com"] },
    },
    (args) => lower(textAt(args, 0)),
  ),
  defineFunction(
    {
      name: "str_upper",
      role: "function",
      summary: "Makes the letters a–z capital.",
      parameters: [subject],
      returns: gives("string", "The string in capital letters; other bytes stay."),
      aliases: ["strtoupper"],
      since: "classic",
      example: { script: 'echo str_upper("helo");', log: ["HELO"] },
    },
    (args) => upper(textAt(args, 0)),
  ),
  defineFunction(
    {
      name: "str_slice",
      role: "function",
      summary: "Takes a part of a string.",
      parameters: [
        subject,
        parameter(
          "start",
          "number",
          "The first byte, from 0; a negative number counts from the end.",
        ),
        optional(
          "length",
          "number",
          "How many bytes; a negative number leaves so many out at the end.",
        ),
      ],
      returns: gives("string", "The part; what lies outside the string is not there."),
      aliases: ["substr"],
      since: "classic",
      example: {
        script: 'echo substr("Hello", 1, 3); echo str_slice("Hello", -2);',
        log: ["ell", "lo"],
      },
    },
    (args) =>
      slice(textAt(args, 0), integerAt(args, 1), isGiven(args, 2) ? integerAt(args, 2) : undefined),
  ),
  stripper("str_strip", ["trim"], "both ends", "classic"),
  stripper("str_lstrip", ["ltrim"], "the beginning", "modern"),
  stripper("str_rstrip", ["rtrim"], "the end", "modern"),
  defineFunction(
    {
      name: "str_repeat",
      role: "function",
      summary: "Writes a string several times.",
      parameters: [subject, parameter("count", "number", "How many times, 0 or more.")],
      returns: gives("string", "The repeated string."),
      errors: "The result must not be longer than a string may be.",
      since: "classic",
      example: { script: 'echo str_repeat("=-", 3);', log: ["=-=-=-"] },
    },
    (args, run) => {
      const text = textAt(args, 0);
      const count = integerAt(args, 1);
      if (count < 0) throw wrongArgument("str_repeat", 1, "(count) must not be negative");
      reserveText(run, text === "" ? 0 : text.length * count);
      return text === "" ? "" : text.repeat(count);
    },
  ),
  defineFunction(
    {
      name: "str_chunk",
      role: "function",
      summary: "Cuts a string into pieces of the same size.",
      parameters: [subject, parameter("size", "number", "Bytes of a piece, 1 or more.")],
      returns: gives("array", "The pieces; the last one may be shorter."),
      since: "modern",
      example: { script: 'echo str_chunk("abcde", 2);', log: ['[0=>"ab",1=>"cd",2=>"e"]'] },
    },
    (args, run) => {
      const text = textAt(args, 0);
      const size = integerAt(args, 1);
      if (size < 1) throw wrongArgument("str_chunk", 1, "(size) must be 1 or more");
      reserveItems(run, Math.ceil(text.length / size));
      const pieces: string[] = [];
      for (let at = 0; at < text.length; at += size) pieces.push(text.slice(at, at + size));
      return HslArray.fromList(pieces);
    },
  ),
  defineFunction(
    {
      name: "chr",
      role: "function",
      summary: "Makes a string of one byte.",
      parameters: [parameter("code", "number", "The byte, 0 to 255.")],
      returns: gives("string", "The byte."),
      since: "classic",
      example: { script: "echo chr(65);", log: ["A"] },
    },
    (args) => {
      const code = integerAt(args, 0);
      if (code < 0 || code > 255) throw wrongArgument("chr", 0, "(code) must be 0 to 255");
      return String.fromCharCode(code);
    },
  ),
  defineFunction(
    {
      name: "ord",
      role: "function",
      summary: "Gives the number of the first byte of a string.",
      parameters: [subject],
      returns: gives("number", "The byte, 0 to 255."),
      errors: "An empty string has no first byte.",
      since: "modern",
      example: { script: 'echo ord("A");', log: ["65"] },
    },
    (args) => {
      const text = textAt(args, 0);
      if (text === "") throw new ScriptError("wrong-argument", "ord: the string is empty");
      return text.charCodeAt(0);
    },
  ),
];
