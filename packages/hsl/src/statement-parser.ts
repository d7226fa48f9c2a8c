/** One rule for each statement (hsl.md §5). */
import type { Block, Case, Expression, If, IfArm, Statement } from "./ast.ts";
import { type Cursor, spanOf } from "./cursor.ts";
import { parseClass, parseFunctionDeclaration, parseImport } from "./declaration-parser.ts";
import { describeToken, type Token } from "./token.ts";

export const parseStatement = (cursor: Cursor): Statement => {
  cursor.enter();
  const { token } = cursor;
  const rule = token.kind === "keyword" ? rules.get(token.text) : undefined;
  const statement = rule === undefined ? parseBare(cursor, token) : rule(cursor, token);
  cursor.leave();
  return statement;
};

/** A statement that no keyword begins. */
const parseBare = (cursor: Cursor, token: Token): Statement => {
  if (cursor.isOperator("{")) return parseBlock(cursor);
  if (cursor.takeOperator(";")) return { kind: "Empty", ...spanOf(token) };
  const expression = cursor.parseExpression();
  return { kind: "Expression", expression, start: token.start, end: cursor.endOfStatement() };
};

const parseBlock = (cursor: Cursor): Block => {
  const { start } = cursor.token;
  const body = cursor.parseBody();
  return { kind: "Block", body, start, end: cursor.previous.end };
};

/** `( … )` after a keyword; remembers both brackets, for the mistake of closing too early. */
const parseHead = (cursor: Cursor, keyword: Token): Expression =>
  cursor.head(keyword, (open) => {
    const test = cursor.parseExpression();
    const close = cursor.close(open);
    if (keyword.text !== "switch") checkConstantTest(cursor, keyword, test);
    checkHeadEnd(cursor, keyword, open, close);
    return test;
  }) ?? missing(keyword);

/** Stands where a mistake was. */
const missing = (token: Token): Expression => ({ kind: "None", ...spanOf(token) });

const isConstant = (value: Expression): boolean =>
  value.kind === "String"
    ? value.parts.every((part) => typeof part === "string")
    : ["Number", "Boolean", "None"].includes(value.kind);

/** `if ($x = 5)` is the same every time, and hardly meant. */
const checkConstantTest = (cursor: Cursor, keyword: Token, test: Expression): void => {
  if (test.kind !== "Assignment" || test.operator !== "=" || !isConstant(test.value)) return;
  cursor.report(
    "warning",
    "assignment-as-condition",
    test,
    `The condition of \`${keyword.text}\` gives a value to a variable, and is the same every time.`,
    { cure: "Write == to compare." },
  );
};

const statementBeginnings: ReadonlySet<string> = new Set([
  ...["{", ";", "[", "(", "++", "--", "-", "+", "!", "~"],
]);

const checkHeadEnd = (cursor: Cursor, keyword: Token, open: Token, close: Token): void => {
  const { token } = cursor;
  const isLogic = token.kind === "keyword" && (token.text === "and" || token.text === "or");
  const canBegin = statementBeginnings.has(token.text);
  if (isLogic || (token.kind === "operator" && !canBegin))
    reportHeadEnd(cursor, keyword, open, close);
};

const reportHeadEnd = (cursor: Cursor, keyword: Token, open: Token, close: Token): void => {
  const { token } = cursor;
  const at = cursor.source.position(open.start);
  const until = cursor.source.position(close.start);
  cursor.report(
    "error",
    "unexpected-token",
    token,
    `Unexpected ${describeToken(token)} after the condition of \`${keyword.text}\`: the \`)\` at line ${until.line}, column ${until.column} closed the \`(\` at line ${at.line}, column ${at.column}.`,
    {
      cure: "Take a `)` away, or put the whole condition in parentheses.",
      related: [
        { ...spanOf(close), message: "this `)` ends the condition" },
        { ...spanOf(open), message: "this `(` began it" },
      ],
    },
  );
  while (cursor.token.kind !== "end" && !["{", "}", ";"].includes(cursor.token.text)) cursor.next();
};

const parseIf = (cursor: Cursor, first: Token): If => {
  const arms: IfArm[] = [];
  let otherwise: Statement | null = null;
  let keyword = first;
  for (;;) {
    const { start } = cursor.next();
    const test = parseHead(cursor, keyword);
    const body = parseStatement(cursor);
    arms.push({ kind: "IfArm", test, body, start, end: body.end });
    keyword = cursor.token;
    if (keyword.kind === "name" && (keyword.text === "elseif" || keyword.text === "elif")) {
      cursor.report("error", "foreign-word", keyword, `There is no \`${keyword.text}\`.`, {
        cure: "Write else if.",
      });
      continue;
    }
    if (!cursor.takeKeyword("else")) break;
    if (!cursor.isKeyword("if")) {
      otherwise = parseStatement(cursor);
      break;
    }
    keyword = cursor.token;
  }
  return { kind: "If", arms, otherwise, start: first.start, end: cursor.previous.end };
};

type Rule = (cursor: Cursor, keyword: Token) => Statement;

const parseWhile: Rule = (cursor, keyword) => {
  cursor.next();
  const test = parseHead(cursor, keyword);
  const body = parseStatement(cursor);
  return { kind: "While", test, body, start: keyword.start, end: body.end };
};

const parseForever: Rule = (cursor, keyword) => {
  cursor.next();
  const body = parseStatement(cursor);
  return { kind: "Forever", body, start: keyword.start, end: body.end };
};

const parts = { cure: "Its three parts are parted by semicolons: for ($i = 0; $i < 9; $i++)." };

const parseFor: Rule = (cursor, keyword) => {
  cursor.next();
  const head = cursor.head(keyword, (open) => {
    const init = parseList(cursor, ";");
    cursor.expectOperator(";", "after the first part of `for`", parts);
    const test = cursor.isOperator(";") ? null : cursor.parseExpression();
    cursor.expectOperator(";", "after the condition of `for`", parts);
    const step = parseList(cursor, ")");
    cursor.close(open);
    return { init, test, step };
  });
  const { init, test, step } = head ?? { init: [], test: null, step: [] };
  const body = parseStatement(cursor);
  return { kind: "For", init, test, step, body, start: keyword.start, end: body.end };
};

const parseList = (cursor: Cursor, end: string): Expression[] => {
  if (cursor.isOperator(end)) return [];
  const list = [cursor.parseExpression()];
  while (cursor.takeOperator(",")) list.push(cursor.parseExpression());
  return list;
};

const parseForeach: Rule = (cursor, keyword) => {
  cursor.next();
  const head = cursor.head(keyword, (open) => {
    const subject = cursor.parseExpression();
    cursor.expectKeyword("as", "after what `foreach` goes through", {
      cure: "Write foreach ($list as $value), or foreach ($list as $key => $value).",
    });
    const first = cursor.expectVariable("a loop variable");
    const second = cursor.takeOperator("=>") ? cursor.expectVariable("a loop variable") : null;
    cursor.close(open);
    return second === null
      ? { subject, key: null, value: first }
      : { subject, key: first, value: second };
  });
  const body = parseStatement(cursor);
  const { subject, key, value } = head ?? {
    subject: missing(keyword),
    key: null,
    value: { kind: "Variable" as const, name: "", ...spanOf(keyword) },
  };
  return { kind: "Foreach", subject, key, value, body, start: keyword.start, end: body.end };
};

const parseSwitch: Rule = (cursor, keyword) => {
  cursor.next();
  const subject = parseHead(cursor, keyword);
  const brace = cursor.expectOperator("{", "before the cases");
  const cases: Case[] = [];
  let hasDefault = false;
  while (!cursor.isOperator("}") && cursor.token.kind !== "end") {
    const label = cursor.token;
    if (cursor.isKeyword("default") && hasDefault) {
      cursor.report("error", "duplicate-case", label, "There is a second `default`.");
    }
    hasDefault ||= cursor.isKeyword("default");
    const found = cursor.recover(() => parseCase(cursor));
    if (found !== null) cases.push(found);
  }
  const { end } = cursor.close(brace);
  return { kind: "Switch", subject, cases, start: keyword.start, end };
};

const parseCase = (cursor: Cursor): Case => {
  const { start } = cursor.token;
  const isDefault = cursor.takeKeyword("default");
  if (!isDefault && !cursor.takeKeyword("case")) {
    cursor.unexpected("Expected `case` or `default`", {
      cure: "Inside switch stand case value: and default:, and behind them statements.",
    });
  }
  const test = isDefault ? null : cursor.parseExpression();
  cursor.expectOperator(":", "after the label");
  const body: Statement[] = [];
  while (!isCaseEnd(cursor)) {
    const statement = cursor.recover(() => parseStatement(cursor));
    if (statement !== null) body.push(statement);
  }
  return { kind: "Case", test, body, start, end: cursor.previous.end };
};

const isCaseEnd = (cursor: Cursor): boolean =>
  cursor.isKeyword("case") ||
  cursor.isKeyword("default") ||
  cursor.isOperator("}") ||
  cursor.token.kind === "end";

const parseTry: Rule = (cursor, keyword) => {
  cursor.next();
  const body = cursor.parseBody();
  cursor.expectKeyword("catch", "after the block of `try`", {
    cure: "Write try { … } catch ($error) { … }.",
  });
  let variable = null;
  if (cursor.isOperator("(")) {
    const open = cursor.next();
    variable = cursor.expectVariable("a variable for what was thrown");
    cursor.close(open);
  }
  const handler = cursor.parseBody();
  const { end } = cursor.previous;
  return { kind: "Try", body, variable, handler, start: keyword.start, end };
};

const parseBarrier: Rule = (cursor, keyword) => {
  cursor.next();
  const name = cursor.parseExpression();
  const shared = cursor.takeOperator("=>") ? cursor.expectVariable("the shared variable") : null;
  const body = cursor.parseBody();
  return { kind: "Barrier", name, shared, body, start: keyword.start, end: cursor.previous.end };
};

const parseGlobal: Rule = (cursor, keyword) => {
  cursor.next();
  const variables = [cursor.expectVariable("a variable")];
  while (cursor.takeOperator(",")) variables.push(cursor.expectVariable("a variable"));
  return { kind: "Global", variables, start: keyword.start, end: cursor.endOfStatement() };
};

const parseInclude: Rule = (cursor, keyword) => {
  cursor.next();
  const path = cursor.expectLiteral("the name of a file");
  const isOnce = keyword.text === "include_once";
  return { kind: "Include", path, isOnce, start: keyword.start, end: cursor.endOfStatement() };
};

const withValue =
  (kind: "Echo" | "Throw"): Rule =>
  (cursor, keyword) => {
    cursor.next();
    return {
      kind,
      value: cursor.parseExpression(),
      start: keyword.start,
      end: cursor.endOfStatement(),
    };
  };

const parseReturn: Rule = (cursor, keyword) => {
  cursor.next();
  const isBare = cursor.isOperator(";") || cursor.isOperator("}") || cursor.token.kind === "end";
  const value = isBare ? null : cursor.parseExpression();
  return { kind: "Return", value, start: keyword.start, end: cursor.endOfStatement() };
};

const bare =
  (kind: "Break" | "Continue"): Rule =>
  (cursor, keyword) => {
    cursor.next();
    if (cursor.token.kind === "number") {
      const span = cursor.next();
      cursor.report("error", "unexpected-token", span, `\`${keyword.text}\` takes no number.`, {
        cure: "It is about the innermost loop; a variable can carry the wish further out.",
      });
    }
    return { kind, start: keyword.start, end: cursor.endOfStatement() };
  };

const strayElse: Rule = (cursor, keyword) =>
  cursor.fail("unexpected-token", keyword, "This `else` has no `if`.", {
    cure: "Before else stands one statement, or a block between braces.",
  });

const strayLabel: Rule = (cursor, keyword) =>
  cursor.fail("unexpected-token", keyword, `\`${keyword.text}\` stands only inside \`switch\`.`);

const strayCatch: Rule = (cursor, keyword) =>
  cursor.fail("unexpected-token", keyword, "This `catch` has no `try`.", {
    cure: "Write try { … } catch ($error) { … }.",
  });

const parseFunctionOrCall: Rule = (cursor, keyword) => {
  if (cursor.peek().kind === "name") return parseFunctionDeclaration(cursor);
  const expression = cursor.parseExpression();
  return { kind: "Expression", expression, start: keyword.start, end: cursor.endOfStatement() };
};

const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ["if", parseIf],
  ["else", strayElse],
  ["case", strayLabel],
  ["default", strayLabel],
  ["catch", strayCatch],
  ["while", parseWhile],
  ["for", parseFor],
  ["forever", parseForever],
  ["foreach", parseForeach],
  ["switch", parseSwitch],
  ["break", bare("Break")],
  ["continue", bare("Continue")],
  ["echo", withValue("Echo")],
  ["throw", withValue("Throw")],
  ["return", parseReturn],
  ["try", parseTry],
  ["barrier", parseBarrier],
  ["global", parseGlobal],
  ["include", parseInclude],
  ["include_once", parseInclude],
  ["import", (cursor) => parseImport(cursor)],
  ["class", (cursor) => parseClass(cursor)],
  ["function", parseFunctionOrCall],
]);
