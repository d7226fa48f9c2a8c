/**
 * Requests that nobody waits for: so many at a time, those with one key one after the other,
 * and no more in line than memory bears. What is in line when the process ends is not made.
 */
export type BackgroundRequests = {
  /** False: too many are in line. */
  readonly add: (key: string, work: () => Promise<void>) => boolean;
  /** Resolves when nothing is in line. */
  readonly idle: () => Promise<void>;
};

export const createBackgroundRequests = ({
  atOnce = 16,
  mostWaiting = 1000,
}: {
  atOnce?: number;
  mostWaiting?: number;
} = {}): BackgroundRequests => {
  const waiting: { readonly key: string; readonly work: () => Promise<void> }[] = [];
  const busy = new Set<string>();
  let running = 0;
  let whenIdle: (() => void)[] = [];

  const next = (): void => {
    while (running < atOnce) {
      const at = waiting.findIndex(({ key }) => key === "" || !busy.has(key));
      const [one] = at < 0 ? [] : waiting.splice(at, 1);
      if (one === undefined) break;
      const { key, work } = one;
      running += 1;
      if (key !== "") busy.add(key);
      void work().finally(() => {
        running -= 1;
        busy.delete(key);
        next();
      });
    }
    if (running > 0 || waiting.length > 0) return;
    for (const resolve of whenIdle) resolve();
    whenIdle = [];
  };

  return {
    add: (key, work) => {
      if (waiting.length >= mostWaiting) return false;
      waiting.push({ key, work });
      next();
      return true;
    },
    idle: () =>
      running === 0 && waiting.length === 0
        ? Promise.resolve()
        : new Promise((resolve) => whenIdle.push(resolve)),
  };
};
