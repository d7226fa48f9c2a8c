/**
 * Values that scripts keep between runs, for all workers of all nodes: in a table of the
 * database that is not logged, so that a crash of the database empties it. Counting is
 * one statement, so two workers never count the same step.
 */
import { HslArray, ScriptError, type Value } from "@sluice/hsl";
import type pg from "pg";

export type SharedMemory = {
  /** `undefined`: nothing is kept under the name. */
  readonly fetch: (key: string) => Promise<Value | undefined>;
  readonly store: (key: string, value: Value, seconds: number) => Promise<void>;
  /** Whether there was something. */
  readonly remove: (key: string) => Promise<boolean>;
  /** Adds to a number, 0 when there is none; what it is then. The time of the first step counts. */
  readonly add: (key: string, step: number, seconds: number) => Promise<number>;
};

const mostBytes = 64 * 1024;
const mostKey = 500;

type Plain =
  | string
  | number
  | boolean
  | null
  | { readonly entries: readonly [string | number, Plain][] };

const toPlain = (value: Value): Plain => {
  if (value instanceof HslArray) {
    return { entries: [...value].map(([key, inner]) => [key, toPlain(inner)]) };
  }
  if (typeof value === "object" && value !== null) {
    throw new ScriptError("wrong-argument", "functions and objects cannot be kept");
  }
  return value;
};

const fromPlain = (plain: Plain): Value =>
  typeof plain === "object" && plain !== null
    ? HslArray.fromEntries(plain.entries.map(([key, inner]) => [key, fromPlain(inner)] as const))
    : plain;

/** The value as text of the database: ASCII, so that any byte fits. */
export const packed = (value: Value): string => {
  const text = JSON.stringify(toPlain(value)).replace(
    /[\u007f-\uffff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  if (text.length > mostBytes) {
    throw new ScriptError("wrong-argument", `a value that is kept has ${mostBytes} bytes at most`);
  }
  return text;
};

// written by `packed` alone
export const unpacked = (text: string): Value => fromPlain(JSON.parse(text) as Plain);

/** Scripts choose the names: no NUL for the database, and a length an index takes. */
const nameOf = (key: string): string => key.replaceAll("\0", "\ufffd").slice(0, mostKey);

const until = (seconds: number): number => Math.min(Math.max(seconds, 1), 31_536_000);

export const createSharedMemory = ({ pool }: { pool: pg.Pool }): SharedMemory => {
  const ask = async <Row extends pg.QueryResultRow>(
    name: string,
    text: string,
    values: unknown[],
  ): Promise<pg.QueryResult<Row>> => {
    try {
      return await pool.query<Row>({ name, text, values });
    } catch (error) {
      if ((error as { code?: unknown }).code === "22P02") {
        throw new ScriptError("wrong-type", "what is kept under this name is no number", undefined);
      }
      // never "nothing is kept": nobody could look
      throw new ScriptError("memory-unreachable", "the shared memory cannot be reached", undefined);
    }
  };
  return {
    fetch: async (key) => {
      const { rows } = await ask<{ value: string }>(
        "script-memory-fetch",
        "SELECT value FROM script_memory WHERE key = $1 AND until > now()",
        [nameOf(key)],
      );
      const [row] = rows;
      return row === undefined ? undefined : unpacked(row.value);
    },
    store: async (key, value, seconds) => {
      await ask(
        "script-memory-store",
        `INSERT INTO script_memory (key, value, until)
         VALUES ($1, $2, now() + make_interval(secs => $3))
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, until = excluded.until`,
        [nameOf(key), packed(value), until(seconds)],
      );
    },
    remove: async (key) => {
      const { rows } = await ask<{ there: boolean }>(
        "script-memory-remove",
        "DELETE FROM script_memory WHERE key = $1 RETURNING until > now() AS there",
        [nameOf(key)],
      );
      return rows[0]?.there === true;
    },
    add: async (key, step, seconds) => {
      const { rows } = await ask<{ value: string }>(
        "script-memory-add",
        `INSERT INTO script_memory AS kept (key, value, until)
         VALUES ($1, $2::text, now() + make_interval(secs => $3))
         ON CONFLICT (key) DO UPDATE SET
           value = CASE WHEN kept.until > now()
             THEN (kept.value::double precision + $2::double precision)::text ELSE excluded.value END,
           until = CASE WHEN kept.until > now() THEN kept.until ELSE excluded.until END
         RETURNING value`,
        [nameOf(key), String(step), until(seconds)],
      );
      return Number(rows[0]?.value);
    },
  };
};

/** The same for one run that must leave nothing behind: it sees what it stored over what is kept. */
export const overlaid = (under: SharedMemory | null): SharedMemory => {
  const own = new Map<string, Value | undefined>();
  const fetch = async (key: string): Promise<Value | undefined> =>
    own.has(key) ? own.get(key) : under?.fetch(key);
  return {
    fetch,
    store: async (key, value) => {
      own.set(key, unpacked(packed(value)));
    },
    remove: async (key) => {
      const before = await fetch(key);
      own.set(key, undefined);
      return before !== undefined;
    },
    add: async (key, step) => {
      const before = (await fetch(key)) ?? 0;
      if (typeof before !== "number") {
        throw new ScriptError("wrong-type", "what is kept under this name is no number");
      }
      own.set(key, before + step);
      return before + step;
    },
  };
};
