/** Calls: functions of the script, of the host, classes, and values that turn out to be functions. */
import { countWords } from "./argument-count.ts";
import type { Argument, Call, Expression } from "./ast.ts";
import {
  callValue,
  construct,
  invoke,
  invokeStep,
  makeException,
  Native,
  type UserCode,
} from "./callable.ts";
import { type Callee, resolveCallee } from "./callee.ts";
import { evaluateAll, ready, waiting } from "./code.ts";
import { makeCollection } from "./collections.ts";
import type { Context } from "./compile-context.ts";
import { Ending } from "./host.ts";
import { after, type Code, type MaybeWait, type Signal, type Step, signal } from "./program.ts";
import type { Frame, Run } from "./run.ts";
import type { FunctionSignature } from "./signature.ts";
import { HslArray } from "./values/array.ts";
import { toText } from "./values/convert.ts";
import { ScriptError, type Site } from "./values/errors.ts";
import { HslFunction } from "./values/object.ts";
import type { Value } from "./values/value.ts";
import { untilCancelled } from "./wait.ts";

const calleeOf = (context: Context, node: Expression): Callee =>
  resolveCallee(context.names, context.scope.module, context.owner, node);

/** A call whose arguments are there: for `cache`, which needs them before it decides. */
export type Target = {
  /** Whether the arguments get a second owner. */
  readonly owns: boolean;
  readonly waits: boolean;
  readonly apply: (frame: Frame, args: Value[]) => MaybeWait<Value>;
};

export const compileCall = (context: Context, node: Call): Code => {
  const site = context.site(node);
  const target = compileTarget(context, node);
  if (target !== null) return call(context, node.args, target);
  const fn = context.expression(node.callee);
  const args = compileArguments(context, node.args, true);
  const run = (frame: Frame): MaybeWait<Value> =>
    after(fn.run(frame), (value) =>
      after(args.run(frame), (values) => callValue(frame.run, value, values, site)),
    );
  const waits = context.shared.dynamicWaits || fn.waits || args.waits;
  return waits ? waiting(run) : ready((frame) => settled(run(frame)));
};

/** A call that is a statement. `null`: one whose value may be a function, or that makes an object. */
export const compileCallStep = (context: Context, node: Call): Step | null => {
  const site = context.site(node);
  const callee = calleeOf(context, node.callee);
  switch (callee.kind) {
    case "user": {
      const code = context.shared.userCode(callee.info);
      const { owner, waits } = callee.info;
      const keepsSelf = owner !== null && owner === context.owner;
      return callStep(context, node.args, true, waits, (frame, args) => {
        frame.run.site = site;
        return invokeStep(frame.run, code, args, keepsSelf ? frame.self : null);
      });
    }
    case "host": {
      const ask = askHost(context, callee.name, callee.signature);
      const waits = hostMayWait(context, callee.signature);
      return callStep(context, node.args, false, waits, (frame, args) => {
        const { run } = frame;
        const result = ask(run, args, site);
        if (!(result instanceof Promise)) return endedBy(run, result);
        return result.then((value) => endedBy(run, value));
      });
    }
    default:
      return null;
  }
};

const endedBy = (run: Run, result: Value | Ending): Signal => {
  if (!(result instanceof Ending)) return signal.next;
  run.ending = result;
  return signal.end;
};

const callStep = (
  context: Context,
  nodes: readonly Argument[],
  owns: boolean,
  waits: boolean,
  apply: (frame: Frame, args: Value[]) => MaybeWait<Signal>,
): Step => {
  const args = compileArguments(context, nodes, owns);
  if (args.waits) {
    return {
      waits: true,
      run: (frame) => after(args.run(frame), (values) => apply(frame, values)),
    };
  }
  const { run } = args;
  if (waits) return { waits: true, run: (frame) => apply(frame, run(frame)) };
  return { waits: false, run: (frame) => settled(apply(frame, run(frame))) };
};

/** `null`: the callee is a value. */
export const compileTarget = (context: Context, node: Call): Target | null => {
  const site = context.site(node);
  const callee = calleeOf(context, node.callee);
  switch (callee.kind) {
    case "user": {
      const code = context.shared.userCode(callee.info);
      const { owner, waits } = callee.info;
      // a method named with :: runs on the same object, when it has one
      const keepsSelf = owner !== null && owner === context.owner;
      const apply: Target["apply"] = (frame, args) => {
        frame.run.site = site;
        return invoke(frame.run, code, args, keepsSelf ? frame.self : null);
      };
      return { owns: true, waits, apply };
    }
    case "class": {
      const type = context.shared.classCode(callee.info);
      const { construct: info } = callee.info;
      const code = info === undefined ? undefined : context.shared.userCode(info);
      const isPrivate = callee.info.privates.has("constructor") && callee.info !== context.owner;
      const apply: Target["apply"] = (frame, args) => {
        if (isPrivate) throw new ScriptError("private", `${type.name} cannot be made here`, site);
        return construct(frame.run, type, code, args, site);
      };
      return { owns: true, waits: info?.waits === true, apply };
    }
    case "host": {
      const apply = applyHost(context, callee.name, callee.signature);
      const waits = hostMayWait(context, callee.signature);
      return { owns: false, waits, apply: (frame, args) => apply(frame.run, args, site) };
    }
    case "collection":
      return {
        owns: true,
        waits: false,
        apply: (frame, args) => makeCollection(frame.run, callee.name, args, site),
      };
    case "exception":
      return {
        owns: true,
        waits: false,
        apply: (_frame, [message = ""]) => makeException(toText(message), site),
      };
    case "value":
      return null;
  }
};

/** The compiler has shown that no promise can arrive here; a host that breaks its word ends the run. */
const settled = <T extends Value | Signal>(value: MaybeWait<T>): T => {
  if (!(value instanceof Promise)) return value;
  value.catch(() => {});
  throw new ScriptError("host-error", "a function waited that had promised not to");
};

const call = (
  context: Context,
  nodes: readonly Argument[],
  { owns, waits, apply }: Target,
): Code => {
  const args = compileArguments(context, nodes, owns);
  if (!args.waits) {
    const { run } = args;
    if (waits) return waiting((frame) => apply(frame, run(frame)));
    return ready((frame) => settled(apply(frame, run(frame))));
  }
  return waiting((frame) => after(args.run(frame), (values) => apply(frame, values)));
};

type Arguments =
  | { readonly waits: false; readonly run: (frame: Frame) => Value[] }
  | { readonly waits: true; readonly run: (frame: Frame) => MaybeWait<Value[]> };

export const compileArguments = (
  context: Context,
  nodes: readonly Argument[],
  owns: boolean,
): Arguments => {
  const codes = nodes.map(({ value }) => (owns ? context.owned(value) : context.expression(value)));
  if (nodes.some(({ isSpread }) => isSpread)) return spreadArguments(context, nodes, codes);
  const runs = codes.flatMap((code) => (code.waits ? [] : [code.run]));
  if (runs.length < codes.length) {
    return { waits: true, run: (frame) => evaluateAll(codes, frame) };
  }
  const [first, second, third] = runs;
  if (first === undefined) return { waits: false, run: () => [] };
  if (second === undefined) return { waits: false, run: (frame) => [first(frame)] };
  if (third === undefined) {
    return { waits: false, run: (frame) => [first(frame), second(frame)] };
  }
  return { waits: false, run: (frame) => runs.map((run) => run(frame)) };
};

const spreadArguments = (
  context: Context,
  nodes: readonly Argument[],
  codes: readonly Code[],
): Arguments => {
  const flatten = (values: readonly Value[]): Value[] =>
    values.flatMap((value, i) => {
      const node = nodes[i];
      if (node?.isSpread !== true) return [value];
      if (value instanceof HslArray) return value.toList();
      throw new ScriptError("wrong-type", "only an array can be spread", context.site(node));
    });
  if (codes.some(({ waits }) => waits)) {
    return { waits: true, run: (frame) => after(evaluateAll(codes, frame), flatten) };
  }
  // none of the codes waits, so the values are there at once
  return { waits: false, run: (frame) => flatten(evaluateAll(codes, frame) as Value[]) };
};

/** A function that calls back may wait whenever a function value may. */
const hostMayWait = (context: Context, signature: FunctionSignature): boolean =>
  signature.mayWait === true ||
  (context.shared.dynamicWaits &&
    signature.parameters.some(({ kinds }) => kinds.includes("function")));

/** In an expression an ending is thrown: it passes every call, and no script can catch it. */
const applyHost = (
  context: Context,
  name: string,
  signature: FunctionSignature,
): ((run: Run, args: Value[], site: Site) => MaybeWait<Value>) => {
  const ask = askHost(context, name, signature);
  return (run, args, site) => {
    const result = ask(run, args, site);
    return result instanceof Promise ? result.then(unlessEnded) : unlessEnded(result);
  };
};

const unlessEnded = (result: Value | Ending): Value => {
  if (result instanceof Ending) throw result;
  return result;
};

const askHost = (
  context: Context,
  name: string,
  signature: FunctionSignature,
): ((run: Run, args: Value[], site: Site) => MaybeWait<Value | Ending>) => {
  const index = context.shared.bodyIndex(name);
  const changesContext = signature.role === "modifier" || signature.role === "action-or-modifier";
  const least = signature.parameters.filter((p) => p.optional !== true && p.rest !== true).length;
  const most = signature.parameters.some(({ rest }) => rest === true)
    ? Number.POSITIVE_INFINITY
    : signature.parameters.length;
  return (run, args, site) => {
    run.site = site;
    run.step();
    if (args.length < least || args.length > most)
      throw wrongCount(name, least, most, args.length, site);
    let body = run.bodies[index];
    if (body === undefined) {
      body = run.host.functions.get(name);
      if (body === undefined) {
        throw new ScriptError("unknown-function", `${name} is not available in this run`, site);
      }
      run.bodies[index] = body;
    }
    let result: Value | Ending | Promise<Value | Ending>;
    try {
      result = body(args, run);
    } catch (error) {
      throw withSite(error, site);
    }
    if (result instanceof Promise) {
      return untilCancelled(result, run.host.signal).then(
        (value) => {
          run.site = site;
          run.resumed();
          return finish(run, value, changesContext);
        },
        (error: unknown) => {
          run.site = site;
          run.resumed();
          throw withSite(error, site);
        },
      );
    }
    return finish(run, result, changesContext);
  };
};

/** A body knows what went wrong, the call knows where. */
const withSite = (error: unknown, site: Site): unknown => {
  if (error instanceof ScriptError) error.site ??= site;
  return error;
};

const finish = (run: Run, result: Value | Ending, changesContext: boolean): Value | Ending => {
  if (changesContext && !(result instanceof Ending)) run.forgetContext();
  return result;
};

const wrongCount = (
  name: string,
  least: number,
  most: number,
  given: number,
  site: Site,
): ScriptError => {
  return new ScriptError(
    "wrong-argument-count",
    `${name} takes ${countWords(least, most)}, not ${given}`,
    site,
  );
};

/** `$f = strlen;`: the function a name stands for, as a value. */
export const functionValue = (context: Context, node: Expression): Value | undefined => {
  const callee = calleeOf(context, node);
  const identity = "info" in callee ? callee.info : "name" in callee ? callee.name : callee.kind;
  const known = functionValues.getOrInsertComputed(context.shared, () => new Map());
  if (!known.has(identity)) known.set(identity, makeFunctionValue(context, callee));
  return known.get(identity);
};

/** By what they call: the same function is the same value wherever it is named. */
const functionValues = new WeakMap<Context["shared"], Map<unknown, Value | undefined>>();

const makeFunctionValue = (
  context: Context,
  callee: ReturnType<typeof calleeOf>,
): Value | undefined => {
  switch (callee.kind) {
    case "user":
      return new HslFunction(callee.info.name, closureOf(context.shared.userCode(callee.info)));
    case "host": {
      const apply = applyHost(context, callee.name, callee.signature);
      return new HslFunction(callee.name, new Native(apply));
    }
    case "class": {
      const type = context.shared.classCode(callee.info);
      const info = callee.info.construct;
      const code = info === undefined ? undefined : context.shared.userCode(info);
      return new HslFunction(
        type.name,
        new Native((run, args, site) => construct(run, type, code, args, site)),
      );
    }
    case "collection":
      return new HslFunction(
        callee.name,
        new Native((run, args, site) => makeCollection(run, callee.name, args, site)),
      );
    case "exception":
      return new HslFunction(
        "Exception",
        new Native((_run, [message = ""], site) => makeException(toText(message), site)),
      );
    case "value":
      return undefined;
  }
};

const closureOf = (code: UserCode): object =>
  new Native((run, args) => invoke(run, code, args, null));
