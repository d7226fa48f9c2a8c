/**
 * Where the parser stands in the tokens. A grammar function takes what it
 * expects; a surprise is reported and unwinds to the statement, which skips to
 * its end and goes on, so one mistake does not hide the next.
 */
import type { Expression, Statement, StringLiteral, Variable } from "./ast.ts";
import type { Notes, Report } from "./diagnostic.ts";
import { foreignCure } from "./foreign-names.ts";
import type { Source, Span } from "./source.ts";
import { describeToken, type Token } from "./token.ts";

/** Thrown after the report; caught where a statement begins. */
export class SyntaxAbort {}

/** The rules that the others meet again further down; handed in, so that rules can live in files of their own. */
export type Grammar = {
  readonly expression: (cursor: Cursor) => Expression;
  /** `{ … }` */
  readonly body: (cursor: Cursor) => Statement[];
};

const maxNesting = 200;
/** What a statement is cut short by, and what was probably meant. */
const cuts: ReadonlyMap<string, string> = new Map([
  ["=>", "A function is written function ($x) { return …; }."],
  [",", 'Texts are joined with a dot: "a" . "b".'],
]);

/** By what stands where a bracket should be closed, alone or with the bracket. */
const closingCures: Readonly<Record<string, string>> = {
  in: "There is no `in`: write in_array(value, $list).",
  "[ :": "A key and its value are written key => value.",
};

/** `Reject "no"`: another language would call it. */
const argumentCure = ({ kind, text }: Token, next: Token): string | undefined => {
  const isArgument = next.kind === "string" || next.kind === "number" || next.kind === "variable";
  const isCall = kind === "name" && isArgument && foreignCure(text, false) === undefined;
  return isCall ? `Arguments stand in parentheses: ${text}(…).` : undefined;
};

const closers: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

export class Cursor {
  readonly source: Source;
  readonly report: Report;
  private readonly grammar: Grammar;
  private readonly tokens: readonly Token[];
  private readonly end: Token;
  private at = 0;
  private nesting = 0;
  /** The token at hand: a plain field, since most of what a parser does is look at it. */
  token: Token;

  constructor(source: Source, tokens: readonly Token[], report: Report, grammar: Grammar) {
    this.source = source;
    this.grammar = grammar;
    this.tokens = tokens;
    this.report = report;
    const length = source.text.length;
    this.end = tokens.at(-1) ?? { kind: "end", text: "", start: length, end: length };
    this.token = tokens[0] ?? this.end;
  }

  parseExpression(): Expression {
    return this.grammar.expression(this);
  }

  parseBody(): Statement[] {
    return this.grammar.body(this);
  }

  private moveTo(index: number): void {
    this.at = index;
    this.token = this.tokens[index] ?? this.end;
  }

  get previous(): Token {
    return this.tokens[this.at - 1] ?? { kind: "end", text: "", start: 0, end: 0 };
  }

  peek(distance = 1): Token {
    return this.tokens[this.at + distance] ?? this.end;
  }

  get index(): number {
    return this.at;
  }

  next(): Token {
    const { token } = this;
    if (token.kind !== "end") this.moveTo(this.at + 1);
    return token;
  }

  isOperator(text: string): boolean {
    return this.token.kind === "operator" && this.token.text === text;
  }

  isKeyword(text: string): boolean {
    return this.token.kind === "keyword" && this.token.text === text;
  }

  takeOperator(text: string): boolean {
    const found = this.isOperator(text);
    if (found) this.moveTo(this.at + 1);
    return found;
  }

  takeKeyword(text: string): boolean {
    const found = this.isKeyword(text);
    if (found) this.moveTo(this.at + 1);
    return found;
  }

  expectOperator(text: string, where: string, notes?: Notes): Token {
    if (!this.isOperator(text)) this.unexpected(`Expected \`${text}\` ${where}`, notes);
    return this.next();
  }

  /** A variable, where nothing else may stand. */
  expectVariable(purpose: string): Variable {
    const { kind, text, start, end } = this.token;
    if (kind !== "variable") this.missingVariable(purpose);
    this.next();
    return { kind: "Variable", name: text, start, end };
  }

  private missingVariable(purpose: string): never {
    const { token } = this;
    if (token.kind !== "name") this.unexpected(`Expected ${purpose}`);
    const message = `Expected ${purpose}, but found ${describeToken(token)}.`;
    this.fail("missing-dollar", token, message, {
      cure:
        this.peek().kind === "variable"
          ? `There are no types here: leave ${token.text} away.`
          : `Write $${token.text}.`,
    });
  }

  /** A string without variables. */
  expectLiteral(purpose: string): StringLiteral {
    const { token } = this;
    if (token.kind !== "string" || token.parts.some((part) => typeof part !== "string")) {
      this.unexpected(`Expected ${purpose} between quotes`);
    }
    this.next();
    return { kind: "String", parts: token.parts, ...spanOf(token) };
  }

  /** Any word may name a member, keywords included. */
  expectMemberName(): string {
    const { token } = this;
    if (token.kind !== "name" && token.kind !== "keyword") {
      this.unexpected("Expected the name of a member");
    }
    this.next();
    return token.text;
  }

  /** Takes the `;`: where it ends, the statement does. */
  endOfStatement(): number {
    this.expectSemicolon();
    return this.previous.end;
  }

  /** A missing `;` is reported, and the next statement read as if it were there, when that looks right. */
  expectSemicolon(): void {
    if (!this.takeOperator(";")) this.missingSemicolon();
  }

  private missingSemicolon(): void {
    const { token, previous } = this;
    const startsStatement = token.kind !== "operator" || token.text === "}" || token.text === "{";
    if (token.text === ")" || token.text === "]") {
      this.fail("unexpected-token", token, `This \`${token.text}\` closes nothing.`, {
        cure: "Take it away, or open a bracket before it.",
      });
    }
    if (!startsStatement) {
      this.unexpected("Expected `;`", { cure: cuts.get(token.text) });
    }
    const { line, column } = this.source.position(previous.end);
    const begun = this.source.position(previous.start);
    const spansLines = previous.kind === "string" && begun.line < line;
    const gap = spansLines
      ? { start: previous.start, end: previous.start + 1, message: "this string runs on to here" }
      : { start: previous.end, end: previous.end, message: "`;` is missing here" };
    const called = argumentCure(previous, token);
    const cure = spansLines
      ? `The string before it began at line ${begun.line}, column ${begun.column}: it probably lacks its end there.`
      : (called ?? `Put ; after ${describeToken(previous)}, at line ${line}, column ${column}.`);
    const message = `Expected \`;\` before ${describeToken(token)}.`;
    this.report("error", "missing-semicolon", spanOf(token), message, { cure, related: [gap] });
  }

  expectKeyword(text: string, where: string, notes?: Notes): Token {
    if (!this.isKeyword(text)) this.unexpected(`Expected \`${text}\` ${where}`, notes);
    return this.next();
  }

  /** Takes the bracket that closes `open`, or names it as the one left open. */
  close(open: Token): Token {
    const closer = closers[open.text] ?? ")";
    return this.isOperator(closer) ? this.next() : this.unclosed(open, closer);
  }

  private unclosed(open: Token, closer: string): never {
    const { line, column } = this.source.position(open.start);
    this.fail(
      "unclosed-bracket",
      this.token,
      `Expected \`${closer}\` for the \`${open.text}\` at line ${line}, column ${column}, but found ${describeToken(this.token)}.`,
      {
        cure: closingCures[`${open.text} ${this.token.text}`] ?? closingCures[this.token.text],
        related: [{ ...spanOf(open), message: `this \`${open.text}\` is still open` }],
      },
    );
  }

  /** Reports the current token and unwinds. */
  unexpected(expectation: string, notes?: Notes): never {
    this.fail(
      "unexpected-token",
      this.token,
      `${expectation}, but found ${describeToken(this.token)}.`,
      notes,
    );
  }

  fail(code: string, span: Span, message: string, notes?: Notes): never {
    this.report("error", code, spanOf(span), message, notes);
    throw new SyntaxAbort();
  }

  /** One level deeper, until `leave`; hostile nesting ends the parse instead of the stack. */
  enter(): void {
    this.nesting += 1;
    if (this.nesting <= maxNesting) return;
    const span = this.token;
    this.moveTo(this.tokens.length);
    this.fail("too-deep", span, `More than ${maxNesting} levels of nesting.`, {
      cure: "Use a variable or a function for the inner part.",
    });
  }

  /** After a mistake this is not reached: whoever goes on from there restores the level. */
  leave(): void {
    this.nesting -= 1;
  }

  /** What a rule reads one level deeper. */
  nested<T>(rule: (cursor: Cursor) => T): T {
    this.enter();
    const read = rule(this);
    this.leave();
    return read;
  }

  /** What `rule` reads; after a mistake null, and the cursor stands behind the statement. */
  recover<T>(rule: () => T): T | null {
    const { at: from, nesting } = this;
    try {
      return rule();
    } catch (thrown) {
      if (!(thrown instanceof SyntaxAbort)) throw thrown;
      this.nesting = nesting;
      this.skipStatement();
      if (this.at === from && !this.isOperator("}")) this.next();
      return null;
    }
  }

  /**
   * `( … )` between a keyword and its body; after a mistake null, and the cursor stands
   * before the body, so that the mistakes in there are found too.
   */
  head<T>(keyword: Token, rule: (open: Token) => T): T | null {
    const isOpened = this.isOperator("(");
    const { nesting } = this;
    try {
      if (!isOpened) {
        const cure = `Parentheses belong around it: ${keyword.text} (…).`;
        this.unexpected(`Expected \`(\` after \`${keyword.text}\``, { cure });
      }
      return rule(this.next());
    } catch (thrown) {
      if (!(thrown instanceof SyntaxAbort)) throw thrown;
      this.nesting = nesting;
      const hasBody = this.skipHead(isOpened, keyword.text === "for");
      if (!hasBody) throw thrown;
      return null;
    }
  }

  /** After a mistake in a head: whether a body is left to look at. */
  private skipHead(isOpened: boolean, inFor: boolean): boolean {
    let depth = isOpened ? 1 : Number.POSITIVE_INFINITY;
    while (this.token.kind !== "end" && depth > 0) {
      if (this.isOperator("{") || this.isOperator("}")) return true;
      if (this.isOperator(";") && !inFor) return true;
      if (this.isOperator("(")) depth += 1;
      else if (this.isOperator(")")) depth -= 1;
      this.next();
    }
    while (this.takeOperator(")"));
    return this.token.kind !== "end";
  }

  /** After a mistake: past the `;` or the `}` that ends the statement, or before the `}` around it. */
  skipStatement(): void {
    let depth = 0;
    while (this.token.kind !== "end") {
      if (this.isOperator("{")) depth += 1;
      else if (this.isOperator("}")) {
        if (depth === 0) return;
        depth -= 1;
        if (depth === 0) {
          this.next();
          return;
        }
      } else if (depth === 0 && this.isOperator(";")) {
        this.next();
        return;
      }
      this.next();
    }
  }
}

export const spanOf = ({ start, end }: Span): Span => ({ start, end });
