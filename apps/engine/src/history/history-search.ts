/** Reads history: the list in steps, and all that is known of one message. */
import type pg from "pg";
import { GatewayError } from "../errors.ts";
import type { FlowTrace } from "../flows/trace.ts";
import type { HistoryEvent, Outcome, Stage } from "./event.ts";
import { type LogRow, type LogTableRow, logRowOf } from "./log-search.ts";
import { compileQuery } from "./search-query.ts";

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
};

type Row = {
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
  subject: string;
  size: string;
  revision: number;
  flow: string | null;
  node: string | null;
  reply: string;
};

const columns = `message_id, at, outcome, stage, listener, host(client_address) AS client_address, helo, sign_in,
  sender, recipients, subject, size, revision, flow, node, reply`;

const rowOf = (row: Row): HistoryRow => ({
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
  subject: row.subject,
  size: Number(row.size),
  revision: row.revision,
  flow: row.flow,
  node: row.node,
  reply: row.reply,
});

const timeLimit = "5s";
const cursorForm = /^(\d{4}-[\dT:.-]+Z) ([0-9a-f-]{36})$/;

export const createHistorySearch = ({
  pool,
  clock,
}: {
  pool: pg.Pool;
  clock: () => Date;
}): HistorySearch => {
  const limited = async <R extends pg.QueryResultRow>(
    text: string,
    values: unknown[],
  ): Promise<R[]> => {
    const client = await pool.connect();
    try {
      await client.query("BEGIN READ ONLY");
      await client.query(`SET LOCAL statement_timeout = '${timeLimit}'`);
      const { rows } = await client.query<R>(text, values);
      return rows;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "57014") {
        throw new GatewayError(
          "INVALID",
          "The search takes too long: narrow it, with after: for example.",
        );
      }
      throw error;
    } finally {
      await client.query("ROLLBACK").catch(() => {}); // the connection is checked by its next user
      client.release();
    }
  };

  return {
    list: async ({ query, cursor, limit }) => {
      const compiled = compileQuery(query, clock());
      if (!compiled.ok) {
        throw new GatewayError("INVALID", compiled.mistake.message, {
          detail: { ...compiled.mistake },
        });
      }
      const values = [...compiled.values];
      let after = "";
      if (cursor !== null) {
        const match = cursorForm.exec(cursor);
        if (match === null) throw new GatewayError("INVALID", "The cursor is not one of ours.");
        values.push(match[1], match[2]);
        after = ` AND (at, message_id) < ($${values.length - 1}::timestamptz, $${values.length}::uuid)`;
      }
      const rows = await limited<Row>(
        `SELECT ${columns}, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS key
         FROM mail_history WHERE ${compiled.where}${after} ORDER BY at DESC, message_id DESC LIMIT ${limit + 1}`,
        values,
      );
      const page = rows.slice(0, limit);
      const last = page.at(-1) as (Row & { key: string }) | undefined;
      return {
        rows: page.map(rowOf),
        nextCursor:
          rows.length > limit && last !== undefined ? `${last.key} ${last.message_id}` : null,
      };
    },

    message: async (messageId) => {
      const { rows } = await pool.query<Row>(
        `SELECT ${columns} FROM mail_history WHERE message_id = $1`,
        [messageId],
      );
      const [row] = rows;
      if (row === undefined) return null;
      const [events, traces, log] = await Promise.all([
        pool.query<{
          at: Date;
          kind: HistoryEvent["kind"];
          queue_id: string | null;
          recipient: string | null;
          detail: HistoryEvent["detail"];
        }>(
          "SELECT at, kind, queue_id, recipient, detail FROM mail_event WHERE message_id = $1 ORDER BY at, id LIMIT 2000",
          [messageId],
        ),
        pool.query<{ trace: FlowTrace }>(
          "SELECT trace FROM mail_trace WHERE message_id = $1 ORDER BY id LIMIT 200",
          [messageId],
        ),
        pool.query<LogTableRow>(
          "SELECT id, at, level, component, message_id, queue_id, text FROM log_line WHERE message_id = $1 ORDER BY id LIMIT 2000",
          [messageId],
        ),
      ]);
      return {
        record: rowOf(row),
        events: events.rows.map((event) => ({
          at: event.at.toISOString(),
          kind: event.kind,
          queueId: event.queue_id,
          recipient: event.recipient,
          detail: event.detail,
        })),
        traces: traces.rows.map(({ trace }) => trace),
        log: log.rows.map(logRowOf),
      };
    },
  };
};
