/** A filter of the queue as a condition. Values only ever become parameters. */

export type QueueName = "incoming" | "outgoing" | "hold";

export type QueueFilter = {
  readonly queue?: QueueName | undefined;
  /** Part of the address, in any case; within < and > all of it, so that <> is the null sender. */
  readonly sender?: string | undefined;
  readonly recipient?: string | undefined;
  readonly nextHop?: string | undefined;
  readonly transport?: string | undefined;
  readonly messageId?: string | undefined;
  /** Part of the last reply. */
  readonly reply?: string | undefined;
  /** Part of an address, the subject, the next hop or the last reply. */
  readonly text?: string | undefined;
};

export const conditionOf = (filter: QueueFilter): { text: string; values: string[] } => {
  const values: string[] = [];
  const parts = ["true"];
  const is = (column: string, value: string | undefined, cast = ""): void => {
    if (value !== undefined) parts.push(`${column} = $${values.push(value)}${cast}`);
  };
  const contains = (columns: readonly string[], value: string | undefined): void => {
    if (value === undefined) return;
    const place = values.push(value);
    const each = columns.map(
      (column) => `position(lower($${place}) IN lower(coalesce(${column}, ''))) > 0`,
    );
    parts.push(`(${each.join(" OR ")})`);
  };
  const address = (column: string, value: string | undefined): void => {
    const whole = /^<(.*)>$/s.exec(value ?? "")?.[1];
    if (whole === undefined) contains([column], value);
    else parts.push(`lower(${column}) = lower($${values.push(whole)})`);
  };
  is("queue", filter.queue);
  is("next_hop", filter.nextHop);
  is("transport", filter.transport);
  is("message_id", filter.messageId, "::uuid");
  address("sender", filter.sender);
  address("recipient", filter.recipient);
  contains(["last_reply"], filter.reply);
  contains(
    ["sender", "recipient", "envelope ->> 'subject'", "next_hop", "last_reply"],
    filter.text,
  );
  return { text: parts.join(" AND "), values };
};
