/** Expressions → closures: the dispatch, and the forms too small for a file of their own. */
import type {
  ArrayLiteral,
  Expression,
  FunctionExpression,
  Index,
  Match,
  Member,
  ScopedName,
  Slice,
  StringLiteral,
} from "./ast.ts";
import { Closure } from "./callable.ts";
import { computed, constantOf, ready, sequence, waiting } from "./code.ts";
import {
  compileAssignment,
  compileCoalesce,
  compileIsset,
  compileUnset,
  compileUpdate,
} from "./compile-assignment.ts";
import { compileCache } from "./compile-cache.ts";
import { compileCall, functionValue } from "./compile-call.ts";
import type { Context } from "./compile-context.ts";
import { compileBinary, compileConditional, compileUnary } from "./compile-operator.ts";
import { compilePlace } from "./compile-place.ts";
import { compileVariable, readVariable } from "./compile-variable.ts";
import { Operand, operator } from "./compute.ts";
import { bytesOf } from "./limits.ts";
import { objectOf, readMember } from "./members.ts";
import { readElement } from "./path.ts";
import { after, type Code, type Evaluate } from "./program.ts";
import type { Frame } from "./run.ts";
import { boundsOf, sliceOf } from "./slice.ts";
import { HslArray, keyOf } from "./values/array.ts";
import { looseEquals } from "./values/compare.ts";
import { toText } from "./values/convert.ts";
import { ScriptError, type Site } from "./values/errors.ts";
import { HslFunction } from "./values/object.ts";
import { compilePattern } from "./values/regex.ts";
import type { Value } from "./values/value.ts";

export const compileExpression = (context: Context, node: Expression): Code => {
  switch (node.kind) {
    case "Number":
    case "Boolean":
      return constantOf(node.value);
    case "None":
      return constantOf(null);
    case "String":
      return compileString(context, node);
    case "Regex":
      return constantOf(compilePattern(node.pattern, node.flags));
    case "Array":
      return compileArray(context, node);
    case "Variable":
      return compileVariable(context, node.name, node);
    case "Name":
      return compileName(context, node);
    case "Scoped":
      return compileScoped(context, node);
    case "Call":
      return compileCall(context, node);
    case "Index":
      return compileIndex(context, node);
    case "Slice":
      return compileSlice(context, node);
    case "Member":
      return compileMember(context, node);
    case "Unary":
      return compileUnary(context, node);
    case "Update":
      return compileUpdate(context, node);
    case "Binary":
      return compileBinary(context, node);
    case "Coalesce":
      return compileCoalesce(context, node);
    case "Conditional":
      return compileConditional(context, node);
    case "Assignment":
      return compileAssignment(context, node);
    case "Function":
      return compileFunction(context, node);
    case "Match":
      return compileMatch(context, node);
    case "Cache":
      return compileCache(context, node);
    case "Isset":
      return compileIsset(context, node);
    case "Unset":
      return compileUnset(context, node);
  }
};

const compileString = (context: Context, node: StringLiteral): Code => {
  const [only = ""] = node.parts;
  if (node.parts.length <= 1 && typeof only === "string") return constantOf(only);
  const parts = node.parts.map((part): string | Evaluate =>
    typeof part === "string" ? part : readVariable(context, part.name, part),
  );
  return ready((frame) => {
    let text = "";
    for (const part of parts) {
      if (typeof part === "string") {
        text += part;
        continue;
      }
      const value = part(frame);
      text += typeof value === "string" ? value : toText(value);
    }
    frame.run.allocateString(text.length);
    return text;
  });
};

const compileArray = (context: Context, node: ArrayLiteral): Code => {
  const isList = node.items.every(({ key, isSpread }) => key === null && !isSpread);
  if (isList) {
    const codes = node.items.map(({ value }) => context.owned(value));
    const constants = codes.flatMap((code) => (code.waits ? [] : (code.operand.fixed ?? [])));
    if (constants.length === codes.length) {
      const bytes = bytesOf.array + codes.length * bytesOf.item;
      return ready((frame) => {
        frame.run.allocate(bytes);
        return new HslArray(constants.slice()); // of numbers, texts and the like
      });
    }
    return sequence(codes, (frame, values) => {
      frame.run.allocate(bytesOf.array + values.length * bytesOf.item);
      return HslArray.fromList(values);
    });
  }
  const operands = node.items.flatMap(({ key, value }) => [
    key === null ? constantOf(null) : context.expression(key),
    context.owned(value),
  ]);
  const sites = node.items.map((item) => context.site(item));
  return sequence(operands, (frame, values) => {
    const array = new HslArray();
    node.items.forEach((item, i) => {
      const value = values[2 * i + 1] ?? null;
      if (item.isSpread) spreadInto(array, value, sites[i]);
      else if (item.key === null) array.push(value);
      else array.set(keyOf(values[2 * i] ?? null), value);
    });
    frame.run.checkItems(array.size);
    frame.run.charge(array.size >> 4, bytesOf.array + array.size * bytesOf.item);
    return array;
  });
};

const spreadInto = (array: HslArray, value: Value, site: Site | undefined): void => {
  if (!(value instanceof HslArray)) {
    throw new ScriptError("wrong-type", "only an array can be spread", site);
  }
  for (const [key, item] of value) {
    if (typeof key === "number") array.push(item);
    else array.set(key, item);
  }
};

const compileName = (context: Context, node: Extract<Expression, { kind: "Name" }>): Code => {
  const value = functionValue(context, node);
  if (value !== undefined) return constantOf(value);
  const site = context.site(node);
  return ready(() => {
    throw new ScriptError("unknown-function", `there is no function ${node.name}`, site);
  });
};

const compileScoped = (context: Context, node: ScopedName): Code => {
  const site = context.site(node);
  if (!node.isVariable) {
    const value = functionValue(context, node);
    if (value !== undefined) return constantOf(value);
    return ready(() => {
      throw new ScriptError("unknown-member", `there is no ${node.scope}::${node.name}`, site);
    });
  }
  const place = compilePlace(context, node);
  return ready((frame) => {
    const value = place.peek(frame, []);
    if (value !== undefined) return value;
    throw new ScriptError("undefined-variable", `${node.scope}::$${node.name} has no value`, site);
  });
};

const compileIndex = (context: Context, node: Index): Code => {
  const site = context.site(node);
  const asker = context.owner?.name ?? null;
  const object = context.expression(node.object);
  if (node.index === null) {
    return ready(() => {
      throw new ScriptError("bad-target", "`[]` can only be assigned", site);
    });
  }
  const index = context.expression(node.index);
  if (!node.isPath && asker === null && !object.waits && !index.waits) {
    return computed(Operand.operation(operator.element, site, object.operand, index.operand));
  }
  return sequence([object, index], ({ run }, [from = null, at = null]) => {
    const place = { run, asker, site };
    if (!node.isPath || !(at instanceof HslArray)) return readElement(from, at, place);
    let value: Value = from;
    for (const key of at.values()) value = readElement(value, key, place);
    return value;
  });
};

const compileSlice = (context: Context, node: Slice): Code => {
  const site = context.site(node);
  const bounds = [node.first, node.last, node.step].map((bound) =>
    bound === null ? constantOf(null) : context.expression(bound),
  );
  return sequence(
    [context.expression(node.object), ...bounds],
    ({ run }, [value = null, first = null, last = null, step = null]) => {
      const part = sliceOf(value, boundsOf(first, last, step, site), site);
      if (typeof part === "string") run.allocateString(part.length);
      else if (part instanceof HslArray) run.charge(part.size >> 4, part.size * bytesOf.item);
      return part;
    },
  );
};

const compileMember = (context: Context, node: Member): Code => {
  const site = context.site(node);
  const asker = context.owner?.name ?? null;
  const { name } = node;
  return sequence([context.expression(node.object)], (_frame, [value = null]) =>
    readMember(objectOf(value, site), name, asker, site),
  );
};

const compileFunction = (context: Context, node: FunctionExpression): Code => {
  const info = context.shared.closureInfo(node);
  const code = context.shared.userCode(info);
  const taken = node.captures.flatMap(({ name }) => {
    const inner = info.scope.binding(name);
    const outer = context.scope.binding(name);
    return inner.kind === "cell" && outer.kind === "cell"
      ? [{ slot: inner.slot, from: outer.slot }]
      : [];
  });
  return ready((frame: Frame) => {
    frame.run.allocate(bytesOf.object);
    const captured = taken.flatMap(({ slot, from }) => {
      const cell = frame.cells[from];
      return cell === undefined ? [] : [{ slot, cell }];
    });
    return new HslFunction("", new Closure(code, captured, frame.self));
  });
};

const compileMatch = (context: Context, node: Match): Code => {
  const site = context.site(node);
  const subject = context.expression(node.subject);
  const arms = node.arms.flatMap(({ tests, value }) => {
    const code = context.expression(value);
    return (tests ?? []).map((test) => ({ test: context.expression(test), value: code }));
  });
  const otherwise = node.arms.find(({ tests }) => tests === null);
  const fallback: Code =
    otherwise === undefined
      ? ready(() => {
          throw new ScriptError("no-match", "no arm of `match` fits", site);
        })
      : context.expression(otherwise.value);
  const parts = [subject, fallback, ...arms.flatMap(({ test, value }) => [test, value])];
  const from = (frame: Frame, value: Value, start: number): Value | Promise<Value> => {
    for (let i = start; i < arms.length; i++) {
      const arm = arms[i];
      if (arm === undefined) continue;
      const test = arm.test.run(frame);
      if (test instanceof Promise) {
        return test.then((tested) =>
          looseEquals(value, tested) ? arm.value.run(frame) : from(frame, value, i + 1),
        );
      }
      if (looseEquals(value, test)) return arm.value.run(frame);
    }
    return fallback.run(frame);
  };
  const run = (frame: Frame) => after(subject.run(frame), (value) => from(frame, value, 0));
  // when no part can wait, no promise can come out
  return parts.some(({ waits }) => waits) ? waiting(run) : ready(run as Evaluate);
};
