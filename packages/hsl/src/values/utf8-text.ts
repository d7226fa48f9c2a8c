/**
 * A byte string read as UTF-8, with the way back to its bytes: a pattern's engine can
 * be watched only while it reads text. A byte that belongs to no character stands as
 * U+FFFD by itself, as the engine reads it.
 */
export type Utf8Text = {
  readonly text: string;
  /** The byte at which a character of the text begins; the length of both agree. */
  readonly byteAt: (index: number) => number;
  /** The first character that begins at or after a byte. */
  readonly indexAt: (byte: number) => number;
};

const unitsPerPiece = 8192;

export const readUtf8 = (bytes: string): Utf8Text => {
  if (!/[\u0080-\u00ff]/.test(bytes)) {
    return { text: bytes, byteAt: (index) => index, indexAt: (byte) => byte };
  }
  const units = new Uint16Array(bytes.length); // never more units than bytes
  const places = new Uint32Array(bytes.length + 1);
  let count = 0;
  for (let at = 0; at < bytes.length; ) {
    const [code, length] = characterAt(bytes, at);
    places[count] = at;
    if (code > 0xffff) {
      units[count++] = 0xd800 + ((code - 0x10000) >> 10);
      places[count] = at;
      units[count++] = 0xdc00 + ((code - 0x10000) & 0x3ff);
    } else units[count++] = code;
    at += length;
  }
  places[count] = bytes.length;
  const pieces: string[] = [];
  for (let at = 0; at < count; at += unitsPerPiece) {
    pieces.push(String.fromCharCode(...units.subarray(at, Math.min(count, at + unitsPerPiece))));
  }
  return {
    text: pieces.join(""),
    byteAt: (index) => places[Math.min(index, count)] ?? bytes.length,
    indexAt: (byte) => firstAtOrAfter(places, count, byte),
  };
};

const broken = [0xfffd, 1] as const;

/** RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
const characterAt = (bytes: string, at: number): readonly [code: number, length: number] => {
  const first = bytes.charCodeAt(at);
  if (first < 0x80) return [first, 1];
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || at + length > bytes.length) return broken;
  let code = first & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) {
    const next = bytes.charCodeAt(at + i);
    if ((next & 0xc0) !== 0x80) return broken;
    code = (code << 6) | (next & 0x3f);
  }
  const least = length === 4 ? 0x10000 : length === 3 ? 0x800 : 0x80;
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  return code < least || code > 0x10ffff || isSurrogate ? broken : [code, length];
};

const firstAtOrAfter = (places: Uint32Array, count: number, byte: number): number => {
  let [low, high] = [0, count];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle] ?? 0) < byte) low = middle + 1;
    else high = middle;
  }
  return low;
};
