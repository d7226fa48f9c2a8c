/** Waiting with a way out: a run that is cancelled does not hang on a host that never answers. */
import type { CancelSignal } from "./host.ts";
import { ScriptError } from "./values/errors.ts";

export const untilCancelled = <T>(
  promise: Promise<T>,
  signal: CancelSignal | undefined,
): Promise<T> => {
  if (signal === undefined) return promise;
  return new Promise<T>((resolve, reject) => {
    const cancel = (): void => reject(new ScriptError("budget-wall", "the run was cancelled"));
    if (signal.aborted) {
      promise.catch(() => {}); // nobody is left to hear of it
      cancel();
      return;
    }
    signal.addEventListener("abort", cancel, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", cancel));
  });
};
