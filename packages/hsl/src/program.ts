/** What the compiler makes and the machine runs: closures over frames, and a few counts. */
import type { Frame, Run } from "./run.ts";
import type { Site } from "./values/errors.ts";
import type { Value } from "./values/value.ts";

/**
 * How a statement ended; from `return` on, everything around it ends too. With `end` the
 * run is over, and `Run.ending` says by which action. An action inside an expression is
 * thrown instead, for there is no statement yet to end: that costs ten times as much.
 */
export const signal = { next: 0, break: 1, continue: 2, return: 3, end: 4 } as const;
export type Signal = (typeof signal)[keyof typeof signal];

export type Evaluate = (frame: Frame) => Value;
export type Execute = (frame: Frame) => Signal;
export type MaybeWait<T> = T | Promise<T>;

/** Code of an expression: either it can never wait, or it gives a promise when it has to. */
export type Code =
  | { readonly waits: false; readonly run: Evaluate }
  | { readonly waits: true; readonly run: (frame: Frame) => MaybeWait<Value> };

/** Code of a statement, likewise. */
export type Step =
  | { readonly waits: false; readonly run: Execute }
  | { readonly waits: true; readonly run: (frame: Frame) => MaybeWait<Signal> };

export type Program = {
  readonly body: Step;
  readonly globalCount: number;
  readonly contextNames: readonly string[];
  /** Context slots the script may assign. */
  readonly writableContext: ReadonlySet<number>;
  /** Context slots whose value is never printed. */
  readonly secrets: readonly number[];
  readonly setUp: (frame: Frame) => void;
  readonly callValue: (run: Run, fn: Value, args: Value[], site: Site) => MaybeWait<Value>;
};

export const ready = (run: Evaluate): Code => ({ waits: false, run });
export const waiting = (run: (frame: Frame) => MaybeWait<Value>): Code => ({ waits: true, run });

export const constantOf = (value: Value): Code => ready(() => value);

/** Goes on with a value now, or when it is there. */
export const after = <T, R>(value: MaybeWait<T>, next: (value: T) => MaybeWait<R>): MaybeWait<R> =>
  value instanceof Promise ? value.then(next) : next(value);

/** All operands from left to right, then `apply`; synchronous when none of them can wait. */
export const sequence = (
  operands: readonly Code[],
  apply: (frame: Frame, values: Value[]) => Value,
): Code => {
  const count = operands.length;
  if (operands.some(({ waits }) => waits)) {
    return waiting((frame) =>
      after(evaluateAll(operands, frame), (values) => apply(frame, values)),
    );
  }
  const runs = operands.map(({ run }) => run as Evaluate); // none of them waits
  const [first, second] = runs;
  if (first === undefined) return ready((frame) => apply(frame, []));
  if (second === undefined) return ready((frame) => apply(frame, [first(frame)]));
  if (count === 2) return ready((frame) => apply(frame, [first(frame), second(frame)]));
  return ready((frame) => {
    const values: Value[] = [];
    for (let i = 0; i < count; i++) values.push(runs[i]?.(frame) ?? null);
    return apply(frame, values);
  });
};

/** The values of all codes, in order. */
export const evaluateAll = (codes: readonly Code[], frame: Frame): MaybeWait<Value[]> => {
  const values: Value[] = [];
  for (let i = 0; i < codes.length; i++) {
    const value = codes[i]?.run(frame) ?? null;
    if (value instanceof Promise) return evaluateRest(codes, frame, values, value);
    values.push(value);
  }
  return values;
};

const evaluateRest = async (
  codes: readonly Code[],
  frame: Frame,
  values: Value[],
  pending: Promise<Value>,
): Promise<Value[]> => {
  values.push(await pending);
  for (let i = values.length; i < codes.length; i++) {
    const value = codes[i]?.run(frame) ?? null;
    values.push(value instanceof Promise ? await value : value);
  }
  return values;
};
