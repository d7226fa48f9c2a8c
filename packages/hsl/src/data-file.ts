/** `import $data from "list.csv";`: files that become a value when the script is compiled. */
import { HslArray } from "./values/array.ts";
import { encodeText } from "./values/bytes.ts";
import type { Value } from "./values/value.ts";

/** The text of a YAML file is given as JSON, which is YAML too: this package reads no other. */
export type DataFormat = "json" | "csv" | "txt" | "yaml";

export type ReadData =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly reason: string };

const formats = ["json", "csv", "txt", "yaml"] as const;

export const dataFormatOf = (name: string): DataFormat | null => {
  const extension = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase();
  if (extension === "yml") return "yaml";
  return formats.find((format) => format === extension) ?? null;
};

export const readData = (text: string, format: DataFormat): ReadData => {
  if (format === "txt") return { ok: true, value: encodeText(text) };
  if (format === "csv") return { ok: true, value: readCsv(text) };
  try {
    return { ok: true, value: fromJson(JSON.parse(text), 0) };
  } catch {
    return {
      ok: false,
      reason: `The file is not ${format.toUpperCase()}, or is nested too deeply.`,
    };
  }
};

const fromJson = (json: unknown, depth: number): Value => {
  if (depth > 100) throw new RangeError("nested too deeply");
  if (typeof json === "string") return encodeText(json);
  if (typeof json === "number" || typeof json === "boolean") return json;
  if (Array.isArray(json)) return HslArray.fromList(json.map((item) => fromJson(item, depth + 1)));
  if (typeof json !== "object" || json === null) return null;
  return HslArray.fromEntries(
    Object.entries(json).map(
      ([key, item]) => [encodeText(key), fromJson(item, depth + 1)] as const,
    ),
  );
};

/** Rows keyed by the names in the first row (RFC 4180). */
const readCsv = (text: string): Value => {
  const [names, ...rows] = csvRows(encodeText(text));
  if (names === undefined) return new HslArray();
  return HslArray.fromList(
    rows.map((row) =>
      HslArray.fromEntries(names.map((name, i) => [name, row[i] ?? null] as const)),
    ),
  );
};

const csvField = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r?\n|\r|$)/y;

const csvRows = (bytes: string): string[][] => {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < bytes.length || row.length > 0) {
    csvField.lastIndex = at;
    const [whole = "", field = "", separator = ""] = csvField.exec(bytes) ?? [bytes.charAt(at)];
    row.push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field);
    at += whole.length;
    if (separator === ",") continue;
    if (row.length > 1 || row[0] !== "") rows.push(row);
    row = [];
    if (whole === "" || separator === "") break;
  }
  return rows;
};
