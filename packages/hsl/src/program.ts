/** What the compiler makes and the machine runs: closures over frames, and a few counts. */
import type { Assigning, Operand } from "./compute.ts";
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
  | ReadyCode
  | { readonly waits: true; readonly run: (frame: Frame) => MaybeWait<Value> };

export type ReadyCode = {
  readonly waits: false;
  readonly run: Evaluate;
  readonly operand: Operand;
};

/** Code of a statement, likewise. */
export type Step =
  | { readonly waits: false; readonly run: Execute; readonly assigning?: Assigning }
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

/** Goes on with a value now, or when it is there. */
export const after = <T, R>(value: MaybeWait<T>, next: (value: T) => MaybeWait<R>): MaybeWait<R> =>
  value instanceof Promise ? value.then(next) : next(value);
