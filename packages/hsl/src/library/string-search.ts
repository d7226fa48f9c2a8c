import type { RunContext } from "../host.ts";
import { HslArray } from "../values/array.ts";
import { toText } from "../values/convert.ts";
import { ScriptError } from "../values/errors.ts";
import type { Value } from "../values/value.ts";
import {
  gives,
  integerAt,
  optional,
  parameter,
  reserveItems,
  reserveText,
  textAt,
} from "./arguments.ts";
import { defineFunction, type LibraryFunction } from "./define.ts";

const subject = parameter("string", "string", "The string.");

/** The pieces between delimiters; with a limit the last piece is the rest. */
const split = (
  run: RunContext,
  name: string,
  text: string,
  delimiter: string,
  limit: number,
): HslArray => {
  if (delimiter === "") {
    throw new ScriptError("wrong-argument", `${name}: the delimiter is empty; see str_chunk`);
  }
  const pieces: string[] = [];
  let at = 0;
  for (let next = text.indexOf(delimiter); next >= 0; next = text.indexOf(delimiter, at)) {
    if (limit > 0 && pieces.length === limit - 1) break;
    pieces.push(text.slice(at, next));
    if ((pieces.length & 1023) === 0) reserveItems(run, pieces.length);
    at = next + delimiter.length;
  }
  pieces.push(text.slice(at));
  reserveItems(run, pieces.length);
  return HslArray.fromList(pieces);
};

const limitParameter = optional(
  "limit",
  "number",
  "At most so many pieces, the last one is the rest; 0 for all.",
);

const find = (text: string, wanted: string, offset: number): number => {
  const from = offset < 0 ? Math.max(0, text.length + offset) : offset;
  return from > text.length ? -1 : text.indexOf(wanted, from);
};

const findLast = (text: string, wanted: string, offset: number): number => {
  const from = offset < 0 ? Math.max(0, text.length + offset) : offset;
  const found = text.lastIndexOf(wanted);
  return found < from ? -1 : found;
};

/** Looks from left to right and does not look at what it put in. */
const replace = (run: RunContext, search: string, by: string, text: string): string => {
  if (search === "") return text;
  let result = "";
  let at = 0;
  for (let next = text.indexOf(search); next >= 0; next = text.indexOf(search, at)) {
    result += text.slice(at, next) + by;
    reserveText(run, result.length);
    at = next + search.length;
  }
  return result + text.slice(at);
};

/** Searches in the order given, each in the result of the one before. */
const replaceEach = (run: RunContext, search: Value, by: Value, text: string): string => {
  if (!(search instanceof HslArray)) return replace(run, toText(search), toText(by), text);
  const replacements = by instanceof HslArray ? by.toList() : undefined;
  let result = text;
  let index = 0;
  for (const one of search.values()) {
    run.charge(1 + (result.length >> 6), 0);
    const other = replacements === undefined ? by : (replacements[index++] ?? "");
    result = replace(run, toText(one), toText(other), result);
  }
  return result;
};

const offset = optional(
  "offset",
  "number",
  "Where to begin; a negative number counts from the end.",
);

export const stringSearchFunctions: readonly LibraryFunction[] = [
  defineFunction(
    {
      name: "str_find",
      role: "function",
      summary: "Finds the first place of a string in another.",
      parameters: [subject, parameter("search", "string", "What to look for."), offset],
      returns: gives("number", "The position from 0, −1 when it is not there."),
      aliases: ["strpos"],
      since: "classic",
      example: {
        script: 'echo strpos("Hello", "l"); echo str_find("Hello", "x");',
        log: ["2", "-1"],
      },
    },
    (args) => find(textAt(args, 0), textAt(args, 1), integerAt(args, 2)),
  ),
  defineFunction(
    {
      name: "str_rfind",
      role: "function",
      summary: "Finds the last place of a string in another.",
      parameters: [
        subject,
        parameter("search", "string", "What to look for."),
        optional("offset", "number", "The first position that counts."),
      ],
      returns: gives("number", "The position from 0, −1 when it is not there."),
      aliases: ["strrpos"],
      since: "classic",
      example: { script: 'echo strrpos("Hello", "l");', log: ["3"] },
    },
    (args) => findLast(textAt(args, 0), textAt(args, 1), integerAt(args, 2)),
  ),
  defineFunction(
    {
      name: "str_replace",
      role: "function",
      summary: "Replaces a string wherever it is found in another.",
      parameters: [
        parameter("search", "string|array", "What to look for; of a list one after the other."),
        parameter(
          "replace",
          "string|array",
          "What to put there; a list goes with the list before.",
        ),
        parameter("subject", "string", "Where to look."),
      ],
      returns: gives("string", "The subject after replacing."),
      since: "classic",
      example: {
        script:
          'echo str_replace("a", "b", "banana"); echo str_replace(["1", "2"], ["one", "two"], "1 2");',
        log: ["bbnbnb", "one two"],
      },
    },
    (args, run) => replaceEach(run, args[0] ?? "", args[1] ?? "", textAt(args, 2)),
  ),
  defineFunction(
    {
      name: "explode",
      role: "function",
      summary: "Cuts a string at a delimiter.",
      parameters: [
        parameter("delimiter", "string", "Where to cut; not empty."),
        subject,
        limitParameter,
      ],
      returns: gives("array", "The pieces; an empty string is one empty piece."),
      since: "classic",
      example: {
        script: 'echo explode("@", "bob@example.com"); echo explode(",", "a,b,c", 2);',
        log: ['[0=>"bob",1=>"example.com"]', '[0=>"a",1=>"b,c"]'],
      },
    },
    (args, run) => split(run, "explode", textAt(args, 1), textAt(args, 0), integerAt(args, 2)),
  ),
  defineFunction(
    {
      name: "str_split",
      role: "function",
      summary: "Cuts a string at a delimiter.",
      parameters: [
        subject,
        parameter("delimiter", "string", "Where to cut; not empty."),
        limitParameter,
      ],
      returns: gives("array", "The pieces; an empty string is one empty piece."),
      since: "modern",
      example: { script: 'echo str_split("a,b,c", ",");', log: ['[0=>"a",1=>"b",2=>"c"]'] },
    },
    (args, run) => split(run, "str_split", textAt(args, 0), textAt(args, 1), integerAt(args, 2)),
  ),
];
