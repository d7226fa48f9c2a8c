/** Distinguished encoding rules (ITU-T X.690): just what certificates are written with. */

const length = (size: number): Uint8Array => {
  if (size < 0x80) return Uint8Array.of(size);
  const bytes: number[] = [];
  for (let rest = size; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff);
  return Uint8Array.of(0x80 | bytes.length, ...bytes);
};

const encode = (tag: number, ...content: readonly Uint8Array[]): Uint8Array => {
  const body = Buffer.concat(content);
  return Buffer.concat([Uint8Array.of(tag), length(body.length), body]);
};

const base128 = (value: number): number[] => {
  const bytes = [value & 0x7f];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.unshift((rest & 0x7f) | 0x80);
  }
  return bytes;
};

export const der = {
  sequence: (...items: readonly Uint8Array[]): Uint8Array => encode(0x30, ...items),
  set: (...items: readonly Uint8Array[]): Uint8Array => encode(0x31, ...items),
  boolean: (value: boolean): Uint8Array => encode(0x01, Uint8Array.of(value ? 0xff : 0)),
  /** Big-endian, its first bit is the sign. */
  integer: (bytes: Uint8Array): Uint8Array => encode(0x02, bytes),
  octets: (bytes: Uint8Array): Uint8Array => encode(0x04, bytes),
  bitString: (bytes: Uint8Array, unusedBits = 0): Uint8Array =>
    encode(0x03, Uint8Array.of(unusedBits), bytes),
  utf8: (text: string): Uint8Array => encode(0x0c, Buffer.from(text, "utf8")),
  oid: (text: string): Uint8Array => {
    const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
    return encode(0x06, Uint8Array.from([first * 40 + second, ...rest.flatMap(base128)]));
  },
  /** UTCTime until 2049, GeneralizedTime after it (RFC 5280 §4.1.2.5). */
  time: (date: Date): Uint8Array => {
    const text = `${date.toISOString().slice(0, 19).replace(/[-:T]/g, "")}Z`;
    return date.getUTCFullYear() < 2050
      ? encode(0x17, Buffer.from(text.slice(2), "ascii"))
      : encode(0x18, Buffer.from(text, "ascii"));
  },
  /** An implicit tag on a primitive value. */
  context: (number: number, bytes: Uint8Array): Uint8Array => encode(0x80 | number, bytes),
  constructedContext: (number: number, ...items: readonly Uint8Array[]): Uint8Array =>
    encode(0xa0 | number, ...items),
  explicit: (number: number, item: Uint8Array): Uint8Array => encode(0xa0 | number, item),
} as const;
