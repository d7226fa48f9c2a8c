/** What a cell of history stands for in the language of the search box. */
import type { HistoryRow } from "./history-page.tsx";

export type CellTerm = { readonly words: string; readonly term: string; readonly text: string };

const term = (field: string, value: string): string =>
  /^[^\s()"]+$/.test(value) ? `${field}:${value}` : `${field}:"${value.replace(/["\\]/g, "\\$&")}"`;

/** null: nothing can be asked for by this cell. */
export const cellTerm = (row: HistoryRow, column: string): CellTerm | null => {
  const of = (field: string, value: string | null | undefined): CellTerm | null =>
    value === null || value === undefined || value === ""
      ? null
      : { words: value, term: term(field, value), text: value };
  switch (column) {
    case "outcome":
      return of("outcome", row.outcome);
    case "sender":
      return of("from", row.sender);
    case "recipients":
      return of("to", row.recipients[0]);
    case "subject":
      return of("subject", row.subject);
    case "client":
      return of("ip", row.clientAddress);
    case "listener":
      return of("listener", row.listener);
    case "decided":
      return row.node === null ? of("flow", row.flow) : of("block", row.node);
    default:
      return null;
  }
};

/** Every cell of the row that can be asked for, for a menu opened by a key. */
export const rowTerms = (row: HistoryRow): readonly CellTerm[] =>
  ["outcome", "sender", "recipients", "subject", "client", "decided", "listener"].flatMap(
    (column) => cellTerm(row, column) ?? [],
  );
