/**
 * Mail of our own: what `mail()` writes goes into the queue and passes no flow on its
 * way, so a flow cannot start itself. And the numbers of the queue that a flow may ask.
 */
import { randomUUID } from "node:crypto";
import { encodeUtf8, encodeWords, foldField, formatDate, parseMailbox } from "@sluice/mail-syntax";
import type pg from "pg";
import { GatewayError } from "../../errors.ts";
import { ownAcceptance } from "../../queue/own-acceptance.ts";
import type { AcceptMessage } from "../../queue/queue-entry.ts";

export type OwnMessage = {
  readonly sender: string;
  readonly recipient: string;
  readonly subject: string;
  readonly body: string;
  readonly senderName: string;
  readonly recipientName: string;
  readonly transport: string | null;
  readonly headers: readonly (readonly [string, string])[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly hostName: string;
  readonly revision: number;
  readonly flow: string;
};

export type QueueMetric = {
  readonly metric: "count" | "bytes";
  readonly filter: {
    readonly senderDomain?: string | undefined;
    readonly recipientDomain?: string | undefined;
    readonly sender?: string | undefined;
    readonly transport?: string | undefined;
    readonly retry?: number | undefined;
    readonly metadata: Readonly<Record<string, string>>;
  };
};

export type OwnMail = {
  /** The id of the message, when it is on stable storage. */
  readonly send: (message: OwnMessage) => Promise<string>;
  readonly metric: (question: QueueMetric) => Promise<number>;
};

export const createOwnMail = ({
  pool,
  accept,
  clock = () => new Date(),
}: {
  pool: pg.Pool;
  accept: AcceptMessage;
  clock?: () => Date;
}): OwnMail => ({
  send: async (message) => {
    if (parseMailbox(message.recipient) === null) {
      throw new GatewayError("INVALID", `${message.recipient} is no address.`);
    }
    const messageId = randomUUID();
    const now = clock();
    await accept(
      ownAcceptance({
        messageId,
        at: now,
        bytes: Buffer.from(write(message, messageId, now), "latin1"),
        ...message,
      }),
    );
    return messageId;
  },
  metric: async ({ metric, filter }) => {
    const conditions: string[] = [];
    const values: unknown[] = [];
    const add = (condition: (parameter: string) => string, value: unknown): void => {
      values.push(value);
      conditions.push(condition(`$${values.length}`));
    };
    if (filter.sender !== undefined) add((p) => `lower(sender) = lower(${p})`, filter.sender);
    if (filter.senderDomain !== undefined) {
      add((p) => `lower(split_part(sender, '@', -1)) = lower(${p})`, filter.senderDomain);
    }
    if (filter.recipientDomain !== undefined) {
      add((p) => `lower(split_part(recipient, '@', -1)) = lower(${p})`, filter.recipientDomain);
    }
    if (filter.transport !== undefined) add((p) => `transport = ${p}`, filter.transport);
    if (filter.retry !== undefined) add((p) => `attempts = ${p}`, Math.trunc(filter.retry));
    if (Object.keys(filter.metadata).length > 0) {
      add((p) => `envelope -> 'metadata' @> ${p}::jsonb`, JSON.stringify(filter.metadata));
    }
    const what = metric === "bytes" ? "coalesce(sum(size), 0)" : "count(*)";
    const where = conditions.length === 0 ? "" : ` WHERE ${conditions.join(" AND ")}`;
    const { rows } = await pool.query<{ value: string }>(
      `SELECT ${what} AS value FROM queue_entry${where}`,
      values,
    );
    return Number(rows[0]?.value ?? 0);
  },
});

/** The message as a byte string: UTF-8 text, lines ended by CRLF. */
const write = (message: OwnMessage, messageId: string, now: Date): string => {
  const address = (name: string, mailbox: string): string =>
    name === "" ? `<${mailbox}>` : `${phrase(name)} <${encodeUtf8(mailbox)}>`;
  const fields: (readonly [string, string])[] = [
    ["From", address(message.senderName, message.sender || `MAILER-DAEMON@${message.hostName}`)],
    ["To", address(message.recipientName, message.recipient)],
    ["Subject", encodeWords(message.subject)],
    ["Date", formatDate(now)],
    ["Message-ID", `<${messageId}@${message.hostName}>`],
    ["Auto-Submitted", "auto-generated"],
    ["MIME-Version", "1.0"],
    ["Content-Type", "text/plain; charset=utf-8"],
    ["Content-Transfer-Encoding", "base64"],
    ...message.headers.map(([name, value]) => [name, encodeWords(value)] as const),
  ];
  const body = Buffer.from(message.body.replace(/\r\n|\r|\n/g, "\r\n"), "utf8").toString("base64");
  const lines = body.match(/.{1,76}/g) ?? [];
  return `${fields.map(([name, value]) => foldField(name, value)).join("")}\r\n${lines.join("\r\n")}\r\n`;
};

const phrase = (name: string): string => {
  const encoded = encodeWords(name);
  return encoded === name ? `"${name.replace(/["\\]/g, "\\$&")}"` : encoded;
};
