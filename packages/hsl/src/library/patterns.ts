import type { RunContext } from "../host.ts";
import { HslArray } from "../values/array.ts";
import { toText } from "../values/convert.ts";
import {
  compilePattern,
  expandReplacement,
  type HslRegex,
  patternFromText,
  type RegexMatch,
} from "../values/regex.ts";
import type { Value } from "../values/value.ts";
import {
  gives,
  Hoard,
  integerAt,
  isCallable,
  isRegex,
  optional,
  parameter,
  reserveItems,
  reserveText,
  textAt,
  valueAt,
} from "./arguments.ts";
import { type CallingWork, finish } from "./callbacks.ts";
import { defineFunction, type LibraryFunction } from "./define.ts";

const regexOf = (value: Value): HslRegex =>
  isRegex(value) ? value : patternFromText(toText(value));

/** `[0]` the whole match, then the groups; a named group also under its name. */
const matchArray = (match: RegexMatch, pick: (group: number) => Value): HslArray => {
  const result = new HslArray();
  const named = new Map([...match.names].map(([name, group]) => [group, name]));
  for (let group = 0; group < match.groups.length; group++) {
    const name = named.get(group);
    if (name !== undefined) result.set(name, pick(group));
    result.set(group, pick(group));
  }
  return result;
};

const oneMatch = (match: RegexMatch): HslArray =>
  matchArray(match, (group) => match.groups[group] ?? "");

const work = (run: RunContext) => ({
  onWork: (steps: number) => run.charge(steps, 0),
  onLook: run.checkTime,
});

const allMatches = (run: RunContext, regex: HslRegex, subject: string): HslArray => {
  const matches: RegexMatch[] = [];
  const hoard = new Hoard(run);
  for (const match of regex.matches(subject, work(run))) {
    matches.push(match);
    hoard.add(2 * match.groups.length, 120);
    reserveItems(run, matches.length);
  }
  const first = matches[0];
  if (first === undefined) return new HslArray();
  return matchArray(first, (group) =>
    HslArray.fromList(matches.map((match) => match.groups[group] ?? "")),
  );
};

function* replaced(
  run: RunContext,
  regex: HslRegex,
  by: Value,
  subject: string,
  limit: number,
): CallingWork<string> {
  let result = "";
  let at = 0;
  for (const match of regex.matches(subject, { ...work(run), limit })) {
    result += subject.slice(at, match.start);
    result += isCallable(by)
      ? toText(yield run.call(by, [oneMatch(match)]))
      : expandReplacement(toText(by), match);
    reserveText(run, result.length);
    at = match.end;
  }
  return result + subject.slice(at);
}

const pattern = parameter("pattern", "string|regex", "`/…/flags`, or the pattern alone.");
const subject = parameter("subject", "string", "The text to look at, 1 MB at most.");
const source = "PCRE syntax without look-around and back-references";
const errors = "A pattern that is wrong or not supported is an error that names the place.";

export const patternFunctions: readonly LibraryFunction[] = [
  defineFunction(
    {
      name: "pcre_match",
      role: "function",
      summary: "Matches a text against a pattern once.",
      parameters: [pattern, subject],
      returns: gives(
        "array",
        "`[0]` is what matched, then the groups by number, named ones by name too; empty when nothing matched.",
      ),
      errors,
      source,
      since: "classic",
      example: {
        script:
          'echo pcre_match("/(.+)@(.+)/", "bob@example.com"); echo count(pcre_match("x", "y"));',
        log: ['[0=>"bob@example.com",1=>"bob",2=>"example.com"]', "0"],
      },
    },
    (args, run) => {
      const regex = regexOf(valueAt(args, 0));
      const options = { ...work(run), limit: 1 };
      for (const match of regex.matches(textAt(args, 1), options)) return oneMatch(match);
      return new HslArray();
    },
  ),
  defineFunction(
    {
      name: "pcre_match_all",
      role: "function",
      summary: "Finds every match of a pattern in a text.",
      parameters: [pattern, subject],
      returns: gives(
        "array",
        "For each group, `[0]` the whole match, a list of what it matched; empty when nothing matched.",
      ),
      errors,
      source,
      since: "classic",
      example: {
        script: 'echo pcre_match_all("/([a-z])([0-9])/", "a1 b2");',
        log: ['[0=>[0=>"a1",1=>"b2"],1=>[0=>"a",1=>"b"],2=>[0=>"1",1=>"2"]]'],
      },
    },
    (args, run) => allMatches(run, regexOf(valueAt(args, 0)), textAt(args, 1)),
  ),
  defineFunction(
    {
      name: "pcre_replace",
      role: "function",
      summary: "Replaces what a pattern matches.",
      parameters: [
        pattern,
        parameter(
          "replacement",
          "string|function",
          "`$0` is the match, `$1` … its groups; or a function that gets the array of `pcre_match`.",
        ),
        subject,
        optional("limit", "number", "At most so many replacements; 0 for all."),
      ],
      returns: gives("string", "The text after replacing."),
      errors,
      source,
      since: "classic",
      example: {
        script:
          'echo pcre_replace("/[0-9]([0-9]+)/", "<$1>", "ab12 c345"); echo pcre_replace("/b/", "x", "bbb", 2);',
        log: ["ab<2> c<45>", "xxb"],
      },
    },
    (args, run) => {
      const regex = regexOf(valueAt(args, 0));
      return finish(replaced(run, regex, valueAt(args, 1), textAt(args, 2), integerAt(args, 3)));
    },
  ),
  defineFunction(
    {
      name: "pcre_quote",
      role: "function",
      summary: "Takes the meaning from every special character of a text, to use it in a pattern.",
      parameters: [parameter("text", "string", "The text.")],
      returns: gives("string", "The text with a backslash before each special character."),
      since: "classic",
      example: { script: 'echo pcre_quote("a.b*c/d");', log: ["a\\.b\\*c\\/d"] },
    },
    (args) =>
      textAt(args, 0)
        .replace(/[.\\+*?[^\]$(){}=!<>|:\-#/&~ ]/g, "\\$&")
        .replaceAll("\0", "\\000"),
  ),
  defineFunction(
    {
      name: "pcre_compile",
      role: "function",
      summary: "Makes a pattern once, to use it many times.",
      parameters: [
        parameter("pattern", "string|regex", "`/…/flags`, or the pattern alone."),
        optional("flags", "string", "Flags of imusxUX for a pattern without slashes."),
      ],
      returns: gives("regex", "For `=~` and the pcre functions."),
      errors,
      source,
      since: "modern",
      example: { script: 'echo "ABC" =~ pcre_compile("/b/i");', log: ["1"] },
    },
    (args) => {
      const flags = textAt(args, 1);
      return flags === "" ? regexOf(valueAt(args, 0)) : compilePattern(textAt(args, 0), flags);
    },
  ),
];
