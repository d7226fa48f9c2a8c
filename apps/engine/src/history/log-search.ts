/**
 * Searches the log: plain text, a message id, `messageid:queueid`, a queue id, or
 * /a pattern/; says which of them it understood. Patterns run on the linear engine
 * over a bounded number of rows.
 */
import { compilePattern, encodeText, ScriptError } from "@sluice/hsl";
import type pg from "pg";
import { GatewayError } from "../errors.ts";

export type LogRow = {
  readonly id: string;
  readonly at: string;
  readonly level: string;
  readonly component: string;
  readonly messageId: string | null;
  readonly queueId: string | null;
  readonly text: string;
};

export type LogTableRow = {
  id: string;
  at: Date;
  level: string;
  component: string;
  message_id: string | null;
  queue_id: string | null;
  text: string;
};

export const logRowOf = (row: LogTableRow): LogRow => ({
  id: row.id,
  at: row.at.toISOString(),
  level: row.level,
  component: row.component,
  messageId: row.message_id,
  queueId: row.queue_id,
  text: row.text,
});

export type LogSearch = {
  readonly search: (page: {
    text: string;
    level: string | null;
    cursor: string | null;
    limit: number;
  }) => Promise<{ rows: readonly LogRow[]; nextCursor: string | null; understoodAs: string }>;
  readonly context: (id: string, lines: number) => Promise<readonly LogRow[]>;
};

export type LogQuery =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "message id"; readonly messageId: string }
  | { readonly kind: "message and queue id"; readonly messageId: string; readonly queueId: string }
  | { readonly kind: "queue id"; readonly queueId: string }
  | { readonly kind: "pattern"; readonly pattern: string; readonly flags: string };

const uuid = "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}";

export const understandLogQuery = (given: string): LogQuery => {
  const text = given.trim();
  if (new RegExp(`^${uuid}$`, "i").test(text))
    return { kind: "message id", messageId: text.toLowerCase() };
  const both = new RegExp(`^(${uuid}):(\\d{1,19})$`, "i").exec(text);
  if (both !== null)
    return {
      kind: "message and queue id",
      messageId: (both[1] ?? "").toLowerCase(),
      queueId: both[2] ?? "",
    };
  if (/^\d{3,19}$/.test(text)) return { kind: "queue id", queueId: text };
  const pattern = /^\/(.+)\/([a-z]*)$/s.exec(text);
  if (pattern !== null)
    return { kind: "pattern", pattern: pattern[1] ?? "", flags: pattern[2] ?? "" };
  return { kind: "text", text };
};

const levels = ["debug", "info", "warn", "error"];
const columns = "id, at, level, component, message_id, queue_id, text";
const scanned = 200_000;
const step = 5000;

export const createLogSearch = ({ pool }: { pool: pg.Pool }): LogSearch => {
  const select = async (
    terms: readonly string[],
    values: unknown[],
    limit: number,
  ): Promise<LogTableRow[]> => {
    const { rows } = await pool.query<LogTableRow>(
      `SELECT ${columns} FROM log_line WHERE ${terms.join(" AND ")} ORDER BY id DESC LIMIT ${limit}`,
      values,
    );
    return rows;
  };

  return {
    search: async ({ text, level, cursor, limit }) => {
      const query = understandLogQuery(text);
      const values: unknown[] = [];
      const terms = ["true"];
      const add = (term: (parameter: string) => string, value: unknown): void => {
        values.push(value);
        terms.push(term(`$${values.length}`));
      };
      if (level !== null)
        add((p) => `level = ANY (${p}::text[])`, levels.slice(Math.max(0, levels.indexOf(level))));
      if (query.kind === "message id" || query.kind === "message and queue id")
        add((p) => `message_id = ${p}::uuid`, query.messageId);
      if (query.kind === "queue id" || query.kind === "message and queue id")
        add((p) => `queue_id = ${p}::bigint`, query.queueId);
      if (query.kind === "text" && query.text !== "")
        add((p) => `position(lower(${p}) in lower(text)) > 0`, query.text);
      if (cursor !== null && !/^\d{1,19}$/.test(cursor))
        throw new GatewayError("INVALID", "The cursor is not one of ours.");

      const page = (rows: readonly LogTableRow[], more: boolean) => ({
        rows: rows.map(logRowOf),
        nextCursor: more ? (rows.at(-1)?.id ?? null) : null,
        understoodAs: query.kind,
      });
      if (query.kind !== "pattern") {
        if (cursor !== null) add((p) => `id < ${p}::bigint`, cursor);
        const rows = await select(terms, values, limit + 1);
        return page(rows.slice(0, limit), rows.length > limit);
      }

      let regex: ReturnType<typeof compilePattern>;
      try {
        regex = compilePattern(encodeText(query.pattern), query.flags);
      } catch (error) {
        if (error instanceof ScriptError) throw new GatewayError("INVALID", error.message);
        throw error;
      }
      const found: LogTableRow[] = [];
      let before = cursor;
      for (let seen = 0; seen < scanned && found.length <= limit; seen += step) {
        const rows = await select(
          before === null ? terms : [...terms, `id < $${values.length + 1}::bigint`],
          before === null ? values : [...values, before],
          step,
        );
        for (const row of rows) if (regex.test(encodeText(row.text))) found.push(row);
        before = rows.at(-1)?.id ?? null;
        if (rows.length < step) break;
      }
      return page(found.slice(0, limit), found.length > limit);
    },

    context: async (id, lines) => {
      const { rows } = await pool.query<LogTableRow>(
        `(SELECT ${columns} FROM log_line WHERE id <= $1 ORDER BY id DESC LIMIT $2 + 1)
         UNION ALL (SELECT ${columns} FROM log_line WHERE id > $1 ORDER BY id LIMIT $2) ORDER BY id`,
        [id, lines],
      );
      return rows.map(logRowOf);
    },
  };
};
