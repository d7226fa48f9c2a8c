/**
 * Two kinds of text: *text* is ordinary UTF-16; a *byte string* has one char,
 * 0–255, for each octet on the wire. Addresses are text, headers and replies are
 * byte strings.
 */

/** Octets the text takes as UTF-8. */
export const utf8Length = (text: string): number => {
  if (isAscii(text)) return text.length;
  let length = 0;
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    length += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return length;
};

/** Text → its UTF-8 octets as a byte string. */
export const encodeUtf8 = (text: string): string => {
  let bytes = "";
  for (const char of text) {
    const given = char.codePointAt(0) ?? 0;
    const code = given >= 0xd800 && given <= 0xdfff ? 0xfffd : given;
    if (code < 0x80) bytes += String.fromCharCode(code);
    else if (code < 0x800) bytes += String.fromCharCode(0xc0 | (code >> 6), tail(code, 0));
    else if (code < 0x10000)
      bytes += String.fromCharCode(0xe0 | (code >> 12), tail(code, 6), tail(code, 0));
    else
      bytes += String.fromCharCode(
        0xf0 | (code >> 18),
        tail(code, 12),
        tail(code, 6),
        tail(code, 0),
      );
  }
  return bytes;
};

const tail = (code: number, shift: number): number => 0x80 | ((code >> shift) & 63);

/** A byte string → text, read as UTF-8; each wrong octet becomes U+FFFD. */
export const decodeUtf8 = (bytes: string): string => {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length === 0) {
      text += "\ufffd";
      at += 1;
      continue;
    }
    let code = length === 1 ? bytes.charCodeAt(at) : bytes.charCodeAt(at) & (0x7f >> length);
    for (let i = 1; i < length; i++) code = (code << 6) | (bytes.charCodeAt(at + i) & 63);
    text += String.fromCodePoint(code);
    at += length;
  }
  return text;
};

/** Whether the byte string is well-formed UTF-8. */
export const isUtf8 = (bytes: string): boolean => {
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length === 0) return false;
    at += length;
  }
  return true;
};

/** 0 for a sequence that RFC 3629 §4 does not allow. */
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

/** Node's, where there is one: ten times as fast as a loop. A browser has none. */
type NodeBuffer = {
  allocUnsafeSlow(size: number): Uint8Array<ArrayBuffer> & {
    write(bytes: string, encoding: "latin1"): number;
  };
  from(
    memory: ArrayBufferLike,
    start: number,
    length: number,
  ): { toString(encoding: "latin1"): string };
};
const { Buffer: node } = globalThis as { Buffer?: NodeBuffer };

/** Octets → byte string. */
export const toByteString = (octets: Uint8Array): string => {
  if (node !== undefined) {
    return node.from(octets.buffer, octets.byteOffset, octets.byteLength).toString("latin1");
  }
  const chunk = 8192; // arguments of one call; engines limit them
  let result = "";
  for (let at = 0; at < octets.length; at += chunk) {
    result += String.fromCharCode(...octets.subarray(at, at + chunk));
  }
  return result;
};

/** Byte string → octets. */
export const toOctets = (bytes: string): Uint8Array<ArrayBuffer> => {
  if (node !== undefined) {
    const octets = node.allocUnsafeSlow(bytes.length); // its memory is its own
    octets.write(bytes, "latin1");
    return octets;
  }
  const result = new Uint8Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) result[i] = bytes.charCodeAt(i);
  return result;
};

/** Whether every char is ASCII. */
export const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text);
