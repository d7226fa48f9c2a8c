/**
 * Expressions that are computed without a closure of their own: constants, variables
 * of the frame, and the common operators on such. A call of a closure that may be any
 * of many costs as much as three additions, so most of a script should need none. They
 * are methods because a method finds the others at once, and a closure finds names of
 * its module only by way of its contexts.
 */
import { add, concatenate, divide, multiply, subtract } from "./operators.ts";
import { readElement } from "./path.ts";
import type { Evaluate } from "./program.ts";
import type { Frame } from "./run.ts";
import { HslArray } from "./values/array.ts";
import { looseEquals, order, strictEquals } from "./values/compare.ts";
import { truthy } from "./values/convert.ts";
import { ScriptError, type Site } from "./values/errors.ts";
import type { Value } from "./values/value.ts";

/** What is done with `left`, `right` and, for a choice, `other`. */
export const operator = {
  call: 0,
  "+": 1,
  "-": 2,
  "*": 3,
  "/": 4,
  ".": 5,
  "==": 6,
  "!=": 7,
  "===": 8,
  "!==": 9,
  "<": 10,
  ">": 11,
  "<=": 12,
  ">=": 13,
  and: 14,
  or: 15,
  "!": 16,
  choice: 17,
  element: 18,
} as const;
export type Operator = (typeof operator)[keyof typeof operator];

/** One expression. All have the same shape, so reading one is never a surprise. */
export class Operand {
  readonly operator: Operator;
  /** The value of a constant. */
  readonly fixed: Value | undefined;
  /** Where the frame keeps a variable; -1: it is none. */
  readonly slot: number;
  readonly left: Operand | null;
  readonly right: Operand | null;
  readonly other: Operand | null;
  readonly site: Site | null;
  /** Evaluates it, whatever it is. */
  readonly run: Evaluate;

  private constructor(
    kind: Operator,
    parts: readonly [Operand, Operand | null, Operand | null] | null,
    site: Site | null,
    fixed: Value | undefined,
    slot: number,
    run: Evaluate | null,
  ) {
    this.operator = kind;
    this.left = parts === null ? null : parts[0];
    this.right = parts === null ? null : parts[1];
    this.other = parts === null ? null : parts[2];
    this.site = site;
    this.fixed = fixed;
    this.slot = slot;
    this.run = run ?? ((frame) => this.read(frame));
  }

  static constant(value: Value): Operand {
    return new Operand(operator.call, null, null, value, -1, () => value);
  }

  /** A variable of the frame; `run` says so when it has no value. */
  static variable(slot: number, run: Evaluate): Operand {
    return new Operand(operator.call, null, null, undefined, slot, run);
  }

  /** Anything else. */
  static of(run: Evaluate): Operand {
    return new Operand(operator.call, null, null, undefined, -1, run);
  }

  /** `site` is where an operator that can fail stands. */
  static operation(
    kind: Operator,
    site: Site | null,
    left: Operand,
    right: Operand | null = null,
    other: Operand | null = null,
  ): Operand {
    return new Operand(kind, [left, right, other], site, undefined, -1, null);
  }

  /** The value of the expression. */
  read(frame: Frame): Value {
    const { slot } = this;
    const value = slot < 0 ? this.fixed : frame.slots[slot];
    return value === undefined ? this.compute(frame) : value;
  }

  /** The same, for a second place that holds it. */
  readShared(frame: Frame): Value {
    const value = this.read(frame);
    return typeof value === "object" && value instanceof HslArray ? value.share() : value;
  }

  /** Whether `if` takes it for true. */
  isTrue(frame: Frame): boolean {
    const value = this.read(frame);
    return typeof value === "boolean" ? value : truthy(value);
  }

  private compute(frame: Frame): Value {
    const { left, right } = this;
    if (left === null) return this.run(frame);
    switch (this.operator) {
      case operator["!"]:
        return !left.isTrue(frame);
      case operator.and:
        return left.isTrue(frame) && (right as Operand).isTrue(frame);
      case operator.or:
        return left.isTrue(frame) || (right as Operand).isTrue(frame);
      case operator.choice: {
        const asked = left.read(frame);
        if (!truthy(asked)) return (this.other as Operand).read(frame);
        return right === null ? asked : right.read(frame);
      }
    }
    const a = left.read(frame);
    const b = (right as Operand).read(frame);
    const { operator: kind } = this;
    // the rest of this is what `applied` and `elementOf` do, too, but without a call
    if (typeof a === "number" && typeof b === "number") {
      switch (kind) {
        case operator["+"]:
          return a + b;
        case operator["-"]:
          return a - b;
        case operator["=="]:
          return a === b;
        case operator["<"]:
          return a < b;
        case operator[">"]:
          return a > b;
        case operator["*"]:
          return a * b;
      }
    } else if (typeof a === "string" && typeof b === "string") {
      switch (kind) {
        case operator["=="]:
          return a === b;
        case operator["!="]:
          return a !== b;
        case operator["."]:
          frame.run.allocateString(a.length + b.length);
          return a + b;
      }
    }
    if (kind !== operator.element) return applied(kind, frame, a, b, this.site as Site);
    return a instanceof HslArray && typeof b === "number"
      ? a.at(b)
      : elementOf(frame, a, b, this.site as Site);
  }
}

/** `$x = value;` with a variable of the frame: what a block does without a call. */
export class Assigning {
  private readonly site: Site;
  private readonly slot: number;
  private readonly value: Operand;
  private readonly isShared: boolean;

  constructor(site: Site, slot: number, value: Operand, isShared: boolean) {
    this.site = site;
    this.slot = slot;
    this.value = value;
    this.isShared = isShared;
  }

  execute(frame: Frame): void {
    frame.run.enter(this.site);
    const { value } = this;
    frame.slots[this.slot] = this.isShared ? value.readShared(frame) : value.read(frame);
  }
}

/** The operators that need both sides. */
export const applied = (kind: Operator, frame: Frame, a: Value, b: Value, site: Site): Value => {
  const areNumbers = typeof a === "number" && typeof b === "number";
  switch (kind) {
    case operator["+"]:
      return areNumbers ? a + b : add(frame.run, a, b, site);
    case operator["-"]:
      return areNumbers ? a - b : subtract(frame.run, a, b, site);
    case operator["*"]:
      return areNumbers ? a * b : multiply(frame.run, a, b, site);
    case operator["/"]:
      return areNumbers && b !== 0 ? a / b : divide(frame.run, a, b, site);
    case operator["."]:
      return concatenate(frame.run, a, b, site);
    case operator["=="]:
      return areNumbers ? a === b : placed(looseEquals, a, b, site);
    case operator["!="]:
      return areNumbers ? a !== b : !placed(looseEquals, a, b, site);
    case operator["==="]:
      return placed(strictEquals, a, b, site);
    case operator["!=="]:
      return !placed(strictEquals, a, b, site);
    case operator["<"]:
      return areNumbers ? a < b : placed(order, a, b, site) < 0;
    case operator[">"]:
      return areNumbers ? a > b : placed(order, a, b, site) > 0;
    case operator["<="]:
      return areNumbers ? a <= b : placed(order, a, b, site) <= 0;
    default:
      return areNumbers ? a >= b : placed(order, a, b, site) >= 0;
  }
};

/** `a[b]`, asked from outside of every class. */
const elementOf = (frame: Frame, a: Value, b: Value, site: Site): Value =>
  a instanceof HslArray && (typeof b === "number" || typeof b === "string")
    ? a.get(b)
    : readElement(a, b, { run: frame.run, asker: null, site });

/** Gives an error of a comparison the place it happened at. */
const placed = <T>(compare: (a: Value, b: Value) => T, a: Value, b: Value, site: Site): T => {
  try {
    return compare(a, b);
  } catch (error) {
    if (error instanceof ScriptError) error.site ??= site;
    throw error;
  }
};
