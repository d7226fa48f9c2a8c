/** Expressions, by precedence climbing over the table in `token.ts` (hsl.md §4). */
import type { Argument, ArrayLiteral, Assignment, Call, Expression } from "./ast.ts";
import { type Cursor, spanOf } from "./cursor.ts";
import { parsePrimary } from "./primary-parser.ts";
import { isAssignable, toPattern } from "./target-parser.ts";
import { assignmentOperators, binaryPrecedence, precedence, type Token } from "./token.ts";

/** A whole expression: an assignment or something tighter. */
export const parseExpression = (cursor: Cursor): Expression => {
  cursor.enter();
  let expression = parseConditional(cursor);
  const { token } = cursor;
  if (token.kind === "operator" && assignmentOperators.has(token.text)) {
    const target = assignmentTarget(cursor, expression, token.text);
    cursor.next();
    const value = parseExpression(cursor);
    expression = {
      kind: "Assignment",
      operator: token.text,
      target,
      value,
      start: expression.start,
      end: value.end,
    };
  }
  cursor.leave();
  return expression;
};

const assignmentTarget = (
  cursor: Cursor,
  left: Expression,
  operator: string,
): Assignment["target"] => {
  if (isAssignable(left)) return left;
  if (left.kind === "Array" && operator === "=") return toPattern(cursor, left);
  return badTarget(cursor, left);
};

const badTarget = (cursor: Cursor, left: Expression): never => {
  if (left.kind === "Name") {
    cursor.fail("missing-dollar", left, `\`${left.name}\` is not a variable.`, {
      cure: `Write $${left.name}.`,
    });
  }
  const cure =
    left.kind === "Binary"
      ? "Put the assignment in parentheses; or write == to compare."
      : "On the left stands a variable, an element or a member.";
  return cursor.fail("bad-target", cursor.token, `Nothing can be assigned to this.`, {
    cure,
    related: [{ ...spanOf(left), message: "this is no variable" }],
  });
};

const parseConditional = (cursor: Cursor): Expression => {
  const test = parseCoalesce(cursor);
  const { kind, text } = cursor.token;
  if (kind !== "operator" || (text !== "?" && text !== "?:")) return test; // nearly always
  if (cursor.takeOperator("?:")) return conditional(test, null, parseConditional(cursor));
  const question = cursor.next();
  if (cursor.takeOperator(":")) return conditional(test, null, parseConditional(cursor));
  const consequent = parseExpression(cursor);
  cursor.expectOperator(":", "between the two choices of `?`", {
    related: [{ ...spanOf(question), message: "the `?` stands here" }],
  });
  return conditional(test, consequent, cursor.nested(parseConditional));
};

const conditional = (
  test: Expression,
  consequent: Expression | null,
  otherwise: Expression,
): Expression => ({
  kind: "Conditional",
  test,
  consequent,
  otherwise,
  start: test.start,
  end: otherwise.end,
});

const parseCoalesce = (cursor: Cursor): Expression => {
  const left = parseBinary(cursor, precedence.binary);
  if (!cursor.isOperator("??")) return left;
  if (!isAssignable(left)) {
    cursor.report("error", "bad-target", left, "`??` needs a variable or an element on its left.", {
      cure: "Write ?: to choose by truth.",
    });
  }
  cursor.next();
  const right = cursor.nested(parseCoalesce);
  return { kind: "Coalesce", left, right, start: left.start, end: right.end };
};

const parseBinary = (cursor: Cursor, minimum: number): Expression => {
  const firstIndex = cursor.index;
  let left = parseUnary(cursor);
  let isGrouped = cursor.previous.text === ")" && cursor.index - firstIndex > 1;
  for (;;) {
    const { token } = cursor;
    if (token.kind !== "operator" && token.kind !== "keyword") return left;
    const level = binaryPrecedence.get(token.text);
    if (level === undefined || level < minimum) return left;
    cursor.next();
    const rightToken = cursor.token;
    cursor.enter();
    const right = parseBinary(cursor, level + 1);
    cursor.leave();
    if (token.text === "or") {
      const isRightBare = rightToken.start >= right.start;
      checkMixedLogic(cursor, token, isGrouped ? null : left, isRightBare ? right : null);
    }
    left = {
      kind: "Binary",
      operator: token.text,
      left,
      right,
      start: left.start,
      end: right.end,
    };
    isGrouped = false;
  }
};

/** `left` and `right` are null when they stand in parentheses. */
const checkMixedLogic = (
  cursor: Cursor,
  token: Token,
  left: Expression | null,
  right: Expression | null,
): void => {
  const isAnd = (side: Expression | null): boolean =>
    side?.kind === "Binary" && side.operator === "and";
  if (!isAnd(left) && !isAnd(right)) return;
  cursor.report("advice", "mixed-logic", token, "`and` binds tighter than `or` here.", {
    cure: "Put the part that belongs together in parentheses.",
  });
};

const unaryOperators: ReadonlyMap<string, "!" | "-" | "+" | "~"> = new Map([
  ["!", "!"],
  ["not", "!"],
  ["-", "-"],
  ["+", "+"],
  ["~", "~"],
]);

const parseUnary = (cursor: Cursor): Expression => {
  const { token } = cursor;
  if (token.kind === "variable" || token.kind === "number") return parsePower(cursor); // most
  if (token.kind === "keyword" && token.text === "cache") return parseCache(cursor);
  if (token.kind === "name" && token.text === "new") return parseNew(cursor, token);
  if (token.kind !== "operator" && token.kind !== "keyword") return parsePower(cursor);
  if (token.text === "++" || token.text === "--") return parseUpdate(cursor, token.text);
  const operator = unaryOperators.get(token.text);
  if (operator === undefined) return parsePower(cursor);
  cursor.next();
  const operand = cursor.nested(parseUnary);
  return { kind: "Unary", operator, operand, start: token.start, end: operand.end };
};

/** Not of this language, but what is meant is plain. */
const parseNew = (cursor: Cursor, token: Token): Expression => {
  if (cursor.peek().kind !== "name") return parsePower(cursor);
  cursor.report("error", "foreign-word", token, "There is no `new`.", {
    cure: `Write ${cursor.peek().text}(…).`,
  });
  cursor.next();
  return parseUnary(cursor);
};

const parseUpdate = (cursor: Cursor, operator: "++" | "--"): Expression => {
  const { start } = cursor.next();
  const target = cursor.nested(parseUnary);
  requireAssignable(cursor, target, operator);
  return { kind: "Update", operator, isPrefix: true, target, start, end: target.end };
};

const parsePower = (cursor: Cursor): Expression => {
  const left = parsePostfix(cursor, parsePrimary(cursor));
  if (!cursor.takeOperator("**")) return left;
  const right = cursor.nested(parseUnary);
  return { kind: "Binary", operator: "**", left, right, start: left.start, end: right.end };
};

const parseCache = (cursor: Cursor): Expression => {
  const { start, end } = cursor.next();
  const options: Expression =
    cursor.token.kind === "name"
      ? { kind: "Array", items: [], start: end, end }
      : parsePrimary(cursor);
  if (options.kind !== "Array") {
    cursor.fail("bad-cache", options, "`cache` takes its options between brackets.", {
      cure: 'Write cache ["ttl" => 60] f(…), or cache f(…).',
    });
  }
  const call = cursor.nested(() => parsePostfix(cursor, parsePrimary(cursor)));
  if (call.kind !== "Call" || call.callee.kind !== "Name") {
    cursor.fail("bad-cache", call, "`cache` stands before the call of a named function.");
  }
  return {
    kind: "Cache",
    options: options as ArrayLiteral,
    call: call as Call,
    start,
    end: call.end,
  };
};

const requireAssignable = (cursor: Cursor, target: Expression, operator: string): void => {
  if (isAssignable(target)) return;
  cursor.report("error", "bad-target", target, `\`${operator}\` needs a variable or an element.`);
};

/** Calls, subscripts, members and `++` after an expression. */
const parsePostfix = (cursor: Cursor, first: Expression): Expression => {
  let expression = first;
  for (;;) {
    const { token } = cursor;
    if (token.kind !== "operator") return expression;
    const { start } = expression;
    switch (token.text) {
      case "(": {
        const args = parseArguments(cursor);
        expression = { kind: "Call", callee: expression, args, start, end: cursor.previous.end };
        break;
      }
      case "[":
        expression = parseSubscript(cursor, expression);
        break;
      case "->": {
        cursor.next();
        const name = cursor.expectMemberName();
        const end = cursor.previous.end;
        expression = { kind: "Member", object: expression, name, start, end };
        break;
      }
      case "++":
      case "--":
        requireAssignable(cursor, expression, token.text);
        cursor.next();
        expression = {
          kind: "Update",
          operator: token.text,
          isPrefix: false,
          target: expression,
          start,
          end: token.end,
        };
        break;
      default:
        return expression;
    }
  }
};

const parseArguments = (cursor: Cursor): Argument[] => {
  const open = cursor.expectOperator("(", "before the arguments");
  const args: Argument[] = [];
  while (!cursor.isOperator(")")) {
    const { start } = cursor.token;
    const isSpread = cursor.takeOperator("...");
    const value = parseExpression(cursor);
    args.push({ kind: "Argument", value, isSpread, start, end: value.end });
    if (!cursor.takeOperator(",")) break;
  }
  cursor.close(open);
  return args;
};

/** `[i]`, `[]`, `[...path]` or the slice `[first:last:step]`. */
const parseSubscript = (cursor: Cursor, object: Expression): Expression => {
  const open = cursor.next();
  const { start } = object;
  if (cursor.isOperator("]")) {
    return { kind: "Index", object, index: null, isPath: false, start, end: cursor.next().end };
  }
  const isPath = cursor.takeOperator("...");
  const first = atColon(cursor) ? null : parseExpression(cursor);
  if (isPath || !atColon(cursor)) {
    const end = cursor.close(open).end;
    return { kind: "Index", object, index: first, isPath, start, end };
  }
  const bounds: (Expression | null)[] = [first];
  while (atColon(cursor) && bounds.length < 3) {
    // `[::2]` reaches us with one `::`, `[1::2]` too
    if (cursor.takeOperator("::")) bounds.push(null);
    else cursor.next();
    bounds.push(atColon(cursor) || cursor.isOperator("]") ? null : parseExpression(cursor));
  }
  const end = cursor.close(open).end;
  const [, last = null, step = null] = bounds;
  return { kind: "Slice", object, first, last, step, start, end };
};

const atColon = (cursor: Cursor): boolean => cursor.isOperator(":") || cursor.isOperator("::");
