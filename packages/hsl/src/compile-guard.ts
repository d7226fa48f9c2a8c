/** `try` and `barrier`: code that must be followed by something, whatever happens inside. */
import type { Barrier, Try } from "./ast.ts";
import { makeException, Thrown } from "./callable.ts";
import type { Context } from "./compile-context.ts";
import { forgetVariable, peekVariable, writeVariable } from "./compile-variable.ts";
import type { Barriers } from "./host.ts";
import { after, type MaybeWait, type Signal, type Step } from "./program.ts";
import type { Frame, Run } from "./run.ts";
import { encodeText } from "./values/bytes.ts";
import { toText } from "./values/convert.ts";
import { isCatchable, ScriptError } from "./values/errors.ts";
import type { Value } from "./values/value.ts";
import { untilCancelled } from "./wait.ts";

/** Catches what a script threw and errors of the machine; endings and spent budgets pass through. */
export const compileTry = (context: Context, node: Try): Step => {
  const body = context.block(node.body);
  const handler = context.block(node.handler);
  const write =
    node.variable === null ? null : writeVariable(context, node.variable.name, node.variable);
  const rescue = (frame: Frame, top: Frame, depth: number, error: unknown): MaybeWait<Signal> => {
    const caught = caughtValue(error, frame);
    if (caught === undefined) throw error;
    frame.run.top = top;
    frame.run.depth = depth;
    write?.(frame, caught);
    return handler.run(frame);
  };
  const run = (frame: Frame): MaybeWait<Signal> => {
    const { top, depth } = frame.run;
    try {
      const ended = body.run(frame);
      if (!(ended instanceof Promise)) return ended;
      return ended.catch((error: unknown) => rescue(frame, top, depth, error));
    } catch (error) {
      return rescue(frame, top, depth, error);
    }
  };
  if (body.waits || handler.waits) return { waits: true, run };
  return { waits: false, run: run as (frame: Frame) => Signal }; // neither block waits
};

const caughtValue = (error: unknown, frame: Frame): Value | undefined => {
  if (error instanceof Thrown) return error.value;
  if (!(error instanceof ScriptError) || !isCatchable(error)) return undefined;
  return makeException(encodeText(error.message), error.site ?? frame.run.site);
};

const noBarriers: Barriers = {
  acquire: () => Promise.resolve({ shared: undefined, release: () => {} }),
};

/** The barriers each run stands behind: it would wait for itself. */
const locks = new WeakMap<Run, Set<string>>();

/** A lock shared with every other run; released however the block is left. */
export const compileBarrier = (context: Context, node: Barrier): Step => {
  const site = context.site(node);
  const name = context.expression(node.name);
  const body = context.block(node.body);
  const shared = node.shared;
  const peek = shared === null ? () => undefined : peekVariable(context, shared.name);
  const forget = shared === null ? () => {} : forgetVariable(context, shared.name);
  const write = shared === null ? () => {} : writeVariable(context, shared.name, shared);
  const locked = async (frame: Frame, barriers: Barriers, lock: string): Promise<Signal> => {
    const { run } = frame;
    const own = locks.get(run) ?? new Set<string>();
    locks.set(run, own);
    if (own.has(lock)) {
      throw new ScriptError("barrier-held", "this script stands behind this barrier already", site);
    }
    own.add(lock);
    const held = await untilCancelled(barriers.acquire(lock, run.host.signal), run.host.signal);
    try {
      run.resumed();
      if (held.shared === undefined) forget(frame);
      else write(frame, held.shared);
      const ended = body.run(frame);
      return ended instanceof Promise ? await ended : ended;
    } finally {
      own.delete(lock);
      held.release(peek(frame));
    }
  };
  return {
    waits: true,
    run: (frame) =>
      after(name.run(frame), (lock) => {
        const { barriers } = frame.run.host;
        return locked(frame, barriers ?? noBarriers, toText(lock));
      }),
  };
};
