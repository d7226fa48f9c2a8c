/**
 * What is known of one connection, and the history it leaves. A session takes
 * the snapshot at its start and keeps it to its end; each transaction becomes
 * one history record, and a session that said something but began none becomes one too.
 */
import { randomFillSync } from "node:crypto";
import type { Listener } from "@sluice/settings";
import type { DomainMatch } from "../config/domain-match.ts";
import type { Snapshot } from "../config/snapshot.ts";
import type { ConnectionFacts, FlowRunner, TlsFacts } from "../flows/flow-input.ts";
import type { FlowTrace } from "../flows/trace.ts";
import type { History, HistoryEvent, HistoryRecord, Outcome, Stage } from "../history/event.ts";
import type { AcceptMessage } from "../queue/queue-entry.ts";
import type { ContentStore } from "../scanner/content-store.ts";
import type { Departure } from "./departure.ts";
import type { PolicyCache } from "./policy-cache.ts";
import type { SignInGuard } from "./sign-in-guard.ts";

export type SessionParts = {
  readonly runner: FlowRunner;
  readonly acceptMessage: AcceptMessage;
  readonly history: History;
  readonly contents: ContentStore;
  /** "full": new mail gets 452 until there is room again. */
  readonly storageState: (listener: Listener) => "ready" | "full";
  readonly clock: () => Date;
  /** Milliseconds that only go forward, for time limits. */
  readonly monotonic: () => number;
  readonly hostName: string;
  readonly policies: PolicyCache;
  readonly signIns: SignInGuard;
};

export type TakenRecipient = {
  /** As the client said it. */
  readonly address: string;
  /** After the recipient flow. */
  readonly recipient: string;
  readonly match: DomainMatch | null; // null: a foreign domain, from a signed-in user
  readonly contentFlow: string | null;
  readonly transport: string | null;
  readonly notify: readonly ("NEVER" | "SUCCESS" | "FAILURE" | "DELAY")[] | null;
  readonly orcpt: string | null;
};

export type Transaction = {
  readonly messageId: string;
  sender: string;
  readonly senderParameters: Readonly<Record<string, string>>;
  readonly smtpUtf8: boolean;
  readonly eightBit: boolean;
  readonly requireTls: boolean;
  readonly ret: "FULL" | "HDRS" | null;
  readonly envid: string | null;
  readonly recipients: TakenRecipient[];
  readonly refused: string[];
  /** Mailboxes that were taken, each with its place in `recipients`, to see one that comes twice. */
  readonly known: Map<string, number>;
  /** For each RCPT that was taken, the place of its recipient. */
  readonly taken: number[];
  readonly events: HistoryEvent[];
  readonly traces: FlowTrace[];
  /** The latest refusal, which is what the record tells when no recipient was taken. */
  refusal: {
    readonly outcome: Outcome;
    readonly reply: string;
    readonly trace: FlowTrace | null;
  } | null;
};

export type Session = {
  readonly id: string;
  readonly snapshot: Snapshot;
  readonly listenerId: string;
  readonly listener: Listener;
  readonly parts: SessionParts;
  readonly serverAddress: string;
  readonly serverPort: number;
  clientAddress: string;
  clientPort: number;
  helo: string;
  /** EHLO or LHLO, not HELO. */
  isExtended: boolean;
  tls: TlsFacts | null;
  signIn: string | null;
  readonly context: Map<string, unknown>;
  transaction: Transaction | null;
  transactions: number;
  /** The client gave a command. */
  hasSpoken: boolean;
  /** The client said QUIT, or we closed with a reply of our own. */
  isFinished: boolean;
  /** Of the whole session: repeated in each of its records. */
  readonly events: HistoryEvent[];
  readonly traces: FlowTrace[];
  failure: {
    readonly stage: Stage;
    readonly outcome: "blocked" | "failed";
    readonly reply: string;
    readonly trace: FlowTrace | null;
  } | null;
  readonly cancel: Departure;
};

const idBytes = 16;
const pool = Buffer.alloc(256 * idBytes);
let unused = 0;

/** A time-ordered UUID (RFC 9562 §5.7). Asking the kernel for each one's random bytes costs more than the id. */
export const newId = (now: number): string => {
  if (unused === 0) {
    randomFillSync(pool);
    unused = pool.length;
  }
  unused -= idBytes;
  const at = unused;
  pool.writeUIntBE(now, at, 6);
  pool[at + 6] = 0x70 | ((pool[at + 6] ?? 0) & 0x0f); // version
  pool[at + 8] = 0x80 | ((pool[at + 8] ?? 0) & 0x3f); // variant
  const hex = pool.toString("hex", at, at + idBytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};

export const connectionFacts = (session: Session): ConnectionFacts => ({
  sessionId: session.id,
  messageId: session.transaction?.messageId ?? null,
  clientAddress: session.clientAddress,
  clientPort: session.clientPort,
  serverAddress: session.serverAddress,
  serverPort: session.serverPort,
  listenerId: session.listenerId,
  helo: session.helo,
  tls: session.tls,
  signIn: session.signIn,
  context: session.context,
  snapshot: session.snapshot,
  cancel: session.cancel,
});

export const eventOf = (
  session: Session,
  kind: HistoryEvent["kind"],
  detail: HistoryEvent["detail"] = {},
  recipient: string | null = null,
): HistoryEvent => ({ at: session.parts.clock(), kind, queueId: null, recipient, detail });

export const decidingNode = (trace: FlowTrace | null): string | null =>
  trace?.steps.at(-1)?.node ?? null;

/** The record of a transaction that ends now. */
export const recordOf = (
  session: Session,
  transaction: Transaction,
  end: {
    outcome: Outcome;
    stage: Stage;
    reply: string;
    trace: FlowTrace | null;
    subject: string;
    size: number;
  },
): HistoryRecord => ({
  messageId: transaction.messageId,
  at: session.parts.clock(),
  outcome: end.outcome,
  stage: end.stage,
  listener: session.listenerId,
  clientAddress: session.clientAddress,
  helo: session.helo,
  signIn: session.signIn,
  sender: transaction.sender,
  recipients: [...transaction.recipients.map(({ address }) => address), ...transaction.refused],
  subject: end.subject,
  size: end.size,
  revision: session.snapshot.revision,
  flow: end.trace?.flow ?? null,
  node: decidingNode(end.trace),
  reply: end.reply,
  traces: [...session.traces, ...transaction.traces],
  events: [...session.events, ...transaction.events],
});

/** The record of a transaction that no flow of content has seen. */
export const recordUnfinished = (
  session: Session,
  transaction: Transaction,
  stage: "rcpt" | "data",
): void => {
  const { refusal } = transaction;
  if (transaction.recipients.length === 0 && refusal === null) return; // MAIL alone: nothing was asked of a flow
  session.parts.history.record(
    recordOf(session, transaction, {
      outcome: transaction.recipients.length > 0 ? "failed" : (refusal?.outcome ?? "failed"),
      stage,
      reply: refusal?.reply ?? session.failure?.reply ?? "",
      trace: refusal?.trace ?? null,
      subject: "",
      size: 0,
    }),
  );
};

/** A transaction that never came to a message: RSET, QUIT, a lost connection, or every recipient refused. */
export const abandonTransaction = (session: Session, stage: "rcpt" | "data" = "rcpt"): void => {
  const { transaction } = session;
  session.transaction = null;
  if (transaction !== null) recordUnfinished(session, transaction, stage);
};

/**
 * A session that is over without a transaction leaves a record when something
 * went wrong in it, or when it spoke and broke off. One that only looks at the
 * greeting, or says QUIT (a health check), leaves none.
 */
export const endSession = (session: Session, stage: "rcpt" | "data" = "rcpt"): void => {
  const isBrokenOff = session.hasSpoken && !session.isFinished;
  if (isBrokenOff) {
    const lost = eventOf(session, "disconnected");
    (session.transaction ?? session).events.push(lost);
  }
  abandonTransaction(session, stage);
  const { failure, parts } = session;
  if (session.transactions > 0 || (failure === null && !isBrokenOff)) return;
  parts.history.record({
    messageId: session.id,
    at: parts.clock(),
    outcome: failure?.outcome ?? "failed",
    stage: failure?.stage ?? "connect",
    listener: session.listenerId,
    clientAddress: session.clientAddress,
    helo: session.helo,
    signIn: session.signIn,
    sender: null,
    recipients: [],
    subject: "",
    size: 0,
    revision: session.snapshot.revision,
    flow: failure?.trace?.flow ?? null,
    node: decidingNode(failure?.trace ?? null),
    reply: failure?.reply ?? "",
    traces: session.traces,
    events: session.events,
  });
};
