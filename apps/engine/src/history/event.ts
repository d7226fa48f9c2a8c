/** What happened, in the words of a postmaster. One enum, used by history, log and tests. */
import type { FlowTrace } from "../flows/trace.ts";

export const outcomes = [
  "blocked", // refused at connect
  "failed", // a session that went wrong: sign-in refused, limits, broken off
  "rejected",
  "deferred",
  "incoming", // waits for its content flow
  "queued", // waits for delivery
  "delivered",
  "quarantined",
  "deleted",
  "bounced",
  "mixed", // recipients ended differently
] as const;
export type Outcome = (typeof outcomes)[number];

export type Stage = "connect" | "auth" | "mail" | "rcpt" | "data" | "queue" | "delivery";

/** One row of history, written when a session or a transaction ends; later events update its outcome. */
export type HistoryRecord = {
  readonly messageId: string;
  readonly at: Date;
  readonly outcome: Outcome;
  readonly stage: Stage;
  readonly listener: string;
  readonly clientAddress: string;
  readonly helo: string;
  readonly signIn: string | null;
  readonly sender: string | null;
  readonly recipients: readonly string[];
  readonly subject: string;
  readonly size: number;
  readonly revision: number;
  readonly flow: string | null;
  readonly node: string | null;
  readonly reply: string;
  readonly traces: readonly FlowTrace[];
  readonly events: readonly HistoryEvent[];
  /** By recipient, where several ended before it was written; "" is what the others have. */
  readonly outcomes?: Readonly<Record<string, Outcome>> | undefined;
};

export type HistoryEventKind =
  | "connected"
  | "blocked"
  | "tls"
  | "signed-in"
  | "sign-in-refused"
  | "sender-accepted"
  | "sender-refused"
  | "recipient-accepted"
  | "recipient-rejected"
  | "recipient-deferred"
  | "message-accepted"
  | "message-rejected"
  | "message-deferred"
  | "quarantined"
  | "deleted"
  | "released"
  | "attempt-delivered"
  | "attempt-deferred"
  | "attempt-refused"
  | "bounced"
  | "notice-sent"
  | "retried"
  | "held"
  | "rerouted"
  | "return-asked"
  | "removed"
  | "disconnected";

export type HistoryEvent = {
  readonly at: Date;
  readonly kind: HistoryEventKind;
  readonly queueId: string | null;
  readonly recipient: string | null;
  /** Plain data for the message page: reply, next hop, TLS, attempt number, address, text … */
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
};

/** Takes records and events; never blocks a session, never loses one silently (a full buffer waits). */
export type History = {
  readonly record: (record: HistoryRecord) => void;
  readonly event: (messageId: string, event: HistoryEvent, outcome?: Outcome) => void;
  readonly trace: (messageId: string, trace: FlowTrace) => void;
  readonly log: (line: {
    level: "debug" | "info" | "warn" | "error";
    component: string;
    messageId?: string | null;
    queueId?: string | null;
    text: string;
  }) => void;
  /** Everything handed in so far is stored. */
  readonly flush: () => Promise<void>;
};
