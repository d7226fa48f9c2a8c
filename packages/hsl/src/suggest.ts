/** "Did you mean …": the known name that is closest to a wrong one. */
export const closestName = (wrong: string, known: Iterable<string>): string | undefined => {
  const limit = Math.max(1, Math.floor(wrong.length / 3));
  let best: string | undefined;
  let least = limit + 1;
  for (const name of known) {
    if (name === "") continue; // stands where a mistake was
    const lower = name.toLowerCase();
    const distance = distanceBetween(wrong.toLowerCase(), lower, least);
    if (distance < least) {
      least = distance;
      best = name;
    }
  }
  return best;
};

/** Edits, swaps counted as one, that turn `a` into `b`; `enough` when they are that many. */
const distanceBetween = (a: string, b: string, enough: number): number => {
  if (Math.abs(a.length - b.length) >= enough) return enough;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const change = (row[j - 1] ?? 0) + cost;
      let value = Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) value = Math.min(value, (before[j - 2] ?? 0) + 1);
      next.push(value);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? enough;
};
