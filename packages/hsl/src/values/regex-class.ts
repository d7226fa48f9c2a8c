/**
 * Sets of characters of a pattern: `[a-z]`, `\h`, `[[:alpha:]]`. In byte mode a set is
 * worked out here to the last byte, because the engine beneath folds letters by
 * Unicode's rules and must not fold half of a UTF-8 sequence.
 */

/** Inclusive ranges of code points. */
export type Ranges = readonly (readonly [number, number])[];

export const classEscapes: Readonly<Record<string, { bytes: Ranges; text: Ranges }>> = {
  d: both([48, 57]),
  w: both([48, 57], [65, 90], [95, 95], [97, 122]),
  s: both([9, 13], [32, 32]),
  h: {
    bytes: [
      [9, 9],
      [32, 32],
    ],
    text: [
      [9, 9],
      [32, 32],
      [0xa0, 0xa0],
      [0x1680, 0x1680],
      [0x2000, 0x200a],
      [0x202f, 0x202f],
      [0x205f, 0x205f],
      [0x3000, 0x3000],
    ],
  },
  v: {
    bytes: [[10, 13]],
    text: [
      [10, 13],
      [0x85, 0x85],
      [0x2028, 0x2029],
    ],
  },
};

const posixClasses: Readonly<Record<string, Ranges>> = {
  alnum: [
    [48, 57],
    [65, 90],
    [97, 122],
  ],
  alpha: [
    [65, 90],
    [97, 122],
  ],
  ascii: [[0, 127]],
  blank: [
    [9, 9],
    [32, 32],
  ],
  cntrl: [
    [0, 31],
    [127, 127],
  ],
  digit: [[48, 57]],
  graph: [[33, 126]],
  lower: [[97, 122]],
  print: [[32, 126]],
  punct: [
    [33, 47],
    [58, 64],
    [91, 96],
    [123, 126],
  ],
  space: [
    [9, 13],
    [32, 32],
  ],
  upper: [[65, 90]],
  word: [
    [48, 57],
    [65, 90],
    [95, 95],
    [97, 122],
  ],
  xdigit: [
    [48, 57],
    [65, 70],
    [97, 102],
  ],
};

function both(...ranges: Ranges): { bytes: Ranges; text: Ranges } {
  return { bytes: ranges, text: ranges };
}

/** The set of `[:name:]`, or `undefined`. */
export const posixClass = (name: string): Ranges | undefined =>
  Object.hasOwn(posixClasses, name) ? posixClasses[name] : undefined;

/** Sorted, without overlaps. */
const tidy = (ranges: Ranges): [number, number][] => {
  const sorted = ranges.map(([low, high]): [number, number] => [low, high]);
  sorted.sort((a, b) => a[0] - b[0]);
  const result: [number, number][] = [];
  for (const range of sorted) {
    const last = result.at(-1);
    if (last !== undefined && range[0] <= last[1] + 1) last[1] = Math.max(last[1], range[1]);
    else result.push(range);
  }
  return result;
};

/** Everything up to `highest` that is not in `ranges`. */
export const complement = (ranges: Ranges, highest: number): Ranges => {
  const result: [number, number][] = [];
  let next = 0;
  for (const [low, high] of tidy(ranges)) {
    if (low > next) result.push([next, low - 1]);
    next = high + 1;
  }
  if (next <= highest) result.push([next, highest]);
  return result;
};

/** Adds the other case of every ASCII letter. */
export const foldAscii = (ranges: Ranges): Ranges => {
  const result = [...ranges];
  for (const [low, high] of ranges) {
    const upper: [number, number] = [Math.max(low, 65), Math.min(high, 90)];
    if (upper[0] <= upper[1]) result.push([upper[0] + 32, upper[1] + 32]);
    const lower: [number, number] = [Math.max(low, 97), Math.min(high, 122)];
    if (lower[0] <= lower[1]) result.push([lower[0] - 32, lower[1] - 32]);
  }
  return result;
};

/** One character in the engine's syntax, never with a meaning of its own. */
export const writeCharacter = (code: number): string =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
    ? String.fromCharCode(code)
    : `\\x{${code.toString(16)}}`;

/** The inside of `[…]` in the engine's syntax. */
export const writeRanges = (ranges: Ranges): string =>
  tidy(ranges)
    .map(([low, high]) =>
      low === high ? writeCharacter(low) : `${writeCharacter(low)}-${writeCharacter(high)}`,
    )
    .join("");
