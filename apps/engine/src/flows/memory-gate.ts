/**
 * Lets in what needs much memory as long as all of it together stays within a limit,
 * in the order it came. What is larger than the limit goes in alone.
 */
export type MemoryGate = {
  /** Resolves when there is room; the function gives it back. */
  readonly enter: (bytes: number) => Promise<() => void>;
};

export const createMemoryGate = (limitBytes: number): MemoryGate => {
  const waiting: { readonly bytes: number; readonly open: () => void }[] = [];
  let used = 0;
  const admit = (): void => {
    for (;;) {
      const [next] = waiting;
      if (next === undefined || (used > 0 && used + next.bytes > limitBytes)) return;
      waiting.shift();
      used += next.bytes;
      next.open();
    }
  };
  return {
    enter: (bytes) =>
      new Promise((resolve) => {
        let isInside = true;
        const leave = (): void => {
          if (!isInside) return;
          isInside = false;
          used -= bytes;
          admit();
        };
        waiting.push({ bytes, open: () => resolve(leave) });
        admit();
      }),
  };
};
