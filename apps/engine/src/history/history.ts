/**
 * Takes what happened and writes it in batches: one statement for each table, at
 * most 200 ms after it was handed in, or when 500 rows wait.
 *
 * Promises: nothing is dropped silently. While the database is away rows wait in
 * memory and the batch is tried again; `ready()` tells callers to hold back. Past
 * `maximumRows` the oldest log lines go first, and a line says how many were lost.
 * If the process dies, what was handed in during the last moments is missing; the
 * record of accepted mail is not among it, because the queue commits that itself
 * together with the mail (`historyStatements`).
 */
import type pg from "pg";
import type { FlowTrace } from "../flows/trace.ts";
import { createActivity } from "./activity.ts";
import type { History, HistoryEvent, HistoryRecord, Outcome } from "./event.ts";
import {
  type ChapterRow,
  chapterStatements,
  historyStatements,
  type LogLineRow,
  logStatements,
  type OutcomeRow,
  outcomeStatements,
  type Statement,
} from "./history-rows.ts";
import { cleanText } from "./json-text.ts";

export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

export type HistoryWriter = History & {
  /** Counts a run for the numbers drawn on a flow; told once for each run, wherever its trace is stored. */
  readonly ran: (trace: FlowTrace) => void;
  /** Somebody else stored the record (the queue's group commit): tell live lists. */
  readonly stored: (messageId: string) => void;
  /** A promise while so many rows wait that callers should hold back. */
  readonly ready: () => Promise<void> | undefined;
  /** Writes what is left and stops. */
  readonly close: () => Promise<void>;
};

export type HistoryOptions = {
  readonly pool: pg.Pool;
  readonly clock: () => Date;
  readonly logLevel: LogLevel;
  /** Told when rows could not be written; the log itself may be what is broken. */
  readonly report?: (text: string, error?: unknown) => void;
  readonly batchRows?: number;
  readonly batchMilliseconds?: number;
  readonly maximumRows?: number;
};

/** Channel on which live lists hear of new or changed rows; the payload is a message id. */
export const historyChannel = "sluice_history";

type Batch = {
  records: HistoryRecord[];
  chapters: ChapterRow[];
  logs: LogLineRow[];
  outcomes: OutcomeRow[];
};

const emptyBatch = (): Batch => ({ records: [], chapters: [], logs: [], outcomes: [] });
const rowsOf = (batch: Batch): number =>
  batch.records.length + batch.chapters.length + batch.logs.length + batch.outcomes.length;

/** Lines of scripts are kept whatever the level: somebody wrote `echo` to see them. */
export const scriptComponent = "script";
const maximumLine = 4096;
const noticeMilliseconds = 500;
const retryMilliseconds = 1000;

export const createHistory = (options: HistoryOptions): HistoryWriter => {
  const { pool, clock, report = () => {} } = options;
  const { batchRows = 500, batchMilliseconds = 200, maximumRows = 50_000 } = options;
  const least = logLevels.indexOf(options.logLevel);
  const activity = createActivity();
  let waiting = emptyBatch();
  let notice: string | null = null;
  let noticedAt = 0;
  let lostLines = 0;
  let timer: NodeJS.Timeout | undefined;
  let timerDue = 0;
  let writing: Promise<void> | null = null;
  let closed = false;

  /** The soonest wish counts. */
  const schedule = (milliseconds = batchMilliseconds): void => {
    const due = performance.now() + milliseconds;
    if (timer !== undefined && timerDue <= due) return;
    clearTimeout(timer);
    timerDue = due;
    timer = setTimeout(() => {
      timer = undefined;
      void quietly(write());
    }, milliseconds);
  };

  const added = (): void => {
    if (rowsOf(waiting) >= batchRows && writing === null) void quietly(write());
    else schedule();
    if (rowsOf(waiting) > maximumRows && waiting.logs.length > 0) {
      lostLines += waiting.logs.splice(0, Math.ceil(waiting.logs.length / 2)).length;
    }
  };

  /** Writes everything that waits; after a failure it waits on and is tried again. */
  const write = (): Promise<void> => {
    writing ??= writeBatch().finally(() => {
      writing = null;
      if (rowsOf(waiting) >= batchRows && timer === undefined) void quietly(write());
      else if (rowsOf(waiting) > 0) schedule();
    });
    return writing;
  };

  const writeBatch = async (): Promise<void> => {
    const batch = waiting;
    waiting = emptyBatch();
    if (lostLines > 0) {
      batch.logs.push(gatewayLine(clock(), `${lostLines} lines of the log were lost.`));
      lostLines = 0;
    }
    const now = clock();
    const counted = activity.due(now);
    const isQuietSince = Math.abs(now.getTime() - noticedAt) >= noticeMilliseconds;
    // taken now: what changes while this batch is written needs a notice of its own
    const told = closed || isQuietSince ? notice : null;
    if (told !== null) notice = null;
    const statements = [...statementsOf(batch), ...counted.statements];
    if (told !== null) {
      statements.push({
        name: "history-notice",
        text: "SELECT pg_notify($1, $2)",
        values: [historyChannel, told],
      });
    }
    if (statements.length === 0) return;
    try {
      await inTransaction(pool, statements);
      counted.taken();
      if (told !== null) noticedAt = now.getTime();
      if (notice !== null) schedule(noticeMilliseconds);
    } catch (error) {
      notice ??= told;
      if (notice !== null && !closed) schedule(noticeMilliseconds);
      if (isAboutRows(error)) return writeOneByOne(batch);
      report("History could not be written; it is tried again.", error);
      waiting = joined(batch, waiting);
      clearTimeout(timer);
      timer = undefined;
      if (!closed) schedule(retryMilliseconds);
      throw error;
    }
  };

  /** A row that the database refuses must not hold up the others. */
  const writeOneByOne = async (batch: Batch): Promise<void> => {
    for (const statement of singleStatements(batch)) {
      try {
        await inTransaction(pool, [statement]);
      } catch (error) {
        report(`A row of history is lost: ${statement.name} ${String(statement.values[0])}`, error);
      }
    }
  };

  const quietly = (promise: Promise<void>): Promise<void> => promise.catch(() => {}); // reported by writeBatch

  const changed = (messageId: string): void => {
    notice = messageId;
  };

  return {
    record: (record) => {
      waiting.records.push(record);
      changed(record.messageId);
      added();
    },
    event: (messageId: string, event: HistoryEvent, outcome?: Outcome) => {
      waiting.chapters.push({ messageId, at: event.at, events: [event], traces: [] });
      if (outcome !== undefined) {
        waiting.outcomes.push({ messageId, recipient: event.recipient, outcome });
        changed(messageId);
      }
      added();
    },
    trace: (messageId, trace) => {
      waiting.chapters.push({ messageId, at: clock(), events: [], traces: [trace] });
      added();
    },
    log: ({ level, component, messageId = null, queueId = null, text }) => {
      if (component !== scriptComponent && logLevels.indexOf(level) < least) return;
      waiting.logs.push({
        at: clock(),
        level,
        component,
        messageId,
        queueId,
        text: cleanText(text.slice(0, maximumLine)),
      });
      added();
    },
    ran: (trace) => {
      activity.add(trace);
      schedule(activity.milliseconds);
    },
    stored: (messageId) => {
      changed(messageId);
      schedule();
    },
    ready: () => (rowsOf(waiting) > maximumRows ? quietly(write()) : undefined),
    flush: async () => {
      do await write();
      while (rowsOf(waiting) > 0);
    },
    close: async () => {
      closed = true;
      await quietly(write());
      activity.all();
      await quietly(write());
      clearTimeout(timer);
      timer = undefined;
    },
  };
};

const statementsOf = (batch: Batch): Statement[] => [
  ...historyStatements(batch.records),
  ...chapterStatements(batch.chapters),
  ...outcomeStatements(batch.outcomes),
  ...logStatements(batch.logs),
];

const singleStatements = (batch: Batch): Statement[] => [
  ...batch.records.flatMap((record) => historyStatements([record])),
  ...batch.chapters.flatMap((row) => chapterStatements([row])),
  ...batch.outcomes.flatMap((row) => outcomeStatements([row])),
  ...batch.logs.flatMap((row) => logStatements([row])),
];

const joined = (first: Batch, second: Batch): Batch => ({
  records: [...first.records, ...second.records],
  chapters: [...first.chapters, ...second.chapters],
  logs: [...first.logs, ...second.logs],
  outcomes: [...first.outcomes, ...second.outcomes],
});

const gatewayLine = (at: Date, text: string): LogLineRow => ({
  at,
  level: "warn",
  component: "history",
  messageId: null,
  queueId: null,
  text,
});

/** Does not wait for the disk: what it writes is a record of the past, never a promise to a client. */
const inTransaction = async (pool: pg.Pool, statements: readonly Statement[]): Promise<void> => {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    await client.query("SET LOCAL synchronous_commit = off");
    for (const { name, text, values } of statements) {
      await client.query({ name, text, values: [...values] });
    }
    await client.query("COMMIT");
  } catch (error) {
    await client.query("ROLLBACK").catch((cause: Error) => {
      broken = cause;
    });
    throw error;
  } finally {
    client.release(broken);
  }
};

/** Wrong data (22) or a broken constraint (23): trying again would not help. */
const isAboutRows = (error: unknown): boolean => {
  const code = (error as { code?: unknown }).code; // SQLSTATE, where pg gives one
  return typeof code === "string" && /^2[23]/.test(code);
};
