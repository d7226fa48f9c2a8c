import type { Runner } from "../queue-store.ts";

/**
 * Which of these messages the database has taken over: their records are in its history. It
 * writes one in the same commit as everything else about the message.
 */
export const storedAlready = async (
  runner: Runner,
  messageIds: readonly string[],
): Promise<ReadonlySet<string>> => {
  if (messageIds.length === 0) return new Set();
  const { rows } = await runner.query<{ message_id: string }>({
    name: "journal-stored",
    text: "SELECT message_id FROM mail_history WHERE message_id = ANY ($1::uuid[])",
    values: [messageIds],
  });
  return new Set(rows.map((row) => row.message_id));
};
