import type { RunContext } from "../host.ts";
import { HslArray } from "../values/array.ts";
import { fromUint8Array, toUint8Array } from "../values/bytes.ts";
import { toNumber, toText } from "../values/convert.ts";
import { ScriptError } from "../values/errors.ts";
import type { Value } from "../values/value.ts";
import { gives, optional, parameter, reserveItems, reserveText, textAt } from "./arguments.ts";
import { defineFunction, type LibraryFunction } from "./define.ts";

type Item = { readonly letter: string; readonly count: number | "*" | undefined };

type NumberCode = {
  readonly size: number;
  readonly read: (view: DataView) => number;
  readonly write: (view: DataView, value: number) => void;
};

const integer = (size: 1 | 2 | 4 | 8, isSigned: boolean, isLittle: boolean): NumberCode => ({
  size,
  read: (view) => {
    if (size === 8)
      return Number(isSigned ? view.getBigInt64(0, isLittle) : view.getBigUint64(0, isLittle));
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + view.getUint8(isLittle ? size - 1 - i : i);
    const limit = 2 ** (size * 8);
    return isSigned && value >= limit / 2 ? value - limit : value;
  },
  write: (view, value) => {
    const whole = BigInt.asUintN(size * 8, BigInt(Number.isFinite(value) ? Math.trunc(value) : 0));
    for (let i = 0; i < size; i++) {
      const byte = Number((whole >> BigInt(8 * (isLittle ? i : size - 1 - i))) & 255n);
      view.setUint8(i, byte);
    }
  },
});

const fraction = (size: 4 | 8, isLittle: boolean): NumberCode => ({
  size,
  read: (view) => (size === 4 ? view.getFloat32(0, isLittle) : view.getFloat64(0, isLittle)),
  write: (view, value) => {
    if (size === 4) view.setFloat32(0, value, isLittle);
    else view.setFloat64(0, value, isLittle);
  },
});

const numberCodes: Readonly<Record<string, NumberCode>> = {
  c: integer(1, true, false),
  C: integer(1, false, false),
  n: integer(2, false, false),
  v: integer(2, false, true),
  s: integer(2, true, true),
  S: integer(2, false, true),
  N: integer(4, false, false),
  V: integer(4, false, true),
  l: integer(4, true, true),
  L: integer(4, false, true),
  J: integer(8, false, false),
  P: integer(8, false, true),
  q: integer(8, true, true),
  Q: integer(8, false, true),
  g: fraction(4, true),
  G: fraction(4, false),
  e: fraction(8, true),
  E: fraction(8, false),
};

const readFormat = (name: string, format: string): Item[] => {
  const items: Item[] = [];
  for (const [whole, letter = "", count] of format.matchAll(/([A-Za-z@])([0-9]{1,9}|\*)?|[^ ]/g)) {
    if (letter === "" || !(letter in numberCodes || "aAZHx".includes(letter))) {
      throw new ScriptError("wrong-argument", `${name}: the code "${whole}" is not known`);
    }
    items.push({ letter, count: count === undefined || count === "*" ? count : Number(count) });
  }
  return items;
};

const writeText = (name: string, letter: string, count: Item["count"], text: string): string => {
  if (letter === "H") {
    const digits = count === "*" || count === undefined ? text : text.slice(0, count);
    if (!/^[0-9a-fA-F]*$/.test(digits)) {
      throw new ScriptError("wrong-argument", `${name}: "H" wants hexadecimal digits`);
    }
    const even = digits.length % 2 === 0 ? digits : `${digits}0`;
    return even.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)));
  }
  if (count === "*") return letter === "Z" ? `${text}\0` : text;
  const width = count ?? 1;
  const cut = text.slice(0, letter === "Z" ? Math.max(width - 1, 0) : width);
  return cut.padEnd(width, letter === "A" ? " " : "\0");
};

const pack = (run: RunContext, format: string, values: readonly Value[]): string => {
  const pieces: string[] = [];
  let bytes = 0;
  let next = 0;
  const put = (size: number, make: () => string): void => {
    bytes += size;
    reserveText(run, bytes);
    run.charge(1, 0);
    pieces.push(make());
  };
  const take = (letter: string): Value => {
    if (next >= values.length) {
      throw new ScriptError("wrong-argument", `pack: no value is left for "${letter}"`);
    }
    return values[next++] ?? null;
  };
  for (const { letter, count } of readFormat("pack", format)) {
    const code = numberCodes[letter];
    if (letter === "x") put(repeats(count), () => "\0".repeat(repeats(count)));
    else if (code === undefined) {
      const text = toText(take(letter));
      put(typeof count === "number" ? count : text.length + 1, () =>
        writeText("pack", letter, count, text),
      );
    } else {
      const times = count === "*" ? values.length - next : (count ?? 1);
      for (let i = 0; i < times; i++) {
        const view = new DataView(new ArrayBuffer(code.size));
        code.write(view, toNumber(take(letter)));
        put(code.size, () => fromUint8Array(new Uint8Array(view.buffer)));
      }
    }
  }
  if (next < values.length) {
    throw new ScriptError("wrong-argument", `pack: ${values.length - next} values are left over`);
  }
  return pieces.join("");
};

const repeats = (count: Item["count"]): number => (count === "*" ? 0 : (count ?? 1));

const readText = (letter: string, bytes: string): string => {
  if (letter === "A") return bytes.replace(/(?<![ \t\r\n\0])[ \t\r\n\0]+$/, "");
  if (letter !== "Z") return bytes;
  const end = bytes.indexOf("\0");
  return end < 0 ? bytes : bytes.slice(0, end);
};

const hexDigits = (bytes: string): string =>
  [...bytes].map((byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");

/** `undefined` when the bytes end too early. */
const unpack = (run: RunContext, format: string, bytes: string): HslArray | undefined => {
  const values: Value[] = [];
  let at = 0;
  const put = (value: Value): void => {
    values.push(value);
    reserveItems(run, values.length);
    run.charge(1, 16);
  };
  for (const { letter, count } of readFormat("unpack", format)) {
    const code = numberCodes[letter];
    const left = bytes.length - at;
    if (code === undefined) {
      const digits = letter === "H" ? 2 : 1;
      const size = count === "*" ? left : Math.ceil((count ?? 1) / digits);
      if (size > left) return undefined;
      const part = bytes.slice(at, at + size);
      at += size;
      if (letter === "H") put(hexDigits(part).slice(0, count === "*" ? undefined : (count ?? 1)));
      else if (letter !== "x") put(readText(letter, part));
      continue;
    }
    const times = count === "*" ? Math.floor(left / code.size) : (count ?? 1);
    if (times * code.size > left) return undefined;
    for (let i = 0; i < times; i++, at += code.size) {
      const part = toUint8Array(bytes.slice(at, at + code.size));
      put(code.read(new DataView(part.buffer)));
    }
  }
  return HslArray.fromList(values);
};

const codes =
  "c C (1 byte), n v s S (2), N V l L (4), J P q Q (8), g G (float), e E (double), a A Z (text), H (hex), x (a zero byte), each with a count or *";

export const packingFunctions: readonly LibraryFunction[] = [
  defineFunction(
    {
      name: "pack",
      role: "function",
      summary: "Writes values as bytes.",
      parameters: [
        parameter("format", "string", `Letters as in PHP: ${codes}.`),
        { ...optional("values", "any", "A value for each letter."), rest: true },
      ],
      returns: gives("string", "The bytes."),
      errors: "An unknown letter, and too few or too many values, are errors.",
      since: "modern",
      example: {
        script: 'echo hex_encode(pack("nC2a4", 258, 3, 4, "ab"));',
        log: ["0102030461620000"],
      },
    },
    (args, run) => pack(run, textAt(args, 0), args.slice(1)),
  ),
  defineFunction(
    {
      name: "unpack",
      role: "function",
      summary: "Reads values from bytes.",
      parameters: [
        parameter("format", "string", `Letters as in PHP: ${codes}.`),
        parameter("bytes", "string", "The bytes; what is left over does not matter."),
      ],
      returns: gives("array|none", "A list of the values, none when the bytes end too early."),
      errors: "An unknown letter is an error.",
      since: "modern",
      example: {
        script: 'echo unpack("nC*", pack("nCC", 258, 3, 4));',
        log: ["[0=>258,1=>3,2=>4]"],
      },
    },
    (args, run) => unpack(run, textAt(args, 0), textAt(args, 1)) ?? null,
  ),
];
