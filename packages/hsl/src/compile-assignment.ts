/** `=`, its compound forms, `++`, destructuring, `isset`, `unset` and `??`. */
import type { Assignment, Coalesce, Expression, Isset, Pattern, Unset, Update } from "./ast.ts";
import { computed, constantOf, evaluateAll, ready, sequence, waiting } from "./code.ts";
import { type Context, isFresh, share } from "./compile-context.ts";
import { commonOperator } from "./compile-operator.ts";
import { compilePlace, type Place } from "./compile-place.ts";
import { compileVariable, ownSlot, writeVariable } from "./compile-variable.ts";
import { Assigning, Operand } from "./compute.ts";
import { operations } from "./operators.ts";
import { after, type Code, type MaybeWait, type Signal, type Step, signal } from "./program.ts";
import type { Frame } from "./run.ts";
import { sliceOf } from "./slice.ts";
import { HslArray, keyOf } from "./values/array.ts";
import { ScriptError, type Site } from "./values/errors.ts";
import type { Value } from "./values/value.ts";

export const compileAssignment = (context: Context, node: Assignment): Code => {
  const { target, operator } = node;
  if (target.kind === "Pattern") return destructuring(context, target, node.value);
  if (operator === "??=") return assignMissing(context, target, node.value);
  if (operator !== "=") return compound(context, node, target);
  const value = context.owned(node.value);
  if (target.kind === "Variable") return assignVariable(context, target.name, target, value);
  const place = compilePlace(context, target);
  const count = place.operands.length;
  const [key] = place.operands;
  const slot =
    target.kind === "Index" && target.object.kind === "Variable"
      ? ownSlot(context, target.object.name)
      : null;
  if (slot !== null && key?.waits === false && !value.waits) {
    return assignElement(slot, key.operand, value.operand, place);
  }
  return sequence([...place.operands, value], (frame, values) => {
    const assigned = values[count] ?? null;
    place.write(frame, values, assigned);
    return assigned;
  });
};

/**
 * `$x = value;` as a statement of its own, the commonest of all: counted, computed and
 * stored in one call. Null for every other assignment.
 */
export const compileAssignmentStep = (
  context: Context,
  { target, operator, value: node }: Assignment,
  site: Site,
): Step | null => {
  const slot =
    operator === "=" && target.kind === "Variable" ? ownSlot(context, target.name) : null;
  if (slot === null) return null;
  const value = context.expression(node);
  const isShared = !isFresh(node);
  if (value.waits) {
    const store = (frame: Frame, assigned: Value): Signal => {
      frame.slots[slot] = isShared ? share(assigned) : assigned;
      return signal.next;
    };
    return {
      waits: true,
      run: (frame) => {
        frame.run.enter(site);
        return after(value.run(frame), (assigned) => store(frame, assigned));
      },
    };
  }
  const assigning = new Assigning(site, slot, value.operand, isShared);
  const { next } = signal;
  const run = (frame: Frame): Signal => {
    assigning.execute(frame);
    return next;
  };
  return { waits: false, run, assigning };
};

/** `$a[key] = value` in a variable of the frame: most often an element that is there. */
const assignElement = (slot: number, key: Operand, value: Operand, place: Place): Code =>
  ready((frame) => {
    const at = key.read(frame);
    const assigned = value.read(frame);
    const array = frame.slots[slot];
    if (typeof at === "number" && array instanceof HslArray && array.replace(at, assigned)) {
      return assigned;
    }
    place.write(frame, [at], assigned);
    return assigned;
  });

const assignVariable = (context: Context, name: string, span: Expression, value: Code): Code => {
  const slot = ownSlot(context, name);
  if (slot !== null && !value.waits) {
    const { operand } = value;
    return ready((frame) => {
      const assigned = operand.read(frame);
      frame.slots[slot] = assigned;
      return assigned;
    });
  }
  const write = writeVariable(context, name, span);
  return sequence([value], (frame, [assigned = null]) => {
    write(frame, assigned);
    return assigned;
  });
};

const undefinedPlace = (target: Expression, site: Site): ScriptError =>
  target.kind === "Variable"
    ? new ScriptError("undefined-variable", `$${target.name} has no value here`, site)
    : new ScriptError("undefined-variable", "the element has no value yet", site);

/** `target op= value`: the place's own expressions run once. */
const compound = (context: Context, node: Assignment, target: Expression): Code => {
  const site = context.site(node);
  const operate = operations.get(node.operator.slice(0, -1));
  if (operate === undefined) return constantOf(null);
  const value = context.expression(node.value);
  const sum = computedInPlace(context, node, target, value);
  if (sum !== null) return sum;
  const place = compilePlace(context, target);
  return sequence([...place.operands, value], (frame, values) => {
    const before = place.peek(frame, values);
    if (before === undefined) throw undefinedPlace(target, site);
    const after = operate(frame.run, before, values[place.operands.length] ?? null, site);
    place.write(frame, values, after);
    return after;
  });
};

/** `$x += 1` and its like are `$x = $x + 1` where the value can change nothing. */
const computedInPlace = (
  context: Context,
  { operator, value: node }: Assignment,
  target: Expression,
  value: Code,
): Code | null => {
  const isPlain = node.kind === "Number" || node.kind === "String" || node.kind === "Variable";
  const kind = commonOperator(operator.slice(0, -1));
  if (target.kind !== "Variable" || kind === undefined || !isPlain || value.waits) return null;
  const before = compileVariable(context, target.name, target);
  if (ownSlot(context, target.name) === null || before.waits) return null;
  const site = context.site(target);
  const sum = computed(Operand.operation(kind, site, before.operand, value.operand));
  return assignVariable(context, target.name, target, sum);
};

export const compileUpdate = (context: Context, node: Update): Code => {
  const site = context.site(node);
  const { target, isPrefix } = node;
  const by = node.operator === "++" ? 1 : -1;
  const step = (before: Value | undefined): number => {
    if (before === undefined) throw undefinedPlace(target, site);
    if (typeof before === "number") return before + by;
    throw new ScriptError("wrong-type", `\`${node.operator}\` needs a number`, site);
  };
  if (target.kind === "Variable") {
    const slot = ownSlot(context, target.name);
    if (slot !== null) {
      return ready(({ slots }) => {
        const after = step(slots[slot]);
        slots[slot] = after;
        return isPrefix ? after : after - by;
      });
    }
  }
  const place = compilePlace(context, target);
  return sequence(place.operands, (frame, operands) => {
    const before = place.peek(frame, operands);
    const after = step(before);
    place.write(frame, operands, after);
    return isPrefix ? after : (before ?? null);
  });
};

/** Operands first, then `peek`; the other side only when there is nothing. */
const whenMissing = (
  place: Place,
  other: Code,
  take: (frame: Frame, operands: readonly Value[], value: Value) => Value,
): Code => {
  const decide = (frame: Frame, operands: readonly Value[]): MaybeWait<Value> => {
    const present = place.peek(frame, operands);
    if (present !== undefined && present !== null) return present;
    return after(other.run(frame), (value) => take(frame, operands, value));
  };
  if (other.waits || place.operands.some(({ waits }) => waits)) {
    return waiting((frame) =>
      after(evaluateAll(place.operands, frame), (operands) => decide(frame, operands)),
    );
  }
  const { run } = other;
  return sequence(place.operands, (frame, operands) => {
    const present = place.peek(frame, operands);
    return present ?? take(frame, operands, run(frame));
  });
};

export const compileCoalesce = (context: Context, { left, right }: Coalesce): Code =>
  whenMissing(
    compilePlace(context, left, true),
    context.expression(right),
    (_f, _o, value) => value,
  );

const assignMissing = (context: Context, target: Expression, node: Expression): Code => {
  const place = compilePlace(context, target);
  return whenMissing(place, context.owned(node), (frame, operands, value) => {
    place.write(frame, operands, value);
    return value;
  });
};

/** A variable that holds none is not set. */
export const compileIsset = (context: Context, { targets }: Isset): Code => {
  const places = targets.map((target) => compilePlace(context, target, true));
  const tests = places.map((place) =>
    sequence(place.operands, (frame, operands) => (place.peek(frame, operands) ?? null) !== null),
  );
  return sequence(tests, (_frame, values) => values.every((value) => value === true));
};

export const compileUnset = (context: Context, { targets }: Unset): Code => {
  const removals = targets.map((target) => {
    const place = compilePlace(context, target);
    return sequence(place.operands, (frame, operands) => place.remove(frame, operands));
  });
  return sequence(removals, (_frame, values) => values.every((value) => value === true));
};

/** `[$a, $b = 1, ...$rest] = value`; what is missing becomes its default, or none. */
const destructuring = (context: Context, pattern: Pattern, node: Expression): Code => {
  const value = context.owned(node);
  const unpack = compilePattern(context, pattern);
  return waitsOrReady(value.waits || unpack.waits, (frame) =>
    after(value.run(frame), (source) => after(unpack.run(frame, source), () => source)),
  );
};

const waitsOrReady = (waits: boolean, run: (frame: Frame) => MaybeWait<Value>): Code =>
  // code whose parts cannot wait gives no promise
  waits ? waiting(run) : ready(run as (frame: Frame) => Value);

type Unpack = {
  readonly waits: boolean;
  readonly run: (frame: Frame, source: Value) => MaybeWait<unknown>;
};

const compilePattern = (context: Context, pattern: Pattern): Unpack => {
  const items = pattern.items.map((item, index) => {
    const key = item.key === null ? constantOf(index) : context.expression(item.key);
    const fallback = item.fallback === null ? constantOf(null) : context.owned(item.fallback);
    const inner = item.target.kind === "Pattern" ? compilePattern(context, item.target) : null;
    const place = item.target.kind === "Pattern" ? null : compilePlace(context, item.target);
    const operands = place?.operands ?? [];
    const store = (frame: Frame, value: Value): MaybeWait<unknown> => {
      if (inner !== null) return inner.run(frame, value);
      return after(evaluateAll(operands, frame), (values) =>
        place?.write(frame, values, share(value)),
      );
    };
    const run = (frame: Frame, source: Value): MaybeWait<unknown> => {
      if (item.isRest) return store(frame, restOf(source, index, context.site(item)));
      return after(key.run(frame), (at) => {
        const found = source instanceof HslArray ? elementOf(source, at) : undefined;
        if (found !== undefined) return store(frame, found);
        return after(fallback.run(frame), (value) => store(frame, value));
      });
    };
    const waits =
      key.waits || fallback.waits || inner?.waits === true || operands.some((code) => code.waits);
    return { waits, run };
  });
  const run = (frame: Frame, source: Value, from = 0): MaybeWait<unknown> => {
    for (let i = from; i < items.length; i++) {
      const stored = items[i]?.run(frame, source);
      if (stored instanceof Promise) return stored.then(() => run(frame, source, i + 1));
    }
    return undefined;
  };
  return { waits: items.some(({ waits }) => waits), run };
};

const elementOf = (array: HslArray, key: Value): Value | undefined => {
  const index = keyOf(key);
  const value = array.get(index);
  return value === null && !array.has(index) ? undefined : value;
};

const restOf = (source: Value, from: number, site: Site): Value =>
  source instanceof HslArray
    ? sliceOf(source, { first: from, last: null, step: 1 }, site)
    : new HslArray();
