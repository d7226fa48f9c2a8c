/** Reading and writing variables: one closure for each kind of place a variable can be in. */

import { computed } from "./code.ts";
import type { Context } from "./compile-context.ts";
import { Operand } from "./compute.ts";
import type { Code, Evaluate } from "./program.ts";
import type { Frame, Run } from "./run.ts";
import type { Binding } from "./scope.ts";
import type { Span } from "./source.ts";
import { HslArray } from "./values/array.ts";
import { ScriptError, type Site } from "./values/errors.ts";
import type { Value } from "./values/value.ts";

export type Peek = (frame: Frame) => Value | undefined;
export type Write = (frame: Frame, value: Value) => void;

const undefinedVariable = (name: string, site: Site): ScriptError =>
  new ScriptError("undefined-variable", `$${name} has no value here`, site);

export const compileVariable = (context: Context, name: string, span: Span): Code =>
  computed(Operand.variable(ownSlot(context, name) ?? -1, readVariable(context, name, span)));

/** Where the frame itself keeps the variable; null when it is kept elsewhere. */
export const ownSlot = ({ scope }: Context, name: string): number | null => {
  const binding = scope.binding(name);
  const isOwn = binding.kind === "local" || (binding.kind === "global" && scope.isMain);
  return isOwn ? binding.slot : null;
};

/** The value, or a run-time error when there is none. */
export const readVariable = (context: Context, name: string, span: Span): Evaluate => {
  const binding = context.scope.binding(name);
  const site = context.site(span);
  const slot = ownSlot(context, name);
  if (slot !== null) {
    return (frame) => {
      const value = frame.slots[slot];
      if (value === undefined) throw undefinedVariable(name, site);
      return value;
    };
  }
  const peek = peekBinding(binding, name);
  return (frame) => {
    const value = peek(frame);
    if (value === undefined) throw undefinedVariable(name, site);
    return value;
  };
};

/** The value, or `undefined`: for `isset` and `??`. */
export const peekVariable = (context: Context, name: string): Peek =>
  peekBinding(context.scope.binding(name), name);

const peekBinding = (binding: Binding, name: string): Peek => {
  switch (binding.kind) {
    case "local": {
      const { slot } = binding;
      return (frame) => frame.slots[slot];
    }
    case "cell": {
      const { slot } = binding;
      return (frame) => frame.cells[slot]?.value;
    }
    case "global": {
      const { slot } = binding;
      return (frame) => frame.run.globals[slot];
    }
    case "context": {
      const { slot } = binding;
      return (frame) => frame.run.context[slot] ?? loadContext(frame.run, slot, name);
    }
    case "this":
      return (frame) => frame.self ?? undefined;
  }
};

const loadContext = (run: Run, slot: number, name: string): Value | undefined => {
  const known = run.context[slot];
  if (known !== undefined) return known;
  const value = run.host.variable(name);
  if (value instanceof HslArray) value.share();
  run.context[slot] = value;
  return value;
};

/** Puts a value into a variable; the checker has refused read-only ones. */
export const writeVariable = (context: Context, name: string, span: Span): Write => {
  const binding = context.scope.binding(name);
  switch (binding.kind) {
    case "local": {
      const { slot } = binding;
      return (frame, value) => {
        frame.slots[slot] = value;
      };
    }
    case "cell": {
      const { slot } = binding;
      return (frame, value) => {
        const cell = frame.cells[slot];
        if (cell !== undefined) cell.value = value;
      };
    }
    case "global": {
      const { slot } = binding;
      return (frame, value) => {
        frame.run.globals[slot] = value;
      };
    }
    case "context": {
      const { slot, signature } = binding;
      if (signature.writable !== true) break;
      return ({ run }, value) => {
        if (value instanceof HslArray) value.share();
        run.context[slot] = value;
        run.host.setVariable?.(name, value);
      };
    }
    case "this":
      break;
  }
  const site = context.site(span);
  return () => {
    throw new ScriptError("read-only", `$${name} cannot be assigned`, site);
  };
};

/** Makes a variable undefined again. */
export const forgetVariable = (context: Context, name: string): ((frame: Frame) => void) => {
  const binding = context.scope.binding(name);
  switch (binding.kind) {
    case "local":
      return (frame) => {
        frame.slots[binding.slot] = undefined;
      };
    case "cell":
      return (frame) => {
        const cell = frame.cells[binding.slot];
        if (cell !== undefined) cell.value = undefined;
      };
    case "global":
      return (frame) => {
        frame.run.globals[binding.slot] = undefined;
      };
    default:
      return () => {};
  }
};
