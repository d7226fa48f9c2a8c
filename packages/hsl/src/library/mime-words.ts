import { decodeBytes, encodeText, toUint8Array } from "../values/bytes.ts";
import { gives, parameter, reserveText, textAt } from "./arguments.ts";
import { decodeBase64, encodeBase64 } from "./base-encodings.ts";
import { defineFunction, type LibraryFunction } from "./define.ts";

/** In every engine this runs on, though this package is typed without them. */
declare const TextDecoder: new (label: string) => { decode: (bytes: Uint8Array) => string };

const maxWord = 75; // RFC 2047 §2
const prefix = "=?UTF-8?";

const hex = (char: string): string =>
  `=${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;

/** RFC 2047 §5 (3): what may stand as it is in a phrase too. */
const quoted = (bytes: string): string =>
  bytes.replace(/[^A-Za-z0-9!*+\-/ ]/g, hex).replaceAll(" ", "_");

/** Cuts at characters, so that each word can be read alone (§5). */
const inWords = (text: string, letter: "B" | "Q", encode: (bytes: string) => string): string => {
  const room = maxWord - prefix.length - 4;
  const words: string[] = [];
  let held = "";
  for (const char of text) {
    const bytes = encodeText(char);
    if (encode(held + bytes).length > room) {
      words.push(held);
      held = "";
    }
    held += bytes;
  }
  words.push(held);
  return words.map((word) => `${prefix}${letter}?${encode(word)}?=`).join(" ");
};

/** A header text as encoded words; plain ASCII that cannot be mistaken for one stays as it is. */
export const encodeMimeWords = (bytes: string): string => {
  if (/^[\x20-\x7e]*$/.test(bytes) && !bytes.includes("=?")) return bytes;
  const text = decodeBytes(bytes);
  return quoted(bytes).length <= encodeBase64(bytes).length
    ? inWords(text, "Q", quoted)
    : inWords(text, "B", encodeBase64);
};

const word = /=\?([^?\s*]{1,40})(?:\*[^?\s]{0,20})?\?([bBqQ])\?([^?\r\n]*)\?=/g;

/** Every encoded word of a header text as UTF-8; a word of an unknown charset stays as it is. */
export const decodeMimeWords = (bytes: string): string => {
  let result = "";
  let end = 0;
  let pending = ""; // bytes of neighbours in one charset: some senders cut inside a character
  let pendingCharset = "";
  let pendingSource = "";
  const flush = (): void => {
    if (pendingCharset !== "") result += toUtf8(pending, pendingCharset) ?? pendingSource;
    pending = "";
    pendingCharset = "";
    pendingSource = "";
  };
  for (const found of bytes.matchAll(word)) {
    const [whole, charset = "", letter = "", content = ""] = found;
    const between = bytes.slice(end, found.index);
    const isNeighbour = pendingCharset !== "" && /^[ \t\r\n]*$/.test(between); // §6.2
    if (!isNeighbour || pendingCharset !== charset.toLowerCase()) flush();
    if (!isNeighbour) result += between;
    pending += letter.toLowerCase() === "b" ? decodeBase64(content) : unquote(content);
    pendingCharset = charset.toLowerCase();
    pendingSource += isNeighbour && pendingSource !== "" ? between + whole : whole;
    end = found.index + whole.length;
  }
  flush();
  return result + bytes.slice(end);
};

const unquote = (text: string): string =>
  text
    .replaceAll("_", " ")
    .replace(/=([0-9a-fA-F]{2})/g, (_, digits: string) =>
      String.fromCharCode(Number.parseInt(digits, 16)),
    );

const toUtf8 = (bytes: string, charset: string): string | undefined => {
  if (charset === "utf-8" || charset === "utf8") return encodeText(decodeBytes(bytes));
  try {
    return encodeText(new TextDecoder(charset).decode(toUint8Array(bytes)));
  } catch {
    return undefined; // a charset nobody knows
  }
};

export const mimeWordFunctions: readonly LibraryFunction[] = [
  defineFunction(
    {
      name: "mimeword_encode",
      role: "function",
      summary: "Writes a text for a header that may hold ASCII only.",
      parameters: [parameter("string", "string", "The text in UTF-8.")],
      returns: gives("string", "The text as encoded words; plain ASCII stays as it is."),
      source: "RFC 2047",
      since: "modern",
      example: { script: 'echo mimeword_encode("Grüße");', log: ["=?UTF-8?B?R3LDvMOfZQ==?="] },
    },
    (args, run) => {
      reserveText(run, 4 * textAt(args, 0).length);
      run.charge(4 * textAt(args, 0).length, 0);
      return encodeMimeWords(textAt(args, 0));
    },
  ),
  defineFunction(
    {
      name: "mimeword_decode",
      role: "function",
      summary: "Reads the encoded words of a header.",
      parameters: [parameter("string", "string", "The header's value.")],
      returns: gives("string", "The text in UTF-8; words of an unknown charset stay as they are."),
      source: "RFC 2047",
      since: "modern",
      example: {
        script: 'echo mimeword_decode("=?iso-8859-1?Q?caf=E9?= =?utf-8?B?IOKCrA==?=");',
        log: ["café €"],
      },
    },
    (args, run) => {
      run.charge(textAt(args, 0).length >> 2, 0);
      return decodeMimeWords(textAt(args, 0));
    },
  ),
];
