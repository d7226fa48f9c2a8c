/** Notices as a stream for one browser: bounded, and over when the browser is gone. */

const maximumWaiting = 1000;

/** `attach` begins to push and returns how to stop. When the reader is too slow the oldest are dropped. */
export async function* subscribe<T>(
  signal: AbortSignal | undefined,
  attach: (push: (value: T) => void) => () => void,
): AsyncGenerator<T, void, void> {
  const waiting: T[] = [];
  let wake: () => void = () => {};
  const detach = attach((value) => {
    if (waiting.length >= maximumWaiting) waiting.shift();
    waiting.push(value);
    wake();
  });
  const onAbort = (): void => wake();
  signal?.addEventListener("abort", onAbort);
  try {
    while (signal?.aborted !== true) {
      const next = waiting.shift();
      if (next !== undefined) {
        yield next;
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (signal?.aborted === true || waiting.length > 0) resolve();
      });
    }
  } finally {
    detach();
    signal?.removeEventListener("abort", onAbort);
  }
}
