/**
 * The log by text, message id, `messageid:queueid`, queue id, or pattern, and says
 * which of these it took the question for. A pattern is a linear-time one, looks at
 * a bounded number of lines, and stops after a bounded time.
 */
import { compilePattern, encodeText, ScriptError } from "@sluice/hsl";
import type pg from "pg";
import { GatewayError } from "../errors.ts";
import { numberPattern, readCursor, writeCursor } from "./cursor.ts";
import { readOnly } from "./read-only.ts";

export type LogRow = {
  readonly id: string;
  readonly at: string;
  readonly level: string;
  readonly component: string;
  readonly messageId: string | null;
  readonly queueId: string | null;
  readonly text: string;
};

export type LogSearch = {
  readonly search: (page: {
    text: string;
    level: string | null;
    cursor: string | null;
    limit: number;
  }) => Promise<{
    rows: readonly LogRow[];
    nextCursor: string | null;
    /** "everything", "message id", "message id and queue id", "queue id", "pattern" or "text". */
    understoodAs: string;
  }>;
  /** Lines around one, oldest first. */
  readonly context: (id: string, lines: number) => Promise<readonly LogRow[]>;
};

export type StoredLogRow = {
  id: string;
  at: Date;
  level: string;
  component: string;
  message_id: string | null;
  queue_id: string | null;
  text: string;
};

export const logRowOf = (row: StoredLogRow): LogRow => ({
  id: row.id,
  at: row.at.toISOString(),
  level: row.level,
  component: row.component,
  messageId: row.message_id,
  queueId: row.queue_id,
  text: row.text,
});

const columns = "id, at, level, component, message_id, queue_id, text";
const levels = ["debug", "info", "warn", "error"];
const searchMilliseconds = 10_000;
const patternMilliseconds = 3000;
const patternRows = 100_000;
const patternBatch = 5000;

type Understood = {
  readonly as: string;
  readonly conditions: readonly ((place: (value: unknown) => string) => string)[];
  readonly test: ((row: StoredLogRow) => boolean) | null;
};

const uuid = "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}";

const understand = (given: string): Understood => {
  const text = given.trim();
  if (text === "") return { as: "everything", conditions: [], test: null };
  const message = new RegExp(`^(${uuid})(?::(\\d{1,18}))?$`, "i").exec(text);
  if (message !== null) {
    const [, id, queueId] = message;
    return {
      as: queueId === undefined ? "message id" : "message id and queue id",
      conditions: [
        (place) => `message_id = ${place(id)}::uuid`,
        // lines of the whole message belong to each of its entries
        ...(queueId === undefined
          ? []
          : [
              (place: (value: unknown) => string) =>
                `(queue_id = ${place(queueId)} OR queue_id IS NULL)`,
            ]),
      ],
      test: null,
    };
  }
  if (/^\d{1,18}$/.test(text)) {
    return { as: "queue id", conditions: [(place) => `queue_id = ${place(text)}`], test: null };
  }
  const pattern = /^\/(.*)\/([imsx]*)$/s.exec(text);
  if (pattern !== null) {
    const regex = compiled(pattern[1] ?? "", pattern[2] ?? "");
    return {
      as: "pattern",
      conditions: [],
      test: (row) => regex.test(encodeText(row.text)),
    };
  }
  const words = text.match(/"[^"]*"|\S+/g) ?? [];
  return {
    as: "text",
    conditions: words.map((word) => (place) => {
      const plain = word.replace(/^"(.*)"$/s, "$1").replace(/[\\%_]/g, "\\$&");
      const like = place(`%${plain}%`);
      return `(text ILIKE ${like} OR component ILIKE ${like})`;
    }),
    test: null,
  };
};

const compiled = (pattern: string, flags: string) => {
  try {
    return compilePattern(pattern, flags.includes("u") ? flags : `${flags}u`);
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    throw new GatewayError("INVALID", `This pattern is wrong: ${error.message}`, {
      cause: error,
      detail: { field: "text" },
    });
  }
};

export const createLogSearch = ({ pool }: { pool: pg.Pool }): LogSearch => ({
  search: async ({ text, level, cursor, limit }) => {
    const understood = understand(text);
    const batch = understood.test === null ? limit + 1 : patternBatch;
    let after = cursor === null ? null : readCursor(cursor, numberPattern);
    const page = (run: Parameters<Parameters<typeof readOnly>[2]>[0]) => {
      const values: unknown[] = [];
      const place = (value: unknown): string => `$${values.push(value)}`;
      const conditions = understood.conditions.map((make) => make(place));
      if (level !== null) {
        conditions.push(`level = ANY(${place(levels.slice(Math.max(0, levels.indexOf(level))))})`);
      }
      if (after !== null) conditions.push(`(at, id) < (${place(after.at)}, ${place(after.id)})`);
      const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
      return run<StoredLogRow>(
        `SELECT ${columns} FROM log_line ${where} ORDER BY at DESC, id DESC LIMIT ${place(batch)}`,
        values,
      );
    };
    const found: StoredLogRow[] = [];
    let hasMore = false;
    await readOnly(pool, searchMilliseconds, async (run) => {
      const startedAt = performance.now();
      for (let looked = 0; ; ) {
        const rows = await page(run);
        looked += rows.length;
        for (const row of rows) {
          if (found.length > limit) break;
          if (understood.test === null || understood.test(row)) found.push(row);
          after = { at: row.at, id: row.id };
        }
        hasMore = rows.length === batch;
        const isOver = looked >= patternRows || performance.now() - startedAt > patternMilliseconds;
        if (understood.test === null || !hasMore || found.length > limit || isOver) break;
      }
    });
    const rows = found.slice(0, limit);
    const last = rows.at(-1);
    // a pattern that found little goes on where it stopped looking
    const next =
      found.length > limit && last !== undefined
        ? { at: last.at, id: last.id }
        : understood.test !== null && hasMore
          ? after
          : null;
    return {
      rows: rows.map(logRowOf),
      nextCursor: next === null ? null : writeCursor(next),
      understoodAs: understood.as,
    };
  },

  context: (id, lines) =>
    readOnly(pool, searchMilliseconds, async (run) => {
      const before = await run<StoredLogRow>(
        `SELECT ${columns} FROM log_line WHERE id <= $1 ORDER BY id DESC LIMIT $2`,
        [id, lines + 1],
      );
      const behind = await run<StoredLogRow>(
        `SELECT ${columns} FROM log_line WHERE id > $1 ORDER BY id LIMIT $2`,
        [id, lines],
      );
      return [...before.reverse(), ...behind].map(logRowOf);
    }),
});
