/**
 * An index over the networks of a text: one address, network or range on each line;
 * `//` or `#` begins a remark. Ranges are merged and sorted, so a look-up halves its
 * way however long the list is. Lines that are none of these count for nothing.
 */
import { parseAddress, parseNetwork } from "@sluice/hsl";

type Address = NonNullable<ReturnType<typeof parseAddress>>;
type Network = NonNullable<ReturnType<typeof parseNetwork>>;

export type NetworkIndex = {
  readonly has: (address: string) => boolean;
  /** Lines that could not be read. */
  readonly unread: number;
};

const sliceMilliseconds = 8;
const smallLines = 2000;

/** A promise for a long list: the work is done a few milliseconds at a time. */
export const buildNetworkIndex = (content: Buffer): Promise<NetworkIndex> | NetworkIndex => {
  const lines = content
    .toString("latin1")
    .replace(/^\xef\xbb\xbf/, "")
    .split(/\r?\n/);
  const read: Read = { networks: [], unread: 0 };
  if (lines.length <= smallLines) {
    readLines(lines, 0, read, Number.POSITIVE_INFINITY);
    return indexOf(read);
  }
  return (async () => {
    for (let at = 0; at < lines.length; ) {
      at = readLines(lines, at, read, performance.now() + sliceMilliseconds);
      await new Promise(setImmediate);
    }
    return indexOf(read);
  })();
};

type Read = { readonly networks: Network[]; unread: number };

/** The line to go on with. */
const readLines = (lines: readonly string[], from: number, read: Read, until: number): number => {
  for (let at = from; at < lines.length; at++) {
    if (at % 100 === 99 && performance.now() > until) return at;
    const text = (lines[at] ?? "").replace(/(?:\/\/|#).*$/, "").trim();
    if (text === "") continue;
    const network = parseNetwork(text);
    if (network === undefined) read.unread += 1;
    else read.networks.push(network);
  }
  return lines.length;
};

const indexOf = ({ networks, unread }: Read): NetworkIndex => {
  const families = { 4: merged(networks, 4), 6: merged(networks, 6) } as const;
  return {
    unread,
    has: (text) => {
      const address = parseAddress(text);
      return address !== undefined && isWithin(families[address.family], address);
    },
  };
};

/** Sorted, and none touches another. */
const merged = (networks: readonly Network[], family: 4 | 6): readonly Network[] => {
  const sorted = networks
    .filter((network) => network.family === family)
    .toSorted((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const apart: Network[] = [];
  for (const network of sorted) {
    const last = apart.at(-1);
    if (last === undefined || network.first > last.last + 1n) apart.push(network);
    else if (network.last > last.last) apart[apart.length - 1] = { ...last, last: network.last };
  }
  return apart;
};

const isWithin = (networks: readonly Network[], { value }: Address): boolean => {
  let low = 0;
  let high = networks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const network = networks[middle];
    if (network === undefined) return false;
    if (value < network.first) high = middle;
    else if (value > network.last) low = middle + 1;
    else return true;
  }
  return false;
};
