/** Lists and pages of history: keyset cursors, newest first, within a time limit. */
import type pg from "pg";
import type { FlowTrace } from "../flows/trace.ts";
import { readCursor, uuidPattern, writeCursor } from "./cursor.ts";
import type { HistoryEvent, HistoryEventKind, Outcome, Stage } from "./event.ts";
import { type LogRow, logRowOf, type StoredLogRow } from "./log-search.ts";
import { readOnly } from "./read-only.ts";
import { queryCondition } from "./search-query.ts";
import { readTrace, type StoredTrace } from "./stored-trace.ts";

export type HistoryRow = {
  readonly messageId: string;
  readonly at: string;
  readonly outcome: Outcome;
  readonly stage: Stage;
  readonly listener: string;
  readonly clientAddress: string | null;
  readonly helo: string;
  readonly signIn: string | null;
  readonly sender: string | null;
  readonly recipients: readonly string[];
  /** Recipient → outcome, when recipients of one message ended differently. */
  readonly recipientOutcomes: Readonly<Record<string, Outcome>>;
  readonly subject: string;
  readonly size: number;
  readonly revision: number;
  readonly flow: string | null;
  readonly node: string | null;
  readonly reply: string;
};

export type MessageView = {
  readonly record: HistoryRow;
  readonly events: readonly (Omit<HistoryEvent, "at"> & { readonly at: string })[];
  readonly traces: readonly FlowTrace[];
  readonly log: readonly LogRow[];
};

export type HistorySearch = {
  readonly list: (page: {
    query: string;
    cursor: string | null;
    limit: number;
  }) => Promise<{ rows: readonly HistoryRow[]; nextCursor: string | null }>;
  readonly message: (messageId: string) => Promise<MessageView | null>;
  /** The newest stored runs of a flow; with a node, those that came to it. */
  readonly runsOf: (flow: string, limit: number, node?: string) => Promise<readonly FlowRun[]>;
  /** The look-ups that took longest in the last hours, by function and question. */
  readonly slowLookups: (hours: number) => Promise<readonly SlowLookup[]>;
};

export type FlowRun = {
  readonly messageId: string;
  readonly at: string;
  readonly recipient: string | null;
  readonly trace: FlowTrace;
};

export type SlowLookup = {
  readonly flow: string;
  readonly function: string;
  readonly count: number;
  readonly averageMicroseconds: number;
  readonly slowestMicroseconds: number;
};

const columns = `message_id, at, outcome, stage, listener, host(client_address) AS client_address, helo,
  sign_in, sender, recipients, outcomes, subject, size, revision, flow, node, reply`;

type Stored = {
  message_id: string;
  at: Date;
  outcome: Outcome;
  stage: Stage;
  listener: string;
  client_address: string | null;
  helo: string;
  sign_in: string | null;
  sender: string | null;
  recipients: string[];
  outcomes: Record<string, Outcome>;
  subject: string;
  size: string;
  revision: number;
  flow: string | null;
  node: string | null;
  reply: string;
};

const rowOf = (row: Stored): HistoryRow => {
  const { "": _others, ...recipientOutcomes } = row.outcomes;
  return {
    messageId: row.message_id,
    at: row.at.toISOString(),
    outcome: row.outcome,
    stage: row.stage,
    listener: row.listener,
    clientAddress: row.client_address,
    helo: row.helo,
    signIn: row.sign_in,
    sender: row.sender,
    recipients: row.recipients,
    recipientOutcomes,
    subject: row.subject,
    size: Number(row.size),
    revision: row.revision,
    flow: row.flow,
    node: row.node,
    reply: row.reply,
  };
};

const listMilliseconds = 10_000;
const maximumLogLines = 2000;

const selectSlow = `
SELECT flow, lookup ->> 'function' AS function, count(*)::int AS count,
  avg((lookup ->> 'microseconds')::float8)::float8 AS average,
  max((lookup ->> 'microseconds')::float8)::float8 AS slowest
FROM (SELECT traces FROM mail_chapter WHERE at >= $1 ORDER BY id DESC LIMIT 10000) AS recent,
  json_to_recordset(traces) AS trace (flow text, steps json),
  json_array_elements(steps) AS step, json_array_elements(step -> 'lookups') AS lookup
GROUP BY 1, 2 ORDER BY average DESC LIMIT 10`;

/** No index is kept for this: it looks through what is newest, as far as it is worth. */
const selectRuns = `
SELECT message_id, at, trace ->> 'recipient' AS recipient, trace
FROM (SELECT id, message_id, at, flows, traces FROM mail_chapter ORDER BY id DESC LIMIT 20000) AS recent,
  json_array_elements(traces) WITH ORDINALITY AS row (trace, place)
WHERE $1 = ANY (flows) AND trace ->> 'flow' = $1 AND ($3::text IS NULL
  OR EXISTS (SELECT FROM json_array_elements(trace -> 'steps') AS step WHERE step ->> 'node' = $3))
ORDER BY id DESC, place DESC LIMIT $2`;

export const createHistorySearch = ({
  pool,
  clock,
}: {
  pool: pg.Pool;
  clock: () => Date;
}): HistorySearch => ({
  list: async ({ query, cursor, limit }) => {
    const { text, values } = queryCondition(query, clock());
    const after = cursor === null ? null : readCursor(cursor, uuidPattern);
    const parameters = [...values];
    const place = (value: unknown): string => `$${parameters.push(value)}`;
    const keyset =
      after === null
        ? ""
        : ` AND (at, message_id) < (${place(after.at)}, ${place(after.id)}::uuid)`;
    const sql = `SELECT ${columns} FROM mail_history WHERE ${text}${keyset}
      ORDER BY at DESC, message_id DESC LIMIT ${place(limit + 1)}`;
    const found = await readOnly(pool, listMilliseconds, (run) => run<Stored>(sql, parameters));
    const rows = found.slice(0, limit);
    const last = rows.at(-1);
    return {
      rows: rows.map(rowOf),
      nextCursor:
        found.length > limit && last !== undefined
          ? writeCursor({ at: last.at, id: last.message_id })
          : null,
    };
  },

  message: (messageId) =>
    readOnly(pool, listMilliseconds, async (run) => {
      const [record] = await run<Stored>(
        `SELECT ${columns} FROM mail_history WHERE message_id = $1`,
        [messageId],
      );
      if (record === undefined) return null;
      const events = await run<{
        at: Date;
        kind: HistoryEventKind;
        queue_id: string | null;
        recipient: string | null;
        detail: HistoryEvent["detail"];
      }>(
        "SELECT at, kind, queue_id, recipient, detail FROM mail_event WHERE message_id = $1 ORDER BY at, id, place",
        [messageId],
      );
      const traces = await run<{ trace: StoredTrace }>(
        "SELECT trace FROM mail_trace WHERE message_id = $1 ORDER BY id, place",
        [messageId],
      );
      const log = await run<StoredLogRow>(
        `SELECT id, at, level, component, message_id, queue_id, text FROM log_line
          WHERE message_id = $1 ORDER BY id LIMIT ${maximumLogLines}`,
        [messageId],
      );
      return {
        record: rowOf(record),
        events: events.map(({ at, kind, queue_id: queueId, recipient, detail }) => ({
          at: at.toISOString(),
          kind,
          queueId,
          recipient,
          detail,
        })),
        traces: traces.map(({ trace }) => readTrace(trace)),
        log: log.map(logRowOf),
      };
    }),

  runsOf: async (flow, limit, node) => {
    const rows = await readOnly(pool, listMilliseconds, (run) =>
      run<{ message_id: string; at: Date; recipient: string | null; trace: StoredTrace }>(
        selectRuns,
        [flow, limit, node ?? null],
      ),
    );
    return rows.map(({ message_id: messageId, at, recipient, trace }) => ({
      messageId,
      at: at.toISOString(),
      recipient,
      trace: readTrace(trace),
    }));
  },

  slowLookups: async (hours) => {
    const since = new Date(clock().getTime() - hours * 3_600_000);
    const rows = await readOnly(pool, listMilliseconds, (run) =>
      run<{ flow: string; function: string; count: number; average: number; slowest: number }>(
        selectSlow,
        [since],
      ),
    );
    return rows.map((row) => ({
      flow: row.flow,
      function: row.function,
      count: row.count,
      averageMicroseconds: Math.round(row.average),
      slowestMicroseconds: Math.round(row.slowest),
    }));
  },
});
