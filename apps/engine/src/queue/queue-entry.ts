/** The queue's side of a message: what is committed before 250. */
import type { Content } from "../scanner/content.ts";

/** What travels with an entry from the session to the next hop and back to history. */
export type Envelope = {
  readonly sessionId: string;
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly serverAddress: string;
  readonly serverPort: number;
  readonly helo: string;
  readonly signIn: string | null;
  readonly tls: { readonly protocol: string; readonly cipher: string } | null;
  readonly smtpUtf8: boolean;
  readonly eightBit: boolean;
  readonly requireTls: boolean;
  /** RFC 3461. */
  readonly ret: "FULL" | "HDRS" | null;
  readonly envid: string | null;
  readonly notify: readonly ("NEVER" | "SUCCESS" | "FAILURE" | "DELAY")[] | null;
  readonly orcpt: string | null;
  /** May a DSN be sent for a late reject: authenticated, or SPF passed (no backscatter). */
  readonly mayBounce: boolean;
  readonly subject: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** An administrator said so: return it to the sender instead of delivering it. */
  readonly returnNow?: boolean | undefined;
  /** Of held mail: the transport that the flow chose for its release. */
  readonly releaseTransport?: string | undefined;
  /** The notice of delay has been sent. */
  readonly delayNoticed?: boolean | undefined;
};

export type NewEntry = {
  readonly queue: "incoming" | "outgoing";
  readonly sender: string; // "" is the null reverse-path
  readonly recipient: string;
  readonly domain: string | null;
  readonly transport: string | null;
  readonly delaySeconds: number;
  readonly envelope: Envelope;
};

export type HeldMessage = {
  readonly quarantine: string;
  readonly sender: string;
  readonly recipient: string;
  readonly subject: string;
  readonly reason: string;
  readonly flow: string;
  readonly node: string | null;
  readonly retentionDays: number;
  readonly envelope: Envelope;
};

/** One body as it will be delivered: fields put before it, then the (perhaps changed) header, then the rest of the content. */
export type StoredBody = {
  readonly prefix: Buffer; // Received and trace fields
  readonly header: Buffer; // the header section, changed or not
  readonly content: Content; // its own header section is skipped
  readonly entries: readonly NewEntry[];
  readonly held: readonly HeldMessage[];
};

/** Everything one transaction leaves behind; all of it is committed, or none. */
export type Acceptance = {
  readonly messageId: string;
  readonly revision: number;
  readonly listener: string | null;
  readonly receivedAt: Date;
  readonly bodies: readonly StoredBody[];
  readonly history: import("../history/event.ts").HistoryRecord;
};

/**
 * Resolves when everything is on stable storage (the promise behind `250`).
 * Rejects with a GatewayError (`STORAGE_FULL`, `STORAGE_UNSURE`, `STORAGE_UNREACHABLE`)
 * when it is not, or when nobody can say.
 */
export type AcceptMessage = (acceptance: Acceptance) => Promise<void>;
