/** Makes code of closures and operands: at once where nothing waits, with promises where something does. */
import { Operand } from "./compute.ts";
import { after, type Code, type Evaluate, type MaybeWait, type ReadyCode } from "./program.ts";
import type { Frame } from "./run.ts";
import type { Value } from "./values/value.ts";

export const ready = (run: Evaluate): ReadyCode => computed(Operand.of(run));
export const computed = (operand: Operand): ReadyCode => ({
  waits: false,
  run: operand.run,
  operand,
});
export const waiting = (run: (frame: Frame) => MaybeWait<Value>): Code => ({ waits: true, run });

export const constantOf = (value: Value): ReadyCode => computed(Operand.constant(value));

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
  const blank = runs.map(() => null);
  return ready((frame) => {
    const values: Value[] = blank.slice();
    for (let i = 0; i < runs.length; i++) values[i] = (runs[i] as Evaluate)(frame); // i is within
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
