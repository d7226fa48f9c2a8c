/**
 * The language of the history's search box: `from:@example.org -to:x outcome:rejected
 * ip:192.0.2.0/24 size>10MB after:2h`, words and "quoted words". Terms join by
 * "and"; `or` stands between them, `-` or `not` turns one round, `~` matches a part.
 * A query becomes parameterised SQL; a mistake names its position.
 */
import { isIP } from "node:net";
import { outcomes } from "./event.ts";

export type QueryMistake = {
  readonly message: string;
  /** From 0, in the query. */
  readonly start: number;
  readonly end: number;
};

export type CompiledQuery =
  | { readonly ok: true; readonly where: string; readonly values: readonly unknown[] }
  | { readonly ok: false; readonly mistake: QueryMistake };

type Token = {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly isQuoted: boolean;
};

const fields = [
  "from",
  "to",
  "outcome",
  "stage",
  "ip",
  "helo",
  "subject",
  "listener",
  "flow",
  "block",
  "id",
  "user",
  "reply",
  "revision",
  "size",
  "after",
  "before",
] as const;

class Mistake extends Error {
  readonly token: Token;
  constructor(token: Token, message: string) {
    super(message);
    this.token = token;
  }
}

const tokensOf = (query: string): Token[] => {
  const tokens: Token[] = [];
  for (const match of query.matchAll(/-?(?:[a-z]+(?::|~|>=|<=|>|<|=))?"[^"]*"?|\S+/gi)) {
    const text = match[0];
    tokens.push({
      text,
      start: match.index,
      end: match.index + text.length,
      isQuoted: text.includes('"'),
    });
  }
  return tokens;
};

const units: Readonly<Record<string, number>> = { "": 1, b: 1, kb: 1000, mb: 1e6, gb: 1e9 };
const spans: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

const readTime = (token: Token, text: string, now: Date): Date => {
  const span = /^(\d+)([smhdw])$/i.exec(text);
  if (span !== null) {
    return new Date(
      now.getTime() - Number(span[1]) * (spans[(span[2] ?? "").toLowerCase()] ?? 1) * 1000,
    );
  }
  const at = new Date(text);
  if (Number.isNaN(at.getTime()))
    throw new Mistake(token, `“${text}” is no time: write 2h, 3d or 2026-01-31.`);
  return at;
};

const escapeLike = (text: string): string => text.replace(/[\\%_]/g, "\\$&");

const compileTerm = (token: Token, now: Date, parameter: (value: unknown) => string): string => {
  const isNegative = token.text.startsWith("-") && token.text.length > 1;
  const body = isNegative ? token.text.slice(1) : token.text;
  const match = /^([a-z]+)(:|~|>=|<=|>|<|=)(.*)$/is.exec(body);
  const field = fields.find((name) => name === match?.[1]?.toLowerCase());
  const unquote = (text: string): string => text.replace(/^"|"$/g, "");
  let sql: string;
  if (match === null || field === undefined) {
    if (match !== null && /^[a-z]+$/i.test(match[1] ?? "") && match[2] === ":" && !token.isQuoted) {
      throw new Mistake(token, `“${match[1]}” is no field. There are ${fields.join(", ")}.`);
    }
    const part = parameter(`%${escapeLike(unquote(body))}%`);
    sql = `(subject ILIKE ${part} OR sender ILIKE ${part} OR array_to_string(recipients, ' ') ILIKE ${part} OR reply ILIKE ${part})`;
  } else {
    const operator = match[2] ?? ":";
    const value = unquote(match[3] ?? "").trim();
    if (value === "") throw new Mistake(token, `“${field}” has no value.`);
    const part = (column: string): string =>
      `${column} ILIKE ${parameter(`%${escapeLike(value)}%`)}`;
    const term = (name: string): string =>
      `terms @> ARRAY[${parameter(`${name}:${value.toLowerCase()}`)}]`;
    switch (field) {
      case "from":
        sql = operator !== "~" && value.includes("@") ? term("from") : part("coalesce(sender, '')");
        break;
      case "to":
        sql =
          operator !== "~" && value.includes("@")
            ? term("to")
            : part("array_to_string(recipients, ' ')");
        break;
      case "outcome":
        if (!outcomes.some((one) => one === value.toLowerCase())) {
          throw new Mistake(token, `“${value}” is no outcome. There are ${outcomes.join(", ")}.`);
        }
        sql = `outcome = ${parameter(value.toLowerCase())}`;
        break;
      case "ip":
        if (isIP(value.split("/")[0] ?? "") === 0)
          throw new Mistake(token, `“${value}” is no address or network.`);
        sql = value.includes("/") ? `client_address <<= ${parameter(value)}::inet` : term("ip");
        break;
      case "size": {
        const size = /^(\d+(?:\.\d+)?)\s*([kmg]?b)?$/i.exec(value);
        if (size === null) throw new Mistake(token, `“${value}” is no size: write 10MB.`);
        const bytes = Number(size[1]) * (units[(size[2] ?? "").toLowerCase()] ?? 1);
        sql = `size ${operator === ":" || operator === "=" || operator === "~" ? "=" : operator} ${parameter(bytes)}`;
        break;
      }
      case "after":
        sql = `at >= ${parameter(readTime(token, value, now))}`;
        break;
      case "before":
        sql = `at < ${parameter(readTime(token, value, now))}`;
        break;
      case "id":
        if (!/^[0-9a-f-]{36}$/i.test(value))
          throw new Mistake(token, `“${value}” is no message id.`);
        sql = `message_id = ${parameter(value)}::uuid`;
        break;
      case "revision":
        if (!/^\d{1,9}$/.test(value)) throw new Mistake(token, `“${value}” is no revision.`);
        sql = `revision = ${parameter(Number(value))}`;
        break;
      case "stage":
      case "listener":
      case "flow":
        sql = operator === "~" ? part(field) : `${field} = ${parameter(value)}`;
        break;
      case "block":
        sql = operator === "~" ? part("coalesce(node, '')") : `node = ${parameter(value)}`;
        break;
      case "user":
        sql = part("coalesce(sign_in, '')");
        break;
      case "helo":
      case "subject":
      case "reply":
        sql = part(field);
        break;
      default:
        sql = field satisfies never;
    }
  }
  return isNegative ? `NOT (${sql})` : sql;
};

/** `first` numbers the first parameter. */
export const compileQuery = (query: string, now: Date, first = 1): CompiledQuery => {
  const values: unknown[] = [];
  const parameter = (value: unknown): string => {
    values.push(value);
    return `$${first + values.length - 1}`;
  };
  try {
    const groups: string[][] = [[]];
    let negate = false;
    for (const token of tokensOf(query)) {
      const word = token.text.toLowerCase();
      if (word === "and") continue;
      if (word === "or") {
        if (groups.at(-1)?.length === 0) throw new Mistake(token, "“or” stands between two terms.");
        groups.push([]);
        continue;
      }
      if (word === "not") {
        negate = true;
        continue;
      }
      const sql = compileTerm(token, now, parameter);
      groups.at(-1)?.push(negate ? `NOT (${sql})` : sql);
      negate = false;
    }
    if (groups.length > 1 && groups.at(-1)?.length === 0) {
      return {
        ok: false,
        mistake: {
          message: "“or” stands between two terms.",
          start: query.length - 2,
          end: query.length,
        },
      };
    }
    const where = groups
      .filter((group) => group.length > 0)
      .map((group) => `(${group.join(" AND ")})`)
      .join(" OR ");
    return { ok: true, where: where === "" ? "true" : `(${where})`, values };
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    const { start, end } = error.token;
    return { ok: false, mistake: { message: error.message, start, end } };
  }
};
