/** Statements. A mistake costs one statement; the rest of the script is still read. */
import type { Program, Statement } from "./ast.ts";
import { Cursor } from "./cursor.ts";
import { collectDiagnostics, type Diagnostic, hasErrors, sortDiagnostics } from "./diagnostic.ts";
import { parseExpression } from "./expression-parser.ts";
import { type Comment, lex } from "./lexer.ts";
import { Source } from "./source.ts";
import { parseStatement } from "./statement-parser.ts";
import { maxTreeHeight, treeHeight } from "./walk.ts";

export type Parsed = {
  readonly program: Program;
  readonly comments: readonly Comment[];
  readonly diagnostics: readonly Diagnostic[];
};

/** The tree of a script, whatever its state; with errors, it lacks the statements they are in. */
export const parse = (text: string): Parsed => {
  const source = new Source(text);
  const { diagnostics, report } = collectDiagnostics(source);
  const { tokens, comments } = lex(text, report);
  const cursor = new Cursor(source, tokens, report, {
    expression: parseExpression,
    body: parseBody,
  });
  const body: Statement[] = [];
  const large: Statement[] = [];
  while (cursor.token.kind !== "end") {
    const from = cursor.index;
    if (cursor.isOperator("}")) {
      report("error", "unexpected-token", cursor.token, "This `}` closes nothing.", {
        cure: "Take it away, or open a block before it.",
      });
      cursor.next();
      continue;
    }
    const statement = cursor.recover(() => parseStatement(cursor));
    if (statement === null) continue;
    body.push(statement);
    // no tree is higher than it has tokens
    if (cursor.index - from > maxTreeHeight) large.push(statement);
  }
  const program: Program = { kind: "Program", body, source, start: 0, end: text.length };
  if (!hasErrors(diagnostics) && large.some((one) => treeHeight(one) >= maxTreeHeight)) {
    report("error", "too-deep", { start: 0, end: 0 }, "An expression has too many parts.", {
      cure: "Build it in several statements.",
    });
  }
  return {
    program,
    comments,
    diagnostics: diagnostics.length === 0 ? [] : sortDiagnostics(withoutEchoes(diagnostics, text)),
  };
};

/**
 * A string that is never closed swallows the script; what is then missing at its end is
 * no news. Neither is that an expression is missing where something unreadable stands.
 */
const withoutEchoes = (diagnostics: readonly Diagnostic[], text: string): readonly Diagnostic[] => {
  const swallows = diagnostics.some(
    ({ code }) => code === "unclosed-string" || code === "unclosed-comment",
  );
  const behindUnreadable = new Set(
    diagnostics
      .filter(({ code }) => code === "unknown-character" || code === "unclosed-regex")
      .map(({ code, offset, length }) => {
        // what follows an unclosed pattern is taken for a part of it, to the end of its line
        const rest = code === "unclosed-regex" ? /.*/y : /(?:)/y;
        rest.lastIndex = offset + length;
        rest.test(text);
        const from = rest.lastIndex;
        return from + (/^\s*/.exec(text.slice(from, from + 1_000))?.[0].length ?? 0);
      }),
  );
  const unreadable = new Set(
    diagnostics.flatMap(({ code, offset }) => (code.startsWith("unclosed-") ? [offset] : [])),
  );
  return diagnostics.filter(
    ({ code, offset }) =>
      !(code === "missing-semicolon" && unreadable.has(offset)) &&
      !(swallows && offset >= text.length) &&
      !(code === "unexpected-token" && behindUnreadable.has(offset)),
  );
};

/** `{ … }` */
const parseBody = (cursor: Cursor): Statement[] => {
  const open = cursor.expectOperator("{", "before the block");
  const body: Statement[] = [];
  while (!cursor.isOperator("}") && cursor.token.kind !== "end") {
    const statement = cursor.recover(() => parseStatement(cursor));
    if (statement !== null) body.push(statement);
  }
  cursor.close(open);
  return body;
};
