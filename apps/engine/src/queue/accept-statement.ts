/**
 * Everything a group of messages leaves behind, as one statement: bodies, entries,
 * held copies, history. One statement is one journey to the database and, outside a
 * transaction, its end is the commit.
 */
import type pg from "pg";
import type { HistoryRecord } from "../history/event.ts";
import { historyStatements } from "../history/history-rows.ts";
import {
  type EntryRow,
  entriesText,
  type HeldRow,
  heldText,
  insertEntriesEnd,
  insertEntriesParts,
  insertHeldText,
  insertPieces,
} from "./queue-store.ts";

type Group = {
  readonly epoch: string;
  readonly bodies: readonly { readonly bodyId: string; readonly bytes: Buffer }[];
  readonly entries: readonly EntryRow[];
  readonly held: readonly HeldRow[];
  readonly records: readonly HistoryRecord[];
};

/** Gives one row: `taken`, as `insertEntries` says it. */
export const acceptStatement = (group: Group): pg.QueryConfig => {
  const { bodies, held } = group;
  const values: unknown[] = [entriesText(group.entries), group.epoch];
  const parts: string[] = [];
  const names: string[] = [];
  const add = (name: string, text: string, value: string): void => {
    values.push(value);
    names.push(name);
    parts.push(`${name.replaceAll("-", "_")} AS (${text.replaceAll("$1", `$${values.length}`)})`);
  };
  if (held.length > 0) add("held", insertHeldText, heldText(held));
  for (const {
    name,
    text,
    values: [json],
  } of historyStatements(group.records))
    add(name, text, String(json));
  // each body its own binary parameter (an array of them would be sent as text); few sizes, so that each is prepared once
  const places = placesFor(bodies.length);
  const rows = Array.from({ length: places }, (_, index) => {
    const { bodyId = null, bytes = null } = bodies[index] ?? {};
    values.push(bodyId, bytes);
    return `($${values.length - 1}::uuid, $${values.length}::bytea)`;
  });
  if (places > 0) {
    const body = `(VALUES ${rows.join(", ")}) AS body (body_id, bytes)`;
    parts.push(`bodies AS (${insertPieces(body, "0")})`);
  }
  return {
    name: `accept-${places}-${names.join("-")}`,
    text: `WITH ${[insertEntriesParts, ...parts].join(",\n")}\n${insertEntriesEnd}`,
    values,
  };
};

const placesFor = (count: number): number => (count === 0 ? 0 : 2 ** Math.ceil(Math.log2(count)));
