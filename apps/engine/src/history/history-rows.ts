/**
 * Records, events, traces and log lines as SQL: one statement for each table,
 * whatever the number of rows. The queue's group commit runs the same
 * statements inside its own transaction.
 */
import type { FlowTrace } from "../flows/trace.ts";
import type { HistoryEvent, HistoryRecord, Outcome } from "./event.ts";
import { jsonText } from "./json-text.ts";
import { storedTrace } from "./stored-trace.ts";

/** As `pg` takes it: a named statement is prepared once for each connection. */
export type Statement = {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
};

/** What is written together about one message. */
export type ChapterRow = {
  readonly messageId: string;
  readonly at: Date;
  readonly events: readonly HistoryEvent[];
  readonly traces: readonly FlowTrace[];
};
export type LogLineRow = {
  readonly at: Date;
  readonly level: string;
  readonly component: string;
  readonly messageId: string | null;
  readonly queueId: string | null;
  readonly text: string;
};
export type OutcomeRow = {
  readonly messageId: string;
  /** null: of the whole message. */
  readonly recipient: string | null;
  readonly outcome: Outcome;
};

/** Everything these records leave behind: at most two statements. */
export const historyStatements = (records: readonly HistoryRecord[]): Statement[] => [
  ...recordStatements(records),
  ...chapterStatements(records),
];

const statement = (name: string, text: string, rows: readonly object[]): Statement[] =>
  rows.length === 0 ? [] : [{ name, text, values: [jsonText(rows)] }];

const insertRecords = `
INSERT INTO mail_history (message_id, at, outcome, stage, listener, client_address, helo, sign_in,
  sender, recipients, subject, size, revision, flow, node, reply, terms, outcomes)
SELECT message_id, at, outcome, stage, listener, client_address, helo, sign_in,
  sender, recipients, subject, size, revision, flow, node, reply, terms, coalesce(outcomes, '{}')
FROM json_to_recordset($1::json) AS row (message_id uuid, at timestamptz, outcome text, stage text,
  listener text, client_address inet, helo text, sign_in text, sender text, recipients text[],
  subject text, size bigint, revision integer, flow text, node text, reply text, terms text[],
  outcomes jsonb)
ON CONFLICT (message_id) DO NOTHING`;

const recordStatements = (records: readonly HistoryRecord[]): Statement[] =>
  statement(
    "history-records",
    insertRecords,
    records.map((record) => ({
      message_id: record.messageId,
      at: record.at.toISOString(),
      outcome: record.outcome,
      stage: record.stage,
      listener: record.listener,
      client_address: record.clientAddress === "" ? null : record.clientAddress,
      helo: record.helo,
      sign_in: record.signIn,
      sender: record.sender,
      recipients: record.recipients,
      subject: record.subject,
      size: record.size,
      revision: record.revision,
      flow: record.flow,
      node: record.node,
      reply: record.reply,
      terms: searchTerms(record),
      outcomes: record.outcomes,
    })),
  );

/** What an exact `from:`, `to:` or `ip:` finds through the index. */
export const searchTerms = (
  record: Pick<HistoryRecord, "sender" | "recipients" | "clientAddress">,
): string[] => {
  const terms = new Set<string>();
  const add = (field: string, address: string): void => {
    const small = address.toLowerCase();
    terms.add(`${field}:${small}`);
    const at = small.lastIndexOf("@");
    if (at >= 0) terms.add(`${field}:${small.slice(at)}`);
  };
  if (record.sender !== null) add("from", record.sender);
  for (const recipient of record.recipients) add("to", recipient);
  if (record.clientAddress !== "") terms.add(`ip:${record.clientAddress.toLowerCase()}`);
  return [...terms];
};

const insertChapters = `
INSERT INTO mail_chapter (message_id, at, events, flows, traces)
SELECT message_id, at, events, flows, traces
FROM json_to_recordset($1::json) AS row (message_id uuid, at timestamptz, events json,
  flows text[], traces json)`;

/** Chapters with nothing in them are left out. */
export const chapterStatements = (chapters: readonly ChapterRow[]): Statement[] =>
  statement(
    "history-chapters",
    insertChapters,
    chapters
      .filter(({ events, traces }) => events.length + traces.length > 0)
      .map(({ messageId, at, events, traces }) => ({
        message_id: messageId,
        at: at.toISOString(),
        events: events.map(plainEvent),
        flows: [...new Set(traces.map(({ flow }) => flow))],
        traces: traces.map(storedTrace),
      })),
  );

/** With its time as text. */
export const plainEvent = ({ at, kind, queueId, recipient, detail }: HistoryEvent) => ({
  at: at.toISOString(),
  kind,
  queueId,
  recipient,
  detail,
});

const insertLogLines = `
INSERT INTO log_line (at, level, component, message_id, queue_id, text)
SELECT at, level, component, message_id, queue_id, text
FROM json_to_recordset($1::json) AS row (at timestamptz, level text, component text,
  message_id uuid, queue_id bigint, text text)`;

export const logStatements = (rows: readonly LogLineRow[]): Statement[] =>
  statement(
    "history-log",
    insertLogLines,
    rows.map((row) => ({
      at: row.at.toISOString(),
      level: row.level,
      component: row.component,
      message_id: row.messageId,
      queue_id: row.queueId,
      text: row.text,
    })),
  );

/**
 * Outcomes that came later. A message with one recipient takes the newest one; with
 * several it is `mixed` as long as they differ, and a recipient nothing was heard of
 * still counts with the first outcome. Rows are locked in order, so that two
 * processes cannot wait for each other; and each by its id, also when the planner
 * believes that there are none.
 */
const updateOutcomes = `
WITH locked AS MATERIALIZED (
  SELECT h.message_id, new.whole, h.recipients, h.merged
  FROM (
    SELECT message_id, whole, outcomes FROM json_to_recordset($1::json)
      AS row (message_id uuid, whole text, outcomes jsonb) ORDER BY message_id
  ) new CROSS JOIN LATERAL (
    SELECT message_id, cardinality(recipients) AS recipients,
      CASE WHEN h.outcomes = '{}' THEN jsonb_build_object('', outcome) ELSE h.outcomes END
        || new.outcomes AS merged
    FROM mail_history h WHERE message_id = new.message_id FOR UPDATE
  ) h
), settled AS (
  SELECT message_id, recipients, merged, CASE
    WHEN whole IS NOT NULL THEN whole
    ELSE (SELECT CASE WHEN count(DISTINCT value) = 1 THEN min(value) ELSE 'mixed' END
      FROM jsonb_each_text(merged)
      WHERE key <> '' OR (SELECT count(*) FROM jsonb_object_keys(merged)) <= recipients)
  END AS outcome FROM locked
)
UPDATE mail_history h SET outcome = settled.outcome,
  outcomes = CASE WHEN settled.recipients > 1 THEN settled.merged ELSE h.outcomes END
FROM settled WHERE h.message_id = settled.message_id
  AND h.message_id = ANY (ARRAY(SELECT message_id FROM locked))`;

export const outcomeStatements = (rows: readonly OutcomeRow[]): Statement[] => {
  const messages = new Map<string, { whole: string | null; outcomes: Record<string, string> }>();
  for (const { messageId, recipient, outcome } of rows) {
    const message = messages.get(messageId) ?? { whole: null, outcomes: {} };
    messages.set(messageId, message);
    if (recipient === null || recipient === "") message.whole = outcome;
    else {
      message.whole = null;
      message.outcomes[recipient] = outcome;
    }
  }
  return statement(
    "history-outcomes",
    updateOutcomes,
    [...messages].map(([message_id, message]) => ({ message_id, ...message })),
  );
};
