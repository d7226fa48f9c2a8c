/** What may stand on the left of `=`; an array literal there turns out to be a pattern. */
import type { ArrayItem, ArrayLiteral, Expression, Pattern, PatternItem } from "./ast.ts";
import type { Cursor } from "./cursor.ts";

export const isAssignable = (expression: Expression): boolean => {
  switch (expression.kind) {
    case "Variable":
    case "Index":
    case "Slice":
    case "Member":
      return true;
    case "Scoped":
      return expression.isVariable;
    default:
      return false;
  }
};

/** `[$a, $b = 1, ...$rest]` or `["k" => $v = 1]`, read as an array before the `=` was seen. */
export const toPattern = (cursor: Cursor, array: ArrayLiteral): Pattern => {
  const items = array.items.map((item) => toPatternItem(cursor, item));
  const keyed = items.find(({ key }) => key !== null);
  const unkeyed = items.find(({ key }) => key === null);
  if (keyed !== undefined && unkeyed !== undefined) {
    cursor.fail("bad-target", unkeyed, "A pattern has keys everywhere or nowhere.");
  }
  const rest = items.findIndex(({ isRest }) => isRest);
  const misplaced = rest >= 0 && rest < items.length - 1 ? items[rest] : undefined;
  if (misplaced !== undefined)
    cursor.fail("bad-target", misplaced, "`...` comes last in a pattern.");
  return { kind: "Pattern", items, start: array.start, end: array.end };
};

const toPatternItem = (cursor: Cursor, item: ArrayItem): PatternItem => {
  const { value } = item;
  const hasFallback = value.kind === "Assignment" && value.operator === "=" && !item.isSpread;
  const target = hasFallback ? value.target : value;
  return {
    kind: "PatternItem",
    key: item.key,
    target: toTarget(cursor, target),
    fallback: hasFallback ? value.value : null,
    isRest: item.isSpread,
    start: item.start,
    end: item.end,
  };
};

const toTarget = (cursor: Cursor, target: Expression | Pattern): Expression | Pattern => {
  if (target.kind === "Pattern") return target;
  if (target.kind === "Array") return toPattern(cursor, target);
  if (!isAssignable(target)) cursor.fail("bad-target", target, "Nothing can be assigned to this.");
  return target;
};
