import type { Value } from "../values/value.ts";

/** Work that calls a script's functions: it yields what a call returned and gets the value back. */
export type CallingWork<Result> = Generator<Value | Promise<Value>, Result, Value>;

/** Runs the work at once, and waits only from the first call on that has to wait. */
export const finish = <Result>(work: CallingWork<Result>): Result | Promise<Result> => {
  let step = work.next();
  while (step.done !== true) {
    if (step.value instanceof Promise) return finishLater(work, step.value);
    step = work.next(step.value);
  }
  return step.value;
};

const finishLater = async <Result>(
  work: CallingWork<Result>,
  first: Promise<Value>,
): Promise<Result> => {
  let step = work.next(await first);
  while (step.done !== true) step = work.next(await step.value);
  return step.value;
};
