/**
 * Reads JSON (RFC 8259) from bytes. Not `JSON.parse`, which would move keys like
 * "10" to the front and treat "__proto__" as special.
 */
import { HslArray, type Key } from "../values/array.ts";
import { encodeText } from "../values/bytes.ts";
import type { Value } from "../values/value.ts";

export type JsonLimits = {
  readonly allowComments: boolean;
  /** Told about every value made; may throw to stop. */
  readonly onValue: (bytes: number) => void;
  /** Told how many items an array has so far; may throw to stop. */
  readonly onItems: (count: number) => void;
};

const maxNesting = 200;
const arrayBytes = 120;

class NotJson extends Error {}

/** The value, or `undefined` when the text is no JSON. */
export const readJson = (text: string, limits: JsonLimits): Value | undefined => {
  const reader = new JsonReader(text, limits);
  try {
    return reader.document();
  } catch (error) {
    if (error instanceof NotJson) return undefined;
    throw error;
  }
};

class JsonReader {
  private readonly text: string;
  private readonly limits: JsonLimits;
  private at = 0;

  constructor(text: string, limits: JsonLimits) {
    this.text = text;
    this.limits = limits;
    if (text.startsWith("\xef\xbb\xbf")) this.at = 3;
  }

  document(): Value {
    const value = this.value(0);
    this.blanks();
    if (this.at < this.text.length) throw new NotJson();
    return value;
  }

  private value(depth: number): Value {
    if (depth > maxNesting) throw new NotJson();
    this.blanks();
    const char = this.text[this.at];
    this.limits.onValue(char === "{" || char === "[" ? arrayBytes : 0);
    if (char === "{") return this.object(depth);
    if (char === "[") return this.array(depth);
    if (char === '"') return this.string();
    const word = this.match(/true|false|null/y);
    if (word !== undefined) return word === "null" ? null : word === "true";
    const number = this.match(/-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y);
    if (number === undefined) throw new NotJson();
    return Number(number);
  }

  private object(depth: number): HslArray {
    const result = new HslArray();
    this.at += 1;
    this.blanks();
    if (this.skip("}")) return result;
    do {
      this.blanks();
      const key: Key = this.string();
      this.blanks();
      if (!this.skip(":")) throw new NotJson();
      result.put(key, this.value(depth + 1));
      this.limits.onItems(result.size);
      this.blanks();
    } while (this.skip(","));
    if (!this.skip("}")) throw new NotJson();
    return result;
  }

  private array(depth: number): HslArray {
    const items: Value[] = [];
    this.at += 1;
    this.blanks();
    if (this.skip("]")) return new HslArray();
    do {
      items.push(this.value(depth + 1));
      this.limits.onItems(items.length);
      this.blanks();
    } while (this.skip(","));
    if (!this.skip("]")) throw new NotJson();
    return HslArray.fromList(items);
  }

  private string(): string {
    const start = this.at + 1;
    if (!this.skip('"')) throw new NotJson();
    // One short match after another: an engine may refuse one long one.
    while (this.match(/[ !#-[\]-\xff]+|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4}/y) !== undefined);
    const inside = this.text.slice(start, this.at);
    if (!this.skip('"')) throw new NotJson();
    this.limits.onValue(inside.length);
    return inside.includes("\\") ? unescapeText(inside) : inside;
  }

  private match(shape: RegExp): string | undefined {
    shape.lastIndex = this.at;
    const found = shape.exec(this.text)?.[0];
    this.at += found?.length ?? 0;
    return found;
  }

  private skip(char: string): boolean {
    if (this.text[this.at] !== char) return false;
    this.at += 1;
    return true;
  }

  private blanks(): void {
    const shape = this.limits.allowComments
      ? /(?:[ \t\r\n]|\/\/[^\n]*|\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\/)*/y
      : /[ \t\r\n]*/y;
    this.match(shape);
  }
}

const escapes: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

const unescapeText = (text: string): string =>
  text.replace(/((?:\\u[0-9a-fA-F]{4})+)|\\(.)/g, (_, units?: string, letter = "") => {
    if (units === undefined) return escapes[letter] ?? letter;
    const codes = units.split("\\u").slice(1);
    const pieces = codes.map((code) => String.fromCharCode(Number.parseInt(code, 16)));
    return encodeText(pieces.join(""));
  });
