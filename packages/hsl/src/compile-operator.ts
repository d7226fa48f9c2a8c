/** Operators. The common ones have closures of their own; the rest go through `operations`. */
import type { Binary, Conditional, Unary } from "./ast.ts";
import type { Context } from "./compile-context.ts";
import { add, concatenate, negate, operations } from "./operators.ts";
import {
  after,
  type Code,
  constantOf,
  type Evaluate,
  ready,
  sequence,
  waiting,
} from "./program.ts";
import { looseEquals, order, strictEquals } from "./values/compare.ts";
import { truthy } from "./values/convert.ts";
import { ScriptError, type Site } from "./values/errors.ts";
import { patternFromText } from "./values/regex.ts";
import type { Value } from "./values/value.ts";
import { plainText } from "./walk.ts";

export const compileBinary = (context: Context, node: Binary): Code => {
  const left = context.expression(node.left);
  const right = constantPattern(node) ?? context.expression(node.right);
  if (node.operator === "and" || node.operator === "or") return logic(node.operator, left, right);
  const site = context.site(node);
  if (!left.waits && !right.waits) {
    const fast = fastBinary(node.operator, left.run, right.run, site);
    if (fast !== undefined) return ready(fast);
  }
  const compare = comparisons.get(node.operator);
  if (compare !== undefined) {
    return sequence([left, right], (_frame, [a = null, b = null]) =>
      placed(() => compare(a, b), site),
    );
  }
  const operate = operations.get(node.operator);
  if (operate === undefined) throw new Error(`no operator ${node.operator}`);
  return sequence([left, right], (frame, [a = null, b = null]) => operate(frame.run, a, b, site));
};

/** A pattern that is written out is compiled once, with the script. */
const constantPattern = ({ operator, right }: Binary): Code | null => {
  const isMatch = operator === "=~" || operator === "!~";
  const text = isMatch ? plainText(right) : null;
  return text === null ? null : constantOf(patternFromText(text));
};

/** Gives an error of a comparison the place it happened at. */
const placed = <T>(compute: () => T, site: Site): T => {
  try {
    return compute();
  } catch (error) {
    if (error instanceof ScriptError) error.site ??= site;
    throw error;
  }
};

const comparisons: ReadonlyMap<string, (a: Value, b: Value) => boolean> = new Map<
  string,
  (a: Value, b: Value) => boolean
>([
  ["==", looseEquals],
  ["!=", (a, b) => !looseEquals(a, b)],
  ["===", strictEquals],
  ["!==", (a, b) => !strictEquals(a, b)],
  ["<", (a, b) => order(a, b) < 0],
  ["<=", (a, b) => order(a, b) <= 0],
  [">", (a, b) => order(a, b) > 0],
  [">=", (a, b) => order(a, b) >= 0],
]);

const fastBinary = (
  operator: string,
  left: Evaluate,
  right: Evaluate,
  site: Site,
): Evaluate | undefined => {
  switch (operator) {
    case "+":
      return (frame) => {
        const a = left(frame);
        const b = right(frame);
        return typeof a === "number" && typeof b === "number" ? a + b : add(frame.run, a, b, site);
      };
    case "-":
      return numbersFirst(left, right, (a, b) => a - b, operator, site);
    case "*":
      return numbersFirst(left, right, (a, b) => a * b, operator, site);
    case ".":
      return (frame) => concatenate(frame.run, left(frame), right(frame), site);
    case "==":
      return (frame) => {
        const a = left(frame);
        const b = right(frame);
        return typeof a === "string" && typeof b === "string" ? a === b : looseEquals(a, b);
      };
    case "!=":
      return (frame) => !looseEquals(left(frame), right(frame));
    case "<":
      return (frame) => {
        const a = left(frame);
        const b = right(frame);
        return typeof a === "number" && typeof b === "number"
          ? a < b
          : placed(() => order(a, b) < 0, site);
      };
    default:
      return undefined;
  }
};

const numbersFirst = (
  left: Evaluate,
  right: Evaluate,
  compute: (a: number, b: number) => number,
  operator: string,
  site: Site,
): Evaluate | undefined => {
  const operate = operations.get(operator);
  if (operate === undefined) return undefined;
  return (frame) => {
    const a = left(frame);
    const b = right(frame);
    return typeof a === "number" && typeof b === "number"
      ? compute(a, b)
      : operate(frame.run, a, b, site);
  };
};

/** `and`, `or`: the right side only when it matters; the value is a boolean. */
const logic = (operator: "and" | "or", left: Code, right: Code): Code => {
  const decided = operator === "or";
  if (!left.waits && !right.waits) {
    const a = left.run;
    const b = right.run;
    return decided
      ? ready((frame) => truthy(a(frame)) || truthy(b(frame)))
      : ready((frame) => truthy(a(frame)) && truthy(b(frame)));
  }
  return waiting((frame) =>
    after(left.run(frame), (a) =>
      truthy(a) === decided ? decided : after(right.run(frame), (b) => truthy(b)),
    ),
  );
};

export const compileUnary = (context: Context, node: Unary): Code => {
  const operand = context.expression(node.operand);
  const site = context.site(node);
  const { operator } = node;
  if (operator === "!" && !operand.waits) {
    const { run } = operand;
    return ready((frame) => !truthy(run(frame)));
  }
  if (operator === "!") return sequence([operand], (_frame, [value = null]) => !truthy(value));
  if (operator === "-" && node.operand.kind === "Number") return constantOf(-node.operand.value);
  return sequence([operand], (_frame, [value = null]) => negate(value, operator, site));
};

export const compileConditional = (context: Context, node: Conditional): Code => {
  const test = context.expression(node.test);
  const yes = node.consequent === null ? null : context.expression(node.consequent);
  const no = context.expression(node.otherwise);
  if (!test.waits && !no.waits && yes?.waits !== true) {
    const [ask, other, chosen] = [test.run, no.run, yes?.run];
    return ready((frame) => {
      const asked = ask(frame);
      if (!truthy(asked)) return other(frame);
      return chosen === undefined ? asked : chosen(frame);
    });
  }
  return waiting((frame) =>
    after(test.run(frame), (asked) => {
      if (!truthy(asked)) return no.run(frame);
      return yes === null ? asked : yes.run(frame);
    }),
  );
};
