/** Encoded words (RFC 2047): text beyond ASCII in header fields. */
import { decodeUtf8, encodeUtf8, isAscii } from "./octets.ts";

/** Octets in a charset → text; `undefined` when the charset is not known. */
export type DecodeCharset = (bytes: string, charset: string) => string | undefined;

const word = /=\?([!->@-~]+)\?([bBqQ])\?([!->@-~]*)\?=/g;

/**
 * The value as text: encoded words decoded, blanks between two of them dropped
 * (RFC 2047 §6.2). A word in an unknown charset stays as it is.
 */
export const decodeWords = (value: string, decodeCharset: DecodeCharset = basicCharset): string => {
  let text = "";
  let at = 0;
  let pending: { bytes: string; charset: string } | undefined;
  const flush = (): void => {
    if (pending !== undefined) text += decodeCharset(pending.bytes, pending.charset) ?? "";
    pending = undefined;
  };
  for (const match of value.matchAll(word)) {
    const between = value.slice(at, match.index);
    // RFC 2231 §5 lets a language follow the charset.
    const charset = (match[1] ?? "").replace(/\*.*$/, "").toLowerCase();
    const bytes = decodePayload(match[2] ?? "", match[3] ?? "");
    const isKnown = bytes !== null && decodeCharset("", charset) !== undefined;
    const isAdjacent = pending !== undefined && /^[ \t]*$/.test(between);
    // Senders cut characters in two, so neighbours are joined before they are decoded.
    if (isAdjacent && isKnown && pending?.charset === charset) pending.bytes += bytes;
    else {
      flush();
      if (!(isAdjacent && isKnown)) text += decodeUtf8(between);
      if (isKnown) pending = { bytes, charset };
      else text += match[0];
    }
    at = match.index + match[0].length;
  }
  flush();
  return text + decodeUtf8(value.slice(at));
};

const decodePayload = (encoding: string, payload: string): string | null => {
  if (encoding.toLowerCase() === "b") return decodeBase64(payload);
  return payload
    .replaceAll("_", " ")
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
};

const basicCharset: DecodeCharset = (bytes, charset) => {
  switch (charset) {
    case "utf-8":
    case "utf8":
    case "us-ascii":
    case "ascii":
      return decodeUtf8(bytes);
    case "iso-8859-1":
    case "latin1":
      return bytes;
    case "iso-8859-15":
      return replaceOctets(bytes, latin9);
    case "windows-1252":
    case "cp1252":
      return replaceOctets(bytes, windows1252);
    default:
      return undefined;
  }
};

const replaceOctets = (bytes: string, table: Readonly<Record<number, string>>): string =>
  bytes.replace(/[\x80-\xff]/g, (char) => table[char.charCodeAt(0)] ?? char);

const latin9: Readonly<Record<number, string>> = {
  164: "€",
  166: "Š",
  168: "š",
  180: "Ž",
  184: "ž",
  188: "Œ",
  189: "œ",
  190: "Ÿ",
};
const windows1252: Readonly<Record<number, string>> = Object.fromEntries(
  Array.from(
    "€\ufffd‚ƒ„…†‡ˆ‰Š‹Œ\ufffdŽ\ufffd\ufffd‘’“”•–—˜™š›œ\ufffdžŸ",
    (char, index) => [0x80 + index, char] as const,
  ),
);

/**
 * Text → a byte string for a header value: ASCII as it is, other text as encoded
 * words of UTF-8, none longer than 75 octets (RFC 2047 §2).
 */
export const encodeWords = (text: string): string => {
  if (isAscii(text) && !text.includes("=?")) return text;
  const words: string[] = [];
  let piece = "";
  for (const char of text) {
    const bytes = encodeUtf8(char);
    if (piece.length + bytes.length > 45) {
      words.push(piece);
      piece = "";
    }
    piece += bytes;
  }
  return [...words, piece].map((bytes) => `=?utf-8?B?${encodeBase64(bytes)}?=`).join(" ");
};

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const encodeBase64 = (bytes: string): string => {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = Array.from(bytes.slice(at, at + 3), (ch) => ch.charCodeAt(0));
    const bits = (a << 16) | (b << 8) | c;
    const left = bytes.length - at;
    text += alphabet.charAt(bits >> 18) + alphabet.charAt((bits >> 12) & 63);
    text += left > 1 ? alphabet.charAt((bits >> 6) & 63) : "=";
    text += left > 2 ? alphabet.charAt(bits & 63) : "=";
  }
  return text;
};

/** Lenient about padding; `null` for a char outside the alphabet. */
const decodeBase64 = (text: string): string | null => {
  let bytes = "";
  let bits = 0;
  let held = 0;
  for (const char of text.replace(/(?<!=)=+$/, "")) {
    const value = alphabet.indexOf(char);
    if (value < 0) return null;
    bits = ((bits << 6) | value) & 0xffffff;
    held += 6;
    if (held < 8) continue;
    held -= 8;
    bytes += String.fromCharCode((bits >> held) & 255);
  }
  return bytes;
};
