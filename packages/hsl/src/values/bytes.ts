/**
 * Strings of a script are byte strings: one char, 0–255, for each byte. Text of
 * the outside world is UTF-16 here and UTF-8 there; these are the two doors.
 */

const replacement = 0xfffd;
const pureAscii = /^[\0-\x7f]*$/;

/** UTF-16 text → its UTF-8 bytes as a byte string; a lone surrogate becomes U+FFFD. */
export const encodeText = (text: string): string => {
  if (pureAscii.test(text)) return text;
  let bytes = "";
  for (const char of text) bytes += encodeCodePoint(char.codePointAt(0) ?? replacement);
  return bytes;
};

const encodeCodePoint = (given: number): string => {
  const code = given >= 0xd800 && given <= 0xdfff ? replacement : given;
  if (code < 0x80) return String.fromCharCode(code);
  if (code < 0x800) return String.fromCharCode(0xc0 | (code >> 6), 0x80 | (code & 63));
  if (code < 0x10000) {
    return String.fromCharCode(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
  }
  return String.fromCharCode(
    0xf0 | (code >> 18),
    0x80 | ((code >> 12) & 63),
    0x80 | ((code >> 6) & 63),
    0x80 | (code & 63),
  );
};

/** A byte string → text, reading it as UTF-8; each wrong byte becomes U+FFFD. */
export const decodeBytes = (bytes: string): string => {
  if (pureAscii.test(bytes)) return bytes;
  const pieces: string[] = [];
  let position = 0;
  while (position < bytes.length) {
    const length = sequenceLength(bytes, position);
    pieces.push(
      String.fromCodePoint(length === 0 ? replacement : codePointAt(bytes, position, length)),
    );
    position += Math.max(length, 1);
  }
  return pieces.join("");
};

/** Length of the well-formed sequence at `at`, or 0 (RFC 3629 §4: no overlong forms, no surrogates). */
const sequenceLength = (bytes: string, at: number): number => {
  const lead = bytes.charCodeAt(at);
  if (lead < 0x80) return 1;
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  for (let i = 1; i < length; i++) if ((bytes.charCodeAt(at + i) & 0xc0) !== 0x80) return 0;
  const second = bytes.charCodeAt(at + 1);
  if (lead === 0xe0 && second < 0xa0) return 0;
  if (lead === 0xed && second > 0x9f) return 0;
  if (lead === 0xf0 && second < 0x90) return 0;
  if (lead === 0xf4 && second > 0x8f) return 0;
  return length;
};

const codePointAt = (bytes: string, at: number, length: number): number => {
  const lead = bytes.charCodeAt(at);
  if (length === 1) return lead;
  let code = lead & (0x7f >> length);
  for (let i = 1; i < length; i++) code = (code << 6) | (bytes.charCodeAt(at + i) & 63);
  return code;
};

/** The bytes of a byte string. */
export const toUint8Array = (bytes: string): Uint8Array<ArrayBuffer> => {
  const result = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) result[i] = bytes.charCodeAt(i);
  return result;
};

/** Bytes → byte string. */
export const fromUint8Array = (bytes: Uint8Array): string => {
  const chunk = 8192; // arguments of one call; engines limit them
  let result = "";
  for (let at = 0; at < bytes.length; at += chunk) {
    result += String.fromCharCode(...bytes.subarray(at, at + chunk));
  }
  return result;
};
