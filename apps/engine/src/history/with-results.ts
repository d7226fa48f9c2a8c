import type { FlowTrace } from "../flows/trace.ts";
import type { HistoryEvent, HistoryRecord, Outcome } from "./event.ts";

/** What became of one recipient since the record was made. */
export type Result = {
  readonly recipient: string;
  readonly event: HistoryEvent;
  readonly outcome: Outcome | null;
  readonly traces?: readonly FlowTrace[];
};

/**
 * A record that is written only now, with what has happened meanwhile: as if it had been
 * written at once and each result after it (`outcomeStatements`).
 */
export const withResults = (record: HistoryRecord, results: readonly Result[]): HistoryRecord => {
  if (results.length === 0) return record;
  const merged = new Map<string, Outcome>([["", record.outcome]]);
  for (const { recipient, outcome } of results) {
    if (outcome !== null) merged.set(recipient, outcome);
  }
  const hasSeveral = record.recipients.length > 1;
  // the first outcome counts as long as nothing was heard of somebody
  const counting = [...merged].filter(
    ([recipient]) => recipient !== "" || merged.size <= record.recipients.length,
  );
  const [outcome = record.outcome, ...others] = new Set(counting.map(([, one]) => one));
  return {
    ...record,
    outcome: others.length > 0 ? "mixed" : outcome,
    outcomes: hasSeveral ? Object.fromEntries(merged) : {},
    events: [...record.events, ...results.map(({ event }) => event)],
    traces: [...record.traces, ...results.flatMap(({ traces = [] }) => traces)],
  };
};
