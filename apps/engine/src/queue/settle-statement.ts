/**
 * How attempts ended, as one statement: entries removed or deferred under one epoch,
 * and, for those that were still ours alone, their events, traces and outcomes.
 */
import type pg from "pg";
import type { FlowTrace } from "../flows/trace.ts";
import type { HistoryEvent, Outcome } from "../history/event.ts";
import { chapterStatements, outcomeStatements, type Statement } from "../history/history-rows.ts";
import { type Deferral, deferralsText, deferText, isOurs, removeBodies } from "./queue-store.ts";

export type SettledEntry = {
  readonly queueId: string;
  readonly messageId: string;
  readonly recipient: string;
  readonly event: HistoryEvent;
  readonly outcome: Outcome | null;
  readonly traces: readonly FlowTrace[];
  /** null: the entry is removed. */
  readonly deferral: Deferral | null;
};

/** Under the epoch it was taken under. */
export type Settled = SettledEntry & { readonly epoch: string };

/** Gives `queue_id` of those that were still ours. Their history is in it when all of them were; see `historyOf`. */
export const settleStatement = (
  epoch: string,
  settled: readonly SettledEntry[],
  { withHistory }: { withHistory: boolean },
): pg.QueryConfig => {
  const removed = settled.filter(({ deferral }) => deferral === null);
  const deferred = settled.flatMap(({ deferral }) => deferral ?? []);
  const values: unknown[] = [epoch];
  const parts: string[] = [];
  const done: string[] = [];
  let name = "settle";
  if (removed.length > 0) {
    values.push(removed.map(({ queueId }) => queueId));
    name += "-removed";
    done.push("SELECT queue_id FROM gone");
    parts.push(
      `gone AS (DELETE FROM queue_entry WHERE queue_id = ANY ($${values.length}::bigint[])
        AND ${isOurs("$1")} RETURNING queue_id, body_id)`,
      removeBodies,
    );
  }
  if (deferred.length > 0) {
    values.push(deferralsText(deferred));
    name += "-deferred";
    done.push("SELECT queue_id FROM deferred");
    parts.push(`deferred AS (${deferText(`$${values.length}`, "$1")} RETURNING e.queue_id)`);
  }
  parts.push(`done AS (${done.join(" UNION ALL ")})`);
  if (withHistory) {
    values.push(settled.length);
    const isWhole = `(SELECT count(*) FROM done) = $${values.length}::bigint`;
    for (const {
      name: part,
      text,
      values: [json],
    } of historyOf(settled)) {
      values.push(json);
      name += `-${part}`;
      const own = text.replaceAll("$1", `$${values.length}`);
      // the update of outcomes ends with its condition, the others have none
      const joined = part === "history-outcomes" ? "AND" : "WHERE";
      parts.push(`${part.replaceAll("-", "_")} AS (${own} ${joined} ${isWhole})`);
    }
  }
  return { name, text: `WITH ${parts.join(",\n")}\nSELECT queue_id FROM done`, values };
};

/** For those that counted when others of the same statement did not. */
export const historyOf = (settled: readonly SettledEntry[]): readonly Statement[] => [
  ...chapterStatements(
    settled.map(({ messageId, traces, event }) => ({
      messageId,
      at: event.at,
      events: [event],
      traces,
    })),
  ),
  ...outcomeStatements(
    settled.flatMap(({ messageId, recipient, outcome }) =>
      outcome === null ? [] : [{ messageId, recipient, outcome }],
    ),
  ),
];
