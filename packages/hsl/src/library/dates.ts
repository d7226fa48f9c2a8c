import type { RunContext } from "../host.ts";
import { ScriptError } from "../values/errors.ts";
import type { Value } from "../values/value.ts";
import {
  arrayAt,
  flagOf,
  gives,
  knownOptions,
  numberAt,
  optional,
  parameter,
  reserveText,
  textAt,
} from "./arguments.ts";
import { formatTime, localOffset } from "./date-format.ts";
import { parseDuration, parseTime } from "./date-parse.ts";
import { defineFunction, type LibraryFunction } from "./define.ts";

const options = optional(
  "options",
  "array",
  "`local` (true): the time zone this system is set to; false: UTC.",
);

const isLocal = (name: string, args: readonly Value[], index: number): boolean => {
  knownOptions(name, arrayAt(args, index), ["local"]);
  return flagOf(arrayAt(args, index), "local", true);
};

const longestDate = 8.64e12; // seconds a Date can hold

const formatted = (format: string, seconds: number, local: boolean, run: RunContext): string => {
  if (!(Math.abs(seconds) < longestDate)) {
    throw new ScriptError("wrong-argument", "strftime: argument 2 (time) is out of range");
  }
  reserveText(run, format.length * 16);
  return formatTime(format, seconds, local ? localOffset(seconds) : 0);
};

export const dateFunctions: readonly LibraryFunction[] = [
  defineFunction(
    {
      name: "time",
      role: "function",
      summary: "Tells the time.",
      parameters: [],
      returns: gives("number", "Seconds since 1970-01-01 00:00 UTC, with a fraction."),
      since: "classic",
      example: { script: "echo time() > 1000000000;", log: ["1"] },
    },
    (_args, run) => run.host.now(),
  ),
  defineFunction(
    {
      name: "timelocal",
      role: "function",
      summary: "Tells the time as the clock on the wall shows it.",
      parameters: [],
      returns: gives("number", "Like time(), moved by the offset of the local time zone."),
      since: "classic",
      example: { script: "echo round((timelocal() - time()) % 60);", log: ["0"] },
    },
    (_args, run) => {
      const now = run.host.now();
      return now + localOffset(now) * 60;
    },
  ),
  defineFunction(
    {
      name: "strftime",
      role: "function",
      summary: "Writes a time as text.",
      parameters: [
        parameter("format", "string", "Text with %Y %m %d %H %M %S %a %b %z and so on."),
        optional("time", "number", "Unix seconds; now when left out."),
        options,
      ],
      returns: gives("string", "The text; names are English."),
      source: "POSIX strftime",
      since: "classic",
      example: {
        script: 'echo strftime("%a, %d %b %Y %H:%M:%S %z", 1234567890, ["local" => false]);',
        log: ["Fri, 13 Feb 2009 23:31:30 +0000"],
      },
    },
    (args, run) =>
      formatted(
        textAt(args, 0),
        numberAt(args, 1, run.host.now()),
        isLocal("strftime", args, 2),
        run,
      ),
  ),
  defineFunction(
    {
      name: "strptime",
      role: "function",
      summary: "Reads a time from text.",
      parameters: [
        parameter("text", "string", "The text."),
        parameter("format", "string", "How it is written, with the letters of strftime."),
        options,
      ],
      returns: gives("number|none", "Unix seconds, none when the text does not fit the format."),
      source: "POSIX strptime",
      since: "modern",
      example: {
        script: 'echo strptime("2009-02-13 23:31:30", "%Y-%m-%d %H:%M:%S", ["local" => false]);',
        log: ["1234567890"],
      },
    },
    (args) => parseTime(textAt(args, 1), textAt(args, 0), isLocal("strptime", args, 2)) ?? null,
  ),
  defineFunction(
    {
      name: "strpduration",
      role: "function",
      summary: "Reads a length of time from text.",
      parameters: [
        parameter(
          "text",
          "string",
          'Numbers with ms, s, m, h, d, w or y: "1h30m"; alone: seconds.',
        ),
      ],
      returns: gives("number|none", "Seconds, none when the text is no length of time."),
      since: "modern",
      example: {
        script: 'echo strpduration("1h30m"); echo strpduration("2d");',
        log: ["5400", "172800"],
      },
    },
    (args) => parseDuration(textAt(args, 0)) ?? null,
  ),
];
