/**
 * Loops. The synchronous ones are plain loops; one that meets a promise goes on
 * in an `async` function, which keeps long waits out of the stack.
 */
import type { Expression, For, Foreach, Forever, Statement, While } from "./ast.ts";
import { constantOf, evaluateAll } from "./code.ts";
import { collectionEntries } from "./collections.ts";
import type { Context } from "./compile-context.ts";
import { share } from "./compile-context.ts";
import { writeVariable } from "./compile-variable.ts";
import { visibleMembers } from "./members.ts";
import {
  after,
  type Code,
  type Evaluate,
  type Execute,
  type MaybeWait,
  type Signal,
  type Step,
  signal,
} from "./program.ts";
import type { Frame } from "./run.ts";
import { HslArray } from "./values/array.ts";
import { truthy, typeName } from "./values/convert.ts";
import { ScriptError } from "./values/errors.ts";
import { HslObject } from "./values/object.ts";
import type { Value } from "./values/value.ts";

export const compileWhile = (context: Context, node: While): Step =>
  loop(context, [], node.test, [], node.body);

export const compileForever = (context: Context, node: Forever): Step =>
  loop(context, [], null, [], node.body);

export const compileFor = (context: Context, node: For): Step =>
  loop(context, node.init, node.test, node.step, node.body);

const loop = (
  context: Context,
  initNodes: readonly Expression[],
  testNode: Expression | null,
  stepNodes: readonly Expression[],
  bodyNode: Statement,
): Step => {
  const init = initNodes.map((node) => context.expression(node));
  const test = testNode === null ? constantOf(true) : context.expression(testNode);
  const step = stepNodes.map((node) => context.expression(node));
  const body = context.statement(bodyNode);
  const waits = [...init, test, ...step, body].some((part) => part.waits);
  return waits ? waitingLoop(init, test, step, body) : plainLoop(init, test, step, body);
};

const syncRuns = (codes: readonly Code[]): Evaluate[] => codes.map(({ run }) => run as Evaluate);

/** Only for parts that cannot wait. */
const plainLoop = (init: readonly Code[], test: Code, step: readonly Code[], body: Step): Step => {
  const begin = syncRuns(init);
  const check = test.run as Evaluate;
  const advance = syncRuns(step);
  const execute = body.run as Execute;
  return {
    waits: false,
    run: (frame) => {
      const { run } = frame;
      for (const start of begin) start(frame);
      while (truthy(check(frame))) {
        run.step();
        const ended = execute(frame);
        if (ended === signal.break) break;
        if (ended >= signal.return) return ended;
        for (const next of advance) next(frame);
      }
      return signal.next;
    },
  };
};

const waitingLoop = (
  init: readonly Code[],
  test: Code,
  step: readonly Code[],
  body: Step,
): Step => {
  const round = (frame: Frame): MaybeWait<Signal | typeof again> =>
    after(test.run(frame), (tested) => {
      if (!truthy(tested)) return signal.next;
      frame.run.step();
      return after(body.run(frame), (ended) => {
        const left = leaving(ended);
        return left ?? after(evaluateAll(step, frame), () => again);
      });
    });
  return {
    waits: true,
    run: (frame) => after(evaluateAll(init, frame), () => repeat(() => round(frame))),
  };
};

const again = Symbol("again");

/** How the loop ends when its body ended so; `undefined` when it goes on. */
const leaving = (ended: Signal): Signal | undefined => {
  if (ended === signal.break) return signal.next;
  return ended >= signal.return ? ended : undefined;
};

/** Rounds until one of them says how the loop ended; asynchronous from the first one that waits. */
const repeat = (round: () => MaybeWait<Signal | typeof again>): MaybeWait<Signal> => {
  for (;;) {
    const ended = round();
    if (ended instanceof Promise) return repeatLater(round, ended);
    if (ended !== again) return ended;
  }
};

const repeatLater = async (
  round: () => MaybeWait<Signal | typeof again>,
  pending: Promise<Signal | typeof again>,
): Promise<Signal> => {
  let ended = await pending;
  while (ended === again) {
    const next = round();
    ended = next instanceof Promise ? await next : next;
  }
  return ended;
};

/** Goes over a snapshot: the body may change the array without changing the loop. */
export const compileForeach = (context: Context, node: Foreach): Step => {
  const site = context.site(node.subject);
  const subject = context.expression(node.subject);
  const body = context.statement(node.body);
  const writeValue = writeVariable(context, node.value.name, node.value);
  const writeKey = node.key === null ? null : writeVariable(context, node.key.name, node.key);
  const asker = context.owner?.name ?? null;
  const entriesOf = (value: Value): IterableIterator<readonly [Value, Value]> => {
    if (value instanceof HslArray) return value.share().entries();
    if (value instanceof HslObject) {
      return collectionEntries(value)?.values() ?? visibleMembers(value, asker).entries();
    }
    throw new ScriptError("wrong-type", `foreach cannot go through ${typeName(value)}`, site);
  };
  const assign = (frame: Frame, [key, value]: readonly [Value, Value]): void => {
    frame.run.step();
    writeKey?.(frame, key);
    writeValue(frame, share(value));
  };
  if (!subject.waits && !body.waits) {
    const [source, execute] = [subject.run, body.run];
    return {
      waits: false,
      run: (frame) => {
        for (const entry of entriesOf(source(frame))) {
          assign(frame, entry);
          const ended = execute(frame);
          if (ended === signal.break) break;
          if (ended >= signal.return) return ended;
        }
        return signal.next;
      },
    };
  }
  const iterate = (frame: Frame, value: Value): MaybeWait<Signal> => {
    const entries = entriesOf(value);
    return repeat(() => {
      const next = entries.next();
      if (next.done === true) return signal.next;
      assign(frame, next.value);
      return after(body.run(frame), (ended) => leaving(ended) ?? again);
    });
  };
  return { waits: true, run: (frame) => after(subject.run(frame), (v) => iterate(frame, v)) };
};
