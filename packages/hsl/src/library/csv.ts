import type { RunContext } from "../host.ts";
import { HslArray } from "../values/array.ts";
import { toText } from "../values/convert.ts";
import type { Value } from "../values/value.ts";
import {
  arrayAt,
  flagOf,
  gives,
  Hoard,
  knownOptions,
  optional,
  parameter,
  reserveItems,
  reserveText,
  textAt,
  textOf,
  wrongArgument,
} from "./arguments.ts";
import { defineFunction, type LibraryFunction } from "./define.ts";

/** Rows of fields (RFC 4180); a quote that is never closed ends with the text. */
export const readCsv = (
  text: string,
  delimiter: string,
  /** Told about each field, with the fields of its row and the rows so far; may throw to stop. */
  onField: (fields: number, rows: number) => void,
): string[][] => {
  const rows: string[][] = [];
  let row: string[] = [];
  for (let at = 0; at < text.length || row.length > 0; ) {
    const isQuoted = text[at] === '"';
    const [field, end] = isQuoted
      ? quotedField(text, at, delimiter)
      : plainField(text, at, delimiter);
    row.push(field);
    onField(row.length, rows.length);
    at = end + 1;
    if (text[end] === delimiter) continue;
    if (text[end] === "\r" && text[at] === "\n") at++;
    const isBlank = row.length === 1 && field === "" && !isQuoted;
    if (!isBlank) rows.push(row);
    row = [];
  }
  return rows;
};

const fieldEnd = (text: string, from: number, delimiter: string): number => {
  let at = from;
  while (at < text.length && text[at] !== delimiter && text[at] !== "\n" && text[at] !== "\r") at++;
  return at;
};

const plainField = (text: string, at: number, delimiter: string): [string, number] => {
  const end = fieldEnd(text, at, delimiter);
  return [text.slice(at, end), end];
};

const quotedField = (text: string, at: number, delimiter: string): [string, number] => {
  let field = "";
  let from = at + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return [field + text.slice(from), text.length];
    field += text.slice(from, quote);
    from = quote + 1;
    if (text[from] !== '"') break;
    field += '"';
    from += 1;
  }
  const end = fieldEnd(text, from, delimiter);
  return [field + text.slice(from, end), end]; // text after the closing quote is kept
};

const writeField = (value: Value, delimiter: string): string => {
  const text = toText(value);
  const plain = !/["\r\n]/.test(text) && !text.includes(delimiter) && !/^[ \t]|[ \t]$/.test(text);
  return plain ? text : `"${text.replaceAll('"', '""')}"`;
};

const delimiterOf = (name: string, options: HslArray): string => {
  const delimiter = textOf(options, "delimiter", ",");
  if (delimiter.length !== 1 || /["\r\n]/.test(delimiter)) {
    throw wrongArgument(name, 1, "(options): `delimiter` must be one byte");
  }
  return delimiter;
};

const rowBytes = 120;

const decode = (run: RunContext, text: string, delimiter: string, hasHeader: boolean): HslArray => {
  const hoard = new Hoard(run);
  const rows = readCsv(text, delimiter, (fields, rowCount) => {
    hoard.add(1, fields === 1 ? rowBytes : 0);
    reserveItems(run, Math.max(fields, rowCount));
  });
  const header = hasHeader ? rows.shift() : undefined;
  if (header === undefined) return HslArray.fromList(rows.map((row) => HslArray.fromList(row)));
  return HslArray.fromList(
    rows.map((row) => {
      hoard.add(header.length, rowBytes); // a short row gets all columns
      return HslArray.fromEntries(header.map((name, i) => [name, row[i] ?? ""] as const));
    }),
  );
};

const encode = (run: RunContext, rows: HslArray, delimiter: string, hasHeader: boolean): string => {
  const lines: string[] = [];
  let bytes = 0;
  const put = (fields: Iterable<Value>): void => {
    const line = [...fields].map((field) => writeField(field, delimiter)).join(delimiter);
    lines.push(line === "" ? '""' : line);
    bytes += line.length + 2;
    run.charge(1 + (line.length >> 4), 0);
    reserveText(run, bytes);
  };
  const first = rows.values().next().value;
  const names =
    hasHeader && first instanceof HslArray && !first.isList ? [...first.keys()] : undefined;
  if (names !== undefined) put(names);
  for (const row of rows.values()) {
    if (!(row instanceof HslArray)) throw wrongArgument("csv_encode", 0, "(rows) must hold arrays");
    put(names === undefined ? row.values() : names.map((name) => row.get(name)));
  }
  return lines.map((line) => `${line}\r\n`).join("");
};

export const csvFunctions: readonly LibraryFunction[] = [
  defineFunction(
    {
      name: "csv_decode",
      role: "function",
      summary: "Reads comma-separated values.",
      parameters: [
        parameter("csv", "string", "The text."),
        optional(
          "options",
          "array",
          '`delimiter` (","); `header` (true): the first line names the columns.',
        ),
      ],
      returns: gives(
        "array",
        "A list of rows, each an array by column name or, without a header, a list.",
      ),
      source: "RFC 4180",
      since: "modern",
      example: {
        script:
          'echo csv_decode("name,age\\nbob,7\\n"); echo csv_decode("a;b", ["delimiter" => ";", "header" => false]);',
        log: ['[0=>["name"=>"bob","age"=>"7"]]', '[0=>[0=>"a",1=>"b"]]'],
      },
    },
    (args, run) => {
      const options = arrayAt(args, 1);
      knownOptions("csv_decode", options, ["delimiter", "header"]);
      const delimiter = delimiterOf("csv_decode", options);
      return decode(run, textAt(args, 0), delimiter, flagOf(options, "header", true));
    },
  ),
  defineFunction(
    {
      name: "csv_encode",
      role: "function",
      summary: "Writes comma-separated values.",
      parameters: [
        parameter("rows", "array", "A list of rows, each an array."),
        optional(
          "options",
          "array",
          '`delimiter` (","); `header` (true): rows with names begin with a line of these.',
        ),
      ],
      returns: gives("string", "The text; lines end with CR LF."),
      errors: "A row that is no array is an error.",
      source: "RFC 4180",
      since: "modern",
      example: {
        script: 'echo trim(csv_encode([["a", "b,c", 1]]));',
        log: ['a,"b,c",1'],
      },
    },
    (args, run) => {
      const options = arrayAt(args, 1);
      knownOptions("csv_encode", options, ["delimiter", "header"]);
      const delimiter = delimiterOf("csv_encode", options);
      return encode(run, arrayAt(args, 0), delimiter, flagOf(options, "header", true));
    },
  ),
];
