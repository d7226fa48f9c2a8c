/**
 * The search language of history (`docs/reference/search-syntax.md`): terms joined by
 * "and", `or`, `not` or a leading `-`, parentheses, quotes, `field:value`,
 * `field:~part` and comparisons of size and time. It becomes SQL with parameters;
 * nothing of the text ever becomes SQL.
 */
import { parseNetwork } from "@sluice/hsl";
import { GatewayError } from "../errors.ts";
import { outcomes } from "./event.ts";

export type SearchProblem = {
  readonly message: string;
  /** From 0, in the query's text. */
  readonly start: number;
  readonly end: number;
};

export type SqlCondition = { readonly text: string; readonly values: readonly unknown[] };

export type ParsedQuery =
  | { readonly ok: true; readonly condition: SqlCondition }
  | { readonly ok: false; readonly problem: SearchProblem };

export const searchFields = [
  ...["from", "to", "outcome", "stage", "ip", "helo", "subject", "size", "after", "before"],
  ...["listener", "flow", "block", "user", "reply", "id", "revision"],
] as const;

const maximumTerms = 50;

/** The condition a query stands for; an empty one is true of everything. */
export const parseQuery = (text: string, now: Date): ParsedQuery => {
  try {
    const condition = new Parser(text, now).parse();
    return { ok: true, condition };
  } catch (error) {
    if (error instanceof QueryError) return { ok: false, problem: error.problem };
    throw error;
  }
};

/** The same, with the problem as the error the API tells. */
export const queryCondition = (text: string, now: Date): SqlCondition => {
  const parsed = parseQuery(text, now);
  if (parsed.ok) return parsed.condition;
  const { message, start, end } = parsed.problem;
  throw new GatewayError("INVALID", message, { detail: { start, end, field: "query" } });
};

class QueryError extends Error {
  readonly problem: SearchProblem;
  constructor(message: string, start: number, end: number) {
    super(message);
    this.problem = { message, start, end };
  }
}

type Token = {
  readonly kind: "open" | "close" | "or" | "and" | "not" | "term" | "end";
  readonly text: string;
  readonly start: number;
  readonly end: number;
};

class Parser {
  private readonly tokens: readonly Token[];
  private readonly now: Date;
  private readonly values: unknown[] = [];
  private at = 0;
  private terms = 0;

  constructor(text: string, now: Date) {
    this.tokens = tokenize(text);
    this.now = now;
  }

  parse(): SqlCondition {
    if (this.peek().kind === "end") return { text: "true", values: [] };
    const text = this.any();
    const rest = this.peek();
    if (rest.kind !== "end") {
      throw new QueryError("This closes nothing.", rest.start, rest.end);
    }
    return { text, values: this.values };
  }

  private peek(): Token {
    return this.tokens[this.at] ?? { kind: "end", text: "", start: 0, end: 0 };
  }

  private take(): Token {
    const token = this.peek();
    this.at += 1;
    return token;
  }

  private any(): string {
    const parts = [this.all()];
    while (this.peek().kind === "or") {
      this.take();
      parts.push(this.all());
    }
    return parts.length === 1 ? (parts[0] ?? "true") : `(${parts.join(" OR ")})`;
  }

  private all(): string {
    const parts = [this.one()];
    for (;;) {
      const { kind } = this.peek();
      if (kind === "and") this.take();
      else if (kind === "or" || kind === "close" || kind === "end") break;
      parts.push(this.one());
    }
    return parts.length === 1 ? (parts[0] ?? "true") : `(${parts.join(" AND ")})`;
  }

  private one(): string {
    const token = this.take();
    switch (token.kind) {
      case "not":
        // what is not known is not equal either
        return `NOT coalesce(${this.one()}, false)`;
      case "open": {
        const inner = this.any();
        const close = this.take();
        if (close.kind !== "close") {
          throw new QueryError("This parenthesis is not closed.", token.start, token.end);
        }
        return inner;
      }
      case "term":
        this.terms += 1;
        if (this.terms > maximumTerms) {
          throw new QueryError(`At most ${maximumTerms} terms.`, token.start, token.end);
        }
        return this.term(token);
      default:
        throw new QueryError("Something to search for is missing here.", token.start, token.end);
    }
  }

  private parameter(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  private term(token: Token): string {
    const match = /^([A-Za-z]+)(:|>=|<=|>|<|=)(.*)$/s.exec(token.text);
    if (match === null || token.text.startsWith('"')) return this.anywhere(unquote(token.text));
    const [, given = "", operator = ":", rest = ""] = match;
    const field = given.toLowerCase();
    const valueStart = token.end - rest.length;
    const value = unquote(rest);
    if (value === "") {
      throw new QueryError(`“${given}” has no value.`, token.start, token.end);
    }
    const wrong = (message: string): never => {
      throw new QueryError(message, valueStart, token.end);
    };
    const isOrdered = /[<>]/.test(operator);
    if (isOrdered && field !== "size" && field !== "revision") {
      throw new QueryError(
        `“${given}” cannot be compared with ${operator}.`,
        token.start,
        token.end,
      );
    }
    const isPart = value.startsWith("~");
    const part = value.slice(1);
    switch (field) {
      case "from":
        return isPart ? this.contains("sender", part) : this.address("from", value);
      case "to":
        return isPart
          ? `EXISTS (SELECT FROM unnest(recipients) AS one WHERE one ILIKE ${this.pattern(part)})`
          : this.address("to", value);
      case "ip": {
        const network = parseNetwork(value);
        if (network === undefined || value.includes("-"))
          return wrong("Write an address or a network.");
        return value.includes("/")
          ? `client_address <<= ${this.parameter(value)}::inet`
          : `terms @> ARRAY[${this.parameter(`ip:${value.toLowerCase()}`)}]`;
      }
      case "outcome": {
        const known = outcomes.find((one) => one === value.toLowerCase());
        if (known === undefined) return wrong(`Outcomes are ${outcomes.join(", ")}.`);
        return `outcome = ${this.parameter(known)}`;
      }
      case "stage":
      case "listener":
      case "flow": {
        return isPart
          ? this.contains(field, part)
          : `${field} = ${this.parameter(value.toLowerCase())}`;
      }
      case "block":
        return isPart ? this.contains("node", part) : `node = ${this.parameter(value)}`;
      case "helo":
      case "subject":
      case "reply":
        // words inside a text: the whole is seldom known
        return this.contains(field, isPart ? part : value);
      case "user":
        return isPart
          ? this.contains("sign_in", part)
          : `lower(sign_in) = lower(${this.parameter(value)})`;
      case "id":
        if (!/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(value)) {
          return wrong("A message id looks like 01890a5d-ac96-774b-bcce-b302099a8057.");
        }
        return `message_id = ${this.parameter(value)}::uuid`;
      case "size": {
        const bytes = sizeOf(value) ?? wrong("Write a size such as 500, 20k or 10MB.");
        return `size ${comparison(operator)} ${this.parameter(bytes)}`;
      }
      case "revision":
        if (!/^\d{1,9}$/.test(value)) return wrong("A revision is a number.");
        return `revision ${comparison(operator)} ${this.parameter(Number(value))}`;
      case "after":
      case "before": {
        const time =
          timeOf(value, this.now) ?? wrong("Write 2026-01-31, 2026-01-31T12:00, 2h or 3d.");
        return `at ${field === "after" ? ">=" : "<"} ${this.parameter(time)}`;
      }
      default:
        throw new QueryError(
          `There is no field “${given}”; there are ${searchFields.join(", ")}.`,
          token.start,
          token.start + given.length,
        );
    }
  }

  private address(field: string, value: string): string {
    return `terms @> ARRAY[${this.parameter(`${field}:${value === "<>" ? "" : value.toLowerCase()}`)}]`;
  }

  private contains(column: string, value: string): string {
    return `${column} ILIKE ${this.pattern(value)}`;
  }

  private pattern(value: string): string {
    return this.parameter(`%${value.replace(/[\\%_]/g, "\\$&")}%`);
  }

  /** A word without a field: an address wherever it stands, or a part of a text. */
  private anywhere(word: string): string {
    if (/^[^@\s]*@[^@\s]+$/.test(word)) {
      return `terms && ARRAY[${this.parameter(`from:${word.toLowerCase()}`)}, ${this.parameter(`to:${word.toLowerCase()}`)}]`;
    }
    if (/^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(word)) {
      return `message_id = ${this.parameter(word)}::uuid`;
    }
    const pattern = this.pattern(word);
    return `(subject ILIKE ${pattern} OR sender ILIKE ${pattern} OR array_to_string(recipients, ' ') ILIKE ${pattern})`;
  }
}

const comparison = (operator: string): string => (operator === ":" ? "=" : operator);

/** A quoted value without its quotes; `\"` is a quote. A leading `~` stays. */
const unquote = (text: string): string => {
  const match = /^(~?)"((?:[^"\\]|\\.)*)"$/s.exec(text);
  return match === null ? text : (match[1] ?? "") + (match[2] ?? "").replace(/\\(.)/gs, "$1");
};

const units: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9 };

const sizeOf = (text: string): number | null => {
  const match = /^(\d{1,12}(?:\.\d{1,3})?)\s*([kmg]?)i?b?$/i.exec(text);
  return match === null
    ? null
    : Math.round(Number(match[1]) * (units[(match[2] ?? "").toLowerCase()] ?? 1));
};

const spans: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 604_800 };

/** A date, a moment, or a span before now. */
const timeOf = (text: string, now: Date): Date | null => {
  const span = /^(\d{1,6})([mhdw])$/i.exec(text);
  if (span !== null) {
    const seconds = Number(span[1]) * (spans[(span[2] ?? "").toLowerCase()] ?? 0);
    return new Date(now.getTime() - seconds * 1000);
  }
  if (
    !/^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/.test(
      text,
    )
  ) {
    return null;
  }
  const zoned = /T/.test(text) && !/(?:Z|[+-]\d{2}:?\d{2})$/.test(text) ? `${text}Z` : text;
  const time = new Date(zoned);
  return Number.isNaN(time.getTime()) ? null : time;
};

const tokenize = (text: string): Token[] => {
  const tokens: Token[] = [];
  const add = (kind: Token["kind"], start: number, end: number): void => {
    tokens.push({ kind, text: text.slice(start, end), start, end });
  };
  for (let at = 0; at < text.length; ) {
    const char = text[at] ?? "";
    if (/\s/.test(char)) at += 1;
    else if (char === "(" || char === ")") {
      add(char === "(" ? "open" : "close", at, at + 1);
      at += 1;
    } else if (char === "-" && at + 1 < text.length && !/\s/.test(text[at + 1] ?? "")) {
      add("not", at, at + 1);
      at += 1;
    } else {
      const end = termEnd(text, at);
      const word = text.slice(at, end).toLowerCase();
      const isWord = word === "or" || word === "and" || word === "not";
      add(isWord ? word : "term", at, end);
      at = end;
    }
  }
  tokens.push({ kind: "end", text: "", start: text.length, end: text.length });
  return tokens;
};

/** A term ends at a blank or a parenthesis, but not inside quotes. */
const termEnd = (text: string, start: number): number => {
  let at = start;
  while (at < text.length && !/[\s()]/.test(text[at] ?? "")) {
    if (text[at] !== '"') {
      at += 1;
      continue;
    }
    const opened = at;
    at += 1;
    while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
    if (at >= text.length) {
      throw new QueryError("This quote is not closed.", opened, text.length);
    }
    at += 1;
  }
  return at;
};
