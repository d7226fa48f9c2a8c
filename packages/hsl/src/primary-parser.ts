/** The tightest forms: literals, names, parentheses, functions, `match`, `isset` and `unset`. */
import type {
  ArrayItem,
  Expression,
  FunctionExpression,
  Match,
  MatchArm,
  Parameter,
  Variable,
} from "./ast.ts";
import { type Cursor, spanOf } from "./cursor.ts";
import { foreignWords, type Token } from "./token.ts";

export const parsePrimary = (cursor: Cursor): Expression => {
  const { token } = cursor;
  const { start, end } = token;
  switch (token.kind) {
    case "number":
      cursor.next();
      return { kind: "Number", value: token.value, start, end };
    case "string":
      cursor.next();
      return { kind: "String", parts: token.parts, start, end };
    case "regex":
      cursor.next();
      return { kind: "Regex", pattern: token.pattern, flags: token.flags, start, end };
    case "variable":
      cursor.next();
      return { kind: "Variable", name: token.text, start, end };
    case "name":
      return parseName(cursor, token);
    case "keyword":
      return parseKeyword(cursor, token);
    case "operator":
      return parseBracketed(cursor, token);
    default:
      return cursor.unexpected("Expected an expression");
  }
};

const cures: Readonly<Record<string, string>> = {
  new: "Write the class's name and its arguments: C(1).",
  elseif: "Write else if.",
  elif: "Write else if.",
  this: "Write $this.",
  self: "Write static::, or the class's name and ::.",
  print: "Write echo.",
  const: "Write an ordinary assignment: $name = value;",
  in: "Use in_array(value, array), or foreach (array as $value).",
  lambda: "Write function ($x) { … }.",
};

const parseName = (cursor: Cursor, token: Token): Expression => {
  if (foreignWords.has(token.text) && cursor.peek().text !== "::") {
    cursor.fail("foreign-word", token, `\`${token.text}\` is not a word of this language.`, {
      cure: cures[token.text],
    });
  }
  cursor.next();
  if (cursor.isOperator("::")) return parseScoped(cursor, token);
  const { text: name, start, end } = token;
  return { kind: "Name", name, isBuiltin: false, start, end };
};

const parseScoped = (cursor: Cursor, scope: Token): Expression => {
  if (scope.text === "self") {
    cursor.report("error", "foreign-word", scope, "There is no `self`.", {
      cure: "Write static::.",
    });
  }
  cursor.expectOperator("::", "after the class's name");
  const { token } = cursor;
  if (token.kind !== "variable" && token.kind !== "name" && token.kind !== "keyword") {
    cursor.unexpected("Expected the name of a member after `::`");
  }
  cursor.next();
  const isVariable = token.kind === "variable";
  const { start } = scope;
  return { kind: "Scoped", scope: scope.text, name: token.text, isVariable, start, end: token.end };
};

const parseKeyword = (cursor: Cursor, token: Token): Expression => {
  const span = spanOf(token);
  switch (token.text) {
    case "true":
    case "false":
      cursor.next();
      return { kind: "Boolean", value: token.text === "true", ...span };
    case "none":
      cursor.next();
      return { kind: "None", ...span };
    case "array": {
      cursor.next();
      const open = cursor.expectOperator("(", "after `array`", { cure: "Write array(…), or […]." });
      const items = parseItems(cursor, open);
      return { kind: "Array", items, start: span.start, end: cursor.previous.end };
    }
    case "builtin": {
      cursor.next();
      const name = cursor.token;
      if (name.kind !== "name") cursor.unexpected("Expected a function's name after `builtin`");
      cursor.next();
      return { kind: "Name", name: name.text, isBuiltin: true, start: span.start, end: name.end };
    }
    case "static":
      cursor.next();
      return parseScoped(cursor, token);
    case "function":
      return parseFunction(cursor);
    case "match":
      return parseMatch(cursor);
    case "isset":
    case "unset":
      return parseTargets(cursor, token.text === "isset" ? "Isset" : "Unset");
    case "yield":
      return cursor.fail("foreign-word", token, "There is no `yield`: functions return once.", {
        cure: "Gather the values in an array, and return that.",
      });
    case "echo":
      return cursor.unexpected("Expected an expression", {
        cure: "`echo` is a statement of its own.",
      });
    default:
      return cursor.unexpected("Expected an expression");
  }
};

const parseBracketed = (cursor: Cursor, token: Token): Expression => {
  if (token.text === "(") {
    cursor.next();
    const inner = cursor.parseExpression();
    cursor.close(token);
    return inner;
  }
  if (token.text === "[") {
    cursor.next();
    const items = parseItems(cursor, token);
    return { kind: "Array", items, start: token.start, end: cursor.previous.end };
  }
  const { previous } = cursor;
  if (token.text === ">" && previous.text === "<" && previous.end === token.start) {
    return cursor.unexpected("Expected an expression", { cure: "Write != for “is not equal”." });
  }
  const isFraction = token.text === "." && cursor.peek().kind === "number";
  return cursor.unexpected("Expected an expression", {
    cure: isFraction
      ? `A number begins with a digit: 0.${cursor.peek().text}.`
      : token.text === "{"
        ? 'An array is written ["key" => value].'
        : undefined,
  });
};

const parseItems = (cursor: Cursor, open: Token): ArrayItem[] => {
  const closer = open.text === "(" ? ")" : "]";
  const items: ArrayItem[] = [];
  while (!cursor.isOperator(closer)) {
    const { start } = cursor.token;
    const isSpread = cursor.takeOperator("...");
    const first = cursor.parseExpression();
    const isKeyed = !isSpread && cursor.takeOperator("=>");
    const value = isKeyed ? cursor.parseExpression() : first;
    items.push({
      kind: "Item",
      key: isKeyed ? first : null,
      value,
      isSpread,
      start,
      end: value.end,
    });
    if (!cursor.takeOperator(",")) break;
  }
  cursor.close(open);
  return items;
};

/** `function ($x) { … }` or `function ($x) closure ($a, $b) { … }`. */
const parseFunction = (cursor: Cursor): FunctionExpression => {
  const { start } = cursor.next();
  if (cursor.token.kind === "name") {
    cursor.unexpected("A function inside an expression has no name", {
      cure: "Assign it to a variable, or declare it as a statement of its own.",
    });
  }
  const parameters = parseParameters(cursor);
  const captures = cursor.takeKeyword("closure") ? parseCaptures(cursor) : [];
  const body = cursor.parseBody();
  return { kind: "Function", parameters, captures, body, start, end: cursor.previous.end };
};

const parseCaptures = (cursor: Cursor): Variable[] => {
  const open = cursor.expectOperator("(", "after `closure`");
  const captures: Variable[] = [];
  while (!cursor.isOperator(")")) {
    captures.push(cursor.expectVariable("a variable to capture"));
    if (!cursor.takeOperator(",")) break;
  }
  cursor.close(open);
  return captures;
};

/** `($a, $b = 1, ...$rest)`; defaults trail, the rest comes last. */
export const parseParameters = (cursor: Cursor): Parameter[] => {
  const open = cursor.expectOperator("(", "before the parameters", {
    cure: "A function without parameters is written f().",
  });
  const parameters: Parameter[] = [];
  while (!cursor.isOperator(")")) {
    const { start } = cursor.token;
    const isRest = cursor.takeOperator("...");
    const { name } = cursor.expectVariable("a parameter");
    const fallback = !isRest && cursor.takeOperator("=") ? cursor.parseExpression() : null;
    const end = cursor.previous.end;
    const parameter: Parameter = { kind: "Parameter", name, fallback, isRest, start, end };
    checkOrder(cursor, parameters, parameter);
    parameters.push(parameter);
    if (!cursor.takeOperator(",")) break;
  }
  cursor.close(open);
  return parameters;
};

const checkOrder = (cursor: Cursor, before: readonly Parameter[], parameter: Parameter): void => {
  if (before.some(({ name }) => name === parameter.name)) {
    cursor.report("error", "duplicate-name", parameter, `\`$${parameter.name}\` is there twice.`);
  }
  const last = before.at(-1);
  if (last?.isRest === true) {
    cursor.report("error", "bad-parameter", parameter, "Nothing can follow the `...` parameter.");
  } else if (last?.fallback && parameter.fallback === null && !parameter.isRest) {
    const message = "A parameter without a default cannot follow one that has one.";
    cursor.report("error", "bad-parameter", parameter, message);
  }
};

const parseMatch = (cursor: Cursor): Match => {
  const { start } = cursor.next();
  const open = cursor.expectOperator("(", "after `match`");
  const subject = cursor.parseExpression();
  cursor.close(open);
  const brace = cursor.expectOperator("{", "before the arms of `match`");
  const arms: MatchArm[] = [];
  while (!cursor.isOperator("}")) {
    arms.push(parseArm(cursor));
    if (!cursor.takeOperator(",")) break;
  }
  const { end } = cursor.close(brace);
  return { kind: "Match", subject, arms, start, end };
};

const parseArm = (cursor: Cursor): MatchArm => {
  const { start } = cursor.token;
  let tests: Expression[] | null = null;
  if (!cursor.takeKeyword("default")) {
    tests = [cursor.parseExpression()];
    while (cursor.takeOperator(",")) tests.push(cursor.parseExpression());
  }
  cursor.expectOperator("=>", "before the value of the arm", {
    cure: "An arm is written value => result.",
  });
  const value = cursor.parseExpression();
  return { kind: "Arm", tests, value, start, end: value.end };
};

const parseTargets = (cursor: Cursor, kind: "Isset" | "Unset"): Expression => {
  const { start, text } = cursor.next();
  const open = cursor.expectOperator("(", `after \`${text}\``, { cure: `Write ${text}(…).` });
  const targets: Expression[] = [];
  while (!cursor.isOperator(")")) {
    const target = cursor.parseExpression();
    const isPlace = ["Variable", "Index", "Member", "Slice", "Scoped"].includes(target.kind);
    if (!isPlace || (kind === "Isset" && target.kind === "Slice")) {
      cursor.report("error", "bad-target", target, `\`${text}\` takes a variable or an element.`);
    }
    targets.push(target);
    if (!cursor.takeOperator(",")) break;
  }
  if (targets.length === 0) cursor.unexpected("Expected a variable");
  const { end } = cursor.close(open);
  return { kind, targets, start, end };
};
