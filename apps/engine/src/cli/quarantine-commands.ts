/** Held mail. */
import type { RouterOutputs } from "../api/router.ts";
import { ask } from "./connect.ts";
import { type Command, CommandError, type Invocation } from "./invocation.ts";
import { table } from "./table.ts";

const list: Command = async ({ words, limit }) => {
  const search = words.join(" ");
  const value = await ask((api) => api.quarantine.list.query({ search, limit: limit ?? 100 }));
  const rows = value.rows.map((row) => [
    row.id,
    row.quarantine,
    row.receivedAt,
    `<${row.sender}>`,
    `<${row.recipient}>`,
    row.releasedAt === null ? "" : "released",
    row.reason,
    row.subject,
  ]);
  const head = ["id", "quarantine", "received", "sender", "recipient", "", "reason", "subject"];
  return { text: table(head, rows), value };
};

const idsOf = ({ words }: Invocation): string[] => {
  if (words.length === 0 || !words.every((word) => /^\d+$/.test(word))) {
    throw new CommandError(2, "Give the ids that `quarantine list` shows.");
  }
  return [...words];
};

const acted = (word: string, value: RouterOutputs["quarantine"]["release"]) => {
  const left = value.left.map(({ id, why }) => `${id}: ${why}\n`).join("");
  const skipped = value.skipped === 0 ? "" : `, ${value.skipped} left alone`;
  return { text: `${value.done} ${word}${skipped}.\n${left}`, value };
};

const release: Command = async (invocation) => {
  const ids = idsOf(invocation);
  const value = await ask((api) => api.quarantine.release.mutate({ ids }));
  return acted("released", value);
};

const remove: Command = async (invocation) => {
  const ids = idsOf(invocation);
  const value = await ask((api) => api.quarantine.remove.mutate({ ids }));
  return acted("deleted", value);
};

export const quarantine = { list, release, remove } as const;
