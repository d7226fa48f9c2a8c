import { gives, optional, parameter, textAt } from "./arguments.ts";
import { defineFunction, type LibraryFunction } from "./define.ts";

const base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Bytes → digits of `bits` bits each (RFC 4648 §4–6). */
export const encodeBase = (bytes: string, alphabet: string, padTo: number): string => {
  const bits = Math.log2(alphabet.length);
  const pieces: string[] = [];
  let buffer = 0;
  let held = 0;
  for (let i = 0; i < bytes.length; i++) {
    buffer = ((buffer << 8) | bytes.charCodeAt(i)) & 0xffff;
    held += 8;
    while (held >= bits) {
      held -= bits;
      pieces.push(alphabet.charAt((buffer >> held) & (alphabet.length - 1)));
    }
  }
  if (held > 0) pieces.push(alphabet.charAt((buffer << (bits - held)) & (alphabet.length - 1)));
  while (pieces.length % padTo !== 0) pieces.push("=");
  return pieces.join("");
};

/** Digits → bytes; other characters are passed over, as mail does (RFC 2045 §6.8). */
export const decodeBase = (text: string, alphabet: string): string => {
  const bits = Math.log2(alphabet.length);
  const digits = digitsOf(alphabet);
  const pieces: string[] = [];
  let buffer = 0;
  let held = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 61) break;
    const digit = digits[code] ?? -1;
    if (digit < 0) continue;
    buffer = ((buffer << bits) | digit) & 0xffff;
    held += bits;
    if (held < 8) continue;
    held -= 8;
    pieces.push(String.fromCharCode((buffer >> held) & 255));
  }
  return pieces.join("");
};

const tables = new Map<string, Int8Array>();

const digitsOf = (alphabet: string): Int8Array => {
  const known = tables.get(alphabet);
  if (known !== undefined) return known;
  const table = new Int8Array(256).fill(-1);
  for (let i = 0; i < alphabet.length; i++) table[alphabet.charCodeAt(i)] = i;
  tables.set(alphabet, table);
  return table;
};

export const encodeBase64 = (bytes: string): string => encodeBase(bytes, base64, 4);
/** Takes both alphabets, `+/` and `-_`. */
export const decodeBase64 = (text: string): string =>
  decodeBase(text.replaceAll("-", "+").replaceAll("_", "/"), base64);

const coder = (
  name: string,
  words: string,
  source: string,
  since: "classic" | "modern",
  sample: readonly [string, string],
  encode: (bytes: string) => string,
  decode: (text: string) => string,
): readonly LibraryFunction[] => [
  defineFunction(
    {
      name: `${name}_encode`,
      role: "function",
      summary: `Writes bytes in ${words}.`,
      parameters: [parameter("string", "string", "The bytes.")],
      returns: gives("string", "The text, on one line."),
      source,
      since,
      example: { script: `echo ${name}_encode("${sample[0]}");`, log: [sample[1]] },
    },
    (args) => encode(textAt(args, 0)),
  ),
  defineFunction(
    {
      name: `${name}_decode`,
      role: "function",
      summary: `Reads bytes written in ${words}.`,
      parameters: [
        parameter("string", "string", "The text; line breaks and blanks do not matter."),
      ],
      returns: gives("string", "The bytes."),
      source,
      since,
      example: { script: `echo ${name}_decode("${sample[1]}");`, log: [sample[0]] },
    },
    (args) => decode(textAt(args, 0)),
  ),
];

export const baseEncodingFunctions: readonly LibraryFunction[] = [
  ...coder(
    "base64",
    "base64",
    "RFC 4648 §4",
    "classic",
    ["Hello!!", "SGVsbG8hIQ=="],
    encodeBase64,
    decodeBase64,
  ),
  ...coder(
    "base64url",
    "base64 for addresses (- and _, no = at the end)",
    "RFC 4648 §5",
    "modern",
    ["a?>b~~", "YT8-Yn5-"],
    (bytes) => encodeBase(bytes, base64url, 1),
    decodeBase64,
  ),
  ...coder(
    "base32",
    "base32",
    "RFC 4648 §6",
    "modern",
    ["fooba", "MZXW6YTB"],
    (bytes) => encodeBase(bytes, base32, 8),
    (text) => decodeBase(text.toUpperCase(), base32),
  ),
  defineFunction(
    {
      name: "hex_encode",
      role: "function",
      summary: "Writes bytes in hexadecimal digits.",
      parameters: [
        parameter("string", "string", "The bytes."),
        optional("separator", "string", "What goes between two bytes; nothing when left out."),
      ],
      returns: gives("string", "Two small digits for each byte."),
      source: "RFC 4648 §8",
      since: "sluice",
      example: {
        script: 'echo hex_encode("AZ"); echo hex_encode("AZ", ":");',
        log: ["415a", "41:5a"],
      },
    },
    (args) => {
      const bytes = textAt(args, 0);
      const pieces: string[] = [];
      for (let i = 0; i < bytes.length; i++) {
        pieces.push(bytes.charCodeAt(i).toString(16).padStart(2, "0"));
      }
      return pieces.join(textAt(args, 1));
    },
  ),
  defineFunction(
    {
      name: "hex_decode",
      role: "function",
      summary: "Reads bytes written in hexadecimal digits.",
      parameters: [parameter("string", "string", "The digits.")],
      returns: gives("string|none", "The bytes, none when the text is not pairs of digits."),
      source: "RFC 4648 §8",
      since: "sluice",
      example: { script: 'echo hex_decode("415a");', log: ["AZ"] },
    },
    (args) => {
      const text = textAt(args, 0);
      if (!/^(?:[0-9a-fA-F]{2})*$/.test(text)) return null;
      return text.replace(/../g, (pair) => String.fromCharCode(Number.parseInt(pair, 16)));
    },
  ),
];
