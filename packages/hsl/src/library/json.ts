import type { RunContext } from "../host.ts";
import { HslArray } from "../values/array.ts";
import { decodeBytes, encodeText } from "../values/bytes.ts";
import { numberToText, toText, typeName } from "../values/convert.ts";
import { ScriptError } from "../values/errors.ts";
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
  valueAt,
} from "./arguments.ts";
import { defineFunction, type LibraryFunction } from "./define.ts";
import { readJson } from "./json-reader.ts";

type Style = { readonly ascii: boolean; readonly pretty: boolean };

const maxNesting = 200;

class JsonWriter {
  private readonly pieces: string[] = [];
  private readonly style: Style;
  private readonly run: RunContext;
  private bytes = 0;

  constructor(style: Style, run: RunContext) {
    this.style = style;
    this.run = run;
  }

  write(value: Value): string {
    this.value(value, 0);
    return this.pieces.join("");
  }

  private put(text: string): void {
    this.bytes += text.length;
    reserveText(this.run, this.bytes);
    this.pieces.push(text);
  }

  private value(value: Value, depth: number): void {
    this.run.charge(1, 0);
    if (value instanceof HslArray) this.array(value, depth);
    else if (typeof value === "string") this.put(this.string(value));
    else if (typeof value === "number")
      this.put(Number.isFinite(value) ? numberToText(value) : "null");
    else if (typeof value === "boolean") this.put(value ? "true" : "false");
    else if (value === null) this.put("null");
    else throw new ScriptError("wrong-argument", `json_encode: JSON has no ${typeName(value)}`);
  }

  private array(array: HslArray, depth: number): void {
    if (depth >= maxNesting) {
      throw new ScriptError("wrong-argument", "json_encode: arrays are nested too deeply");
    }
    const { isList } = array;
    const line = (level: number): string => (this.style.pretty ? `\n${"  ".repeat(level)}` : "");
    this.put(isList ? "[" : "{");
    let isFirst = true;
    for (const [key, value] of array) {
      this.put(`${isFirst ? "" : ","}${line(depth + 1)}`);
      isFirst = false;
      if (!isList) this.put(`${this.string(toText(key))}:${this.style.pretty ? " " : ""}`);
      this.value(value, depth + 1);
    }
    if (!isFirst) this.put(line(depth));
    this.put(isList ? "]" : "}");
  }

  private string(bytes: string): string {
    const text = JSON.stringify(decodeBytes(bytes));
    if (!this.style.ascii) return encodeText(text);
    return text.replace(
      /[\x7f-\uffff]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
  }
}

export const jsonFunctions: readonly LibraryFunction[] = [
  defineFunction(
    {
      name: "json_encode",
      role: "function",
      summary: "Writes a value as JSON.",
      parameters: [
        parameter("value", "any", "The value; strings are read as UTF-8."),
        optional(
          "options",
          "array",
          "`ensure_ascii` (true): other characters as \\u…; `pretty_print` (false): on several lines.",
        ),
      ],
      returns: gives(
        "string",
        "JSON; an array with the keys 0 … n−1 is a list, others are objects.",
      ),
      errors: "Functions, objects and patterns cannot be written.",
      source: "RFC 8259",
      since: "classic",
      example: {
        script: 'echo json_encode(["a" => [1, true, none], "b" => "é"]);',
        log: ['{"a":[1,true,null],"b":"\\u00e9"}'],
      },
    },
    (args, run) => {
      const options = arrayAt(args, 1);
      knownOptions("json_encode", options, ["ensure_ascii", "pretty_print"]);
      const ascii = flagOf(options, "ensure_ascii", true);
      const pretty = flagOf(options, "pretty_print", false);
      return new JsonWriter({ ascii, pretty }, run).write(valueAt(args, 0));
    },
  ),
  defineFunction(
    {
      name: "json_decode",
      role: "function",
      summary: "Reads JSON.",
      parameters: [
        parameter("json", "string", "The text in UTF-8."),
        optional("options", "array", "`allow_comments` (false): // and /* */ are blanks."),
      ],
      returns: gives("any", "The value, objects as arrays; none when the text is no JSON."),
      source: "RFC 8259",
      since: "classic",
      example: {
        script: 'echo json_decode("{\\"a\\":[1,true]}"); echo json_decode("oops") == none;',
        log: ['["a"=>[0=>1,1=>1]]', "1"],
      },
    },
    (args, run) => {
      const options = arrayAt(args, 1);
      knownOptions("json_decode", options, ["allow_comments"]);
      const allowComments = flagOf(options, "allow_comments", false);
      const hoard = new Hoard(run);
      const onValue = (bytes: number): void => hoard.add(1, bytes);
      const onItems = (count: number): void => reserveItems(run, count);
      return readJson(textAt(args, 0), { allowComments, onValue, onItems }) ?? null;
    },
  ),
];
