/** What happened. */
import { ask } from "./connect.ts";
import type { Command } from "./invocation.ts";
import { printable, table } from "./table.ts";

export const history: Command = async ({ words, limit }) => {
  const query = words.join(" ");
  const value = await ask((api) => api.history.list.query({ query, limit: limit ?? 50 }));
  const rows = value.rows.map((row) => [
    row.at,
    row.messageId,
    row.outcome,
    row.sender === null ? "-" : `<${row.sender}>`,
    row.recipients.map((recipient) => `<${recipient}>`).join(" "),
    row.reply,
  ]);
  return {
    text: table(["time", "message", "outcome", "sender", "recipients", "reply"], rows),
    value,
  };
};

export const log: Command = async ({ words, limit }) => {
  const text = words.join(" ");
  const value = await ask((api) => api.log.search.query({ text, limit: limit ?? 200 }));
  const lines = [...value.rows].reverse().map((row) => {
    const key = [row.messageId, row.queueId].filter((part) => part !== null).join(":");
    return `${row.at} ${row.level} ${row.component} ${key === "" ? "-" : key} ${printable(row.text)}`;
  });
  return { text: lines.length === 0 ? "" : `${lines.join("\n")}\n`, value };
};
