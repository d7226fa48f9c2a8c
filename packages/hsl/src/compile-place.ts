/**
 * Places: what can be assigned, unset or asked with `isset`. The expressions
 * inside a place (`$a[f()]`) are its operands: evaluated once, from left to
 * right, before the place is read or written.
 */
import type { Expression, Index, Slice } from "./ast.ts";
import { constantOf } from "./code.ts";
import type { Context } from "./compile-context.ts";
import { forgetVariable, peekVariable, writeVariable } from "./compile-variable.ts";
import { objectOf, peekMember, removeMember, writeMember } from "./members.ts";
import {
  append,
  type PathKey,
  type Place as PathPlace,
  peekElement,
  removePath,
  writePath,
} from "./path.ts";
import type { Code } from "./program.ts";
import type { Frame } from "./run.ts";
import { boundsOf, removeSlice, replaceSlice, sliceOf } from "./slice.ts";
import { HslArray } from "./values/array.ts";
import { ScriptError, type Site } from "./values/errors.ts";
import type { HslObject } from "./values/object.ts";
import type { Value } from "./values/value.ts";

export type Place = {
  readonly operands: readonly Code[];
  /** The value, or `undefined` where there is none. */
  readonly peek: (frame: Frame, operands: readonly Value[]) => Value | undefined;
  readonly write: (frame: Frame, operands: readonly Value[], value: Value) => void;
  /** Whether there was something. */
  readonly remove: (frame: Frame, operands: readonly Value[]) => boolean;
};

/** With `isAsked` the place is only asked about, and nothing on the way to it has to exist. */
export const compilePlace = (context: Context, node: Expression, isAsked = false): Place => {
  switch (node.kind) {
    case "Variable":
      return variablePlace(context, node.name, node);
    case "Index":
      return pathPlace(context, node, isAsked);
    case "Slice":
      return slicePlace(context, node);
    case "Member": {
      const object = isAsked
        ? compilePlace(context, node.object, true)
        : valuePlace(context, node.object);
      return memberPlace(context, object, node.name, context.site(node));
    }
    case "Scoped":
      return staticPlace(context, node.scope, node.name, context.site(node));
    default:
      return valuePlace(context, node);
  }
};

const variablePlace = (context: Context, name: string, node: Expression): Place => {
  const peek = peekVariable(context, name);
  const write = writeVariable(context, name, node);
  const forget = forgetVariable(context, name);
  return {
    operands: [],
    peek,
    write: (frame, _operands, value) => write(frame, value),
    remove: (frame) => {
      const existed = peek(frame) !== undefined;
      forget(frame);
      return existed;
    },
  };
};

/** Something that is only a value: readable, and a way to the objects in it. */
const valuePlace = (context: Context, node: Expression): Place => {
  const site = context.site(node);
  return {
    operands: [context.expression(node)],
    peek: (_frame, [value]) => value,
    write: (_frame, [before], value) => {
      // a path through an object changes the object and hands it back
      if (before !== value) throw new ScriptError("bad-target", "this cannot be assigned", site);
    },
    remove: () => false,
  };
};

const memberPlace = (context: Context, object: Place, name: string, site: Site): Place => {
  const asker = context.owner?.name ?? null;
  const ownerOf = (frame: Frame, operands: readonly Value[]): HslObject =>
    objectOf(object.peek(frame, operands) ?? null, site);
  return {
    operands: object.operands,
    peek: (frame, operands) => {
      const value = object.peek(frame, operands) ?? null;
      if (value === null) return undefined;
      return peekMember(objectOf(value, site), name, asker, site);
    },
    write: (frame, operands, value) => {
      writeMember(ownerOf(frame, operands), name, value, asker, site);
    },
    remove: (frame, operands) => removeMember(ownerOf(frame, operands), name, asker, site),
  };
};

const staticPlace = (context: Context, scope: string, name: string, site: Site): Place => {
  const type = scope === "static" ? context.owner : context.scope.module.classes.get(scope);
  const slot =
    type?.statics.get(name)?.slot ?? context.scope.module.namespaces.get(scope)?.globals.get(name);
  const missing = (): never => {
    throw new ScriptError("unknown-member", `there is no ${scope}::$${name}`, site);
  };
  if (slot === undefined) return { operands: [], peek: missing, write: missing, remove: missing };
  return {
    operands: [],
    peek: ({ run }) => run.globals[slot],
    write: ({ run }, _operands, value) => {
      run.globals[slot] = value;
    },
    remove: () => {
      throw new ScriptError("read-only", `${scope}::$${name} cannot be removed`, site);
    },
  };
};

/** `root[key][key]…`: all subscripts of a chain are one path from its root. */
const pathPlace = (context: Context, node: Index, isAsked: boolean): Place => {
  const site = context.site(node);
  const asker = context.owner?.name ?? null;
  const chain: Index[] = [];
  let root: Expression = node;
  for (; root.kind === "Index"; root = root.object) chain.unshift(root);
  const base = compilePlace(context, root, isAsked);
  const rootCount = base.operands.length;
  const keys = chain.map(({ index }) =>
    index === null ? constantOf(null) : context.expression(index),
  );
  const at = ({ run }: Frame): PathPlace => ({ run, asker, site });
  const pathOf = (operands: readonly Value[]): PathKey[] => {
    const path: PathKey[] = [];
    for (let i = 0; i < chain.length; i++) {
      const { index, isPath } = chain[i] as Index; // i is within the list
      const key = index === null ? append : (operands[rootCount + i] ?? null);
      if (!isPath || !(key instanceof HslArray)) path.push(key);
      else for (const part of key.values()) path.push(part);
    }
    return path;
  };
  return {
    operands: [...base.operands, ...keys],
    peek: (frame, operands) => {
      let value = base.peek(frame, operands);
      for (const key of pathOf(operands)) {
        if (value === undefined || key === append) return undefined;
        value = peekElement(value, key, at(frame));
      }
      return value;
    },
    write: (frame, operands, value) => {
      const before = base.peek(frame, operands);
      const after = writePath(before, pathOf(operands), 0, value, at(frame));
      if (after !== before) base.write(frame, operands, after);
    },
    remove: (frame, operands) => {
      const before = base.peek(frame, operands);
      const { container, existed } = removePath(before, pathOf(operands), 0, at(frame));
      if (container !== before && container !== undefined) base.write(frame, operands, container);
      return existed;
    },
  };
};

const slicePlace = (context: Context, node: Slice): Place => {
  const site = context.site(node);
  const base = compilePlace(context, node.object);
  const count = base.operands.length;
  const bound = (expression: Expression | null): Code =>
    expression === null ? constantOf(null) : context.expression(expression);
  const arrayAt = (frame: Frame, operands: readonly Value[]): HslArray => {
    const array = base.peek(frame, operands);
    if (array instanceof HslArray) return array;
    throw new ScriptError("wrong-type", "only a slice of an array can be changed", site);
  };
  const boundsIn = (operands: readonly Value[]) =>
    boundsOf(
      operands[count] ?? null,
      operands[count + 1] ?? null,
      operands[count + 2] ?? null,
      site,
    );
  return {
    operands: [...base.operands, bound(node.first), bound(node.last), bound(node.step)],
    peek: (frame, operands) => {
      const value = base.peek(frame, operands);
      return value === undefined ? undefined : sliceOf(value, boundsIn(operands), site);
    },
    write: (frame, operands, value) => {
      const array = arrayAt(frame, operands);
      frame.run.charge(array.size >> 4, array.size * 16);
      base.write(frame, operands, replaceSlice(array, boundsIn(operands), value, site));
    },
    remove: (frame, operands) => {
      const array = arrayAt(frame, operands);
      const rest = removeSlice(array, boundsIn(operands));
      base.write(frame, operands, rest);
      return rest.size < array.size;
    },
  };
};
