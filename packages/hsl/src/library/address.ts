/** IP addresses and networks as numbers. */

export type Address = { readonly family: 4 | 6; readonly value: bigint };

/** Inclusive. */
export type Network = { readonly family: 4 | 6; readonly first: bigint; readonly last: bigint };

export const widthOf = (family: 4 | 6): number => (family === 4 ? 32 : 128);

/** Texts that were read are kept: a session asks about one address, a list names the same networks, again and again. */
const kept = <T>(read: (text: string) => T): ((text: string) => T) => {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const made = read(text);
    if (known.size >= mostKept) known.clear();
    if (text.length <= longestKept) known.set(text, made);
    return made;
  };
};

const mostKept = 1000;
const longestKept = 100;

/** `undefined` for everything that is no address, `0177.1` and `fe80::1%eth0` among it. */
export const parseAddress = kept((text): Address | undefined => {
  const value = text.includes(":") ? parseV6(text) : parseV4(text);
  return value === undefined ? undefined : { family: text.includes(":") ? 6 : 4, value };
});

const parseV4 = (text: string): bigint | undefined => {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    if (!/^(?:0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = value * 256n + BigInt(part);
  }
  return value;
};

/** RFC 4291 §2.2 */
const parseV6 = (text: string): bigint | undefined => {
  if (text.length > 45) return undefined;
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const head = groups(halves[0] ?? "", halves.length === 1);
  const tail = halves.length === 2 ? groups(halves[1] ?? "", true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  let value = 0n;
  for (const group of [...head, ...new Array<number>(missing).fill(0), ...tail]) {
    value = value * 65536n + BigInt(group);
  }
  return value;
};

const groups = (text: string, mayEndInV4: boolean): number[] | undefined => {
  if (text === "") return [];
  const parts = text.split(":");
  const result: number[] = [];
  for (const [index, part] of parts.entries()) {
    if (mayEndInV4 && index === parts.length - 1 && part.includes(".")) {
      const v4 = parseV4(part);
      if (v4 === undefined) return undefined;
      result.push(Number(v4 >> 16n), Number(v4 & 0xffffn));
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) result.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return result;
};

/** An address, `address/bits`, or `first-last`; bits after the mask do not matter. */
export const parseNetwork = kept((text): Network | undefined => {
  const trimmed = text.trim();
  const dash = trimmed.indexOf("-");
  if (dash >= 0) return range(trimmed.slice(0, dash).trim(), trimmed.slice(dash + 1).trim());
  const slash = trimmed.indexOf("/");
  const address = parseAddress(slash < 0 ? trimmed : trimmed.slice(0, slash));
  if (address === undefined) return undefined;
  const { family, value } = address;
  const width = widthOf(family);
  const bits = slash < 0 ? width : prefixLength(trimmed.slice(slash + 1), family);
  if (bits === undefined) return undefined;
  const size = 1n << BigInt(width - bits);
  const first = value - (value % size);
  return { family, first, last: first + size - 1n };
});

const range = (from: string, to: string): Network | undefined => {
  const first = parseAddress(from);
  const last = parseAddress(to);
  if (first === undefined || last?.family !== first.family || last.value < first.value) {
    return undefined;
  }
  return { family: first.family, first: first.value, last: last.value };
};

/** `24`, or for IPv4 also `255.255.255.0`. */
const prefixLength = (text: string, family: 4 | 6): number | undefined => {
  const width = widthOf(family);
  if (/^[0-9]{1,3}$/.test(text)) return Number(text) <= width ? Number(text) : undefined;
  const mask = family === 4 ? parseV4(text) : undefined;
  if (mask === undefined) return undefined;
  const bits = mask.toString(2).padStart(32, "0");
  return /^1*0*$/.test(bits) ? bits.replaceAll("0", "").length : undefined;
};

export const includesAddress = (network: Network, address: Address): boolean =>
  network.family === address.family &&
  address.value >= network.first &&
  address.value <= network.last;

/** The address backwards, as DNS lists are asked: bytes of IPv4, nibbles of IPv6 (RFC 5782 §2). */
export const reversedAddress = ({ family, value }: Address): string => {
  const digits = value.toString(16).padStart(widthOf(family) / 4, "0");
  const parts =
    family === 6
      ? [...digits]
      : (digits.match(/../g) ?? []).map((pair) => String(Number.parseInt(pair, 16)));
  return parts.reverse().join(".");
};
