/** Operators: the common ones as operands (`compute.ts`), the rest through `operations`. */
import type { Binary, Conditional, Unary } from "./ast.ts";
import { computed, constantOf, sequence, waiting } from "./code.ts";
import type { Context } from "./compile-context.ts";
import { applied, Operand, type Operator, operator as operators } from "./compute.ts";
import { negate, operations } from "./operators.ts";
import { after, type Code } from "./program.ts";
import { truthy } from "./values/convert.ts";
import { patternFromText } from "./values/regex.ts";
import { plainText } from "./walk.ts";

export const compileBinary = (context: Context, node: Binary): Code => {
  const left = context.expression(node.left);
  const right = constantPattern(node) ?? context.expression(node.right);
  if (node.operator === "and" || node.operator === "or") return logic(node.operator, left, right);
  const site = context.site(node);
  const kind = commonOperator(node.operator);
  if (kind === undefined) {
    const operate = operations.get(node.operator);
    if (operate === undefined) throw new Error(`no operator ${node.operator}`);
    return sequence([left, right], (frame, [a = null, b = null]) => operate(frame.run, a, b, site));
  }
  if (!left.waits && !right.waits) {
    return computed(Operand.operation(kind, site, left.operand, right.operand));
  }
  return sequence([left, right], (frame, [a = null, b = null]) => applied(kind, frame, a, b, site));
};

/** The operand's operator of that sign, for those that need both sides. */
export const commonOperator = (sign: string): Operator | undefined => common.get(sign);

const common: ReadonlyMap<string, Operator> = new Map<string, Operator>(
  (["+", "-", "*", "/", ".", "==", "!=", "===", "!==", "<", ">", "<=", ">="] as const).map(
    (text) => [text, operators[text]],
  ),
);

/** A pattern that is written out is compiled once, with the script. */
const constantPattern = ({ operator, right }: Binary): Code | null => {
  const isMatch = operator === "=~" || operator === "!~";
  const text = isMatch ? plainText(right) : null;
  return text === null ? null : constantOf(patternFromText(text));
};

/** `and`, `or`: the right side only when it matters; the value is a boolean. */
const logic = (operator: "and" | "or", left: Code, right: Code): Code => {
  if (!left.waits && !right.waits) {
    return computed(Operand.operation(operators[operator], null, left.operand, right.operand));
  }
  const decided = operator === "or";
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
    return computed(Operand.operation(operators["!"], null, operand.operand));
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
    const chosen = yes?.operand ?? null;
    return computed(Operand.operation(operators.choice, null, test.operand, chosen, no.operand));
  }
  return waiting((frame) =>
    after(test.run(frame), (asked) => {
      if (!truthy(asked)) return no.run(frame);
      return yes === null ? asked : yes.run(frame);
    }),
  );
};
