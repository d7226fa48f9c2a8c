/** What the client of SMTP is given, and what it gives back. */
import type { TlsFailure } from "./connect-error.ts";
import type { ClientCertificate, TlsPolicy } from "./tls-policy.ts";

export type ResolvedHost = {
  readonly name: string;
  readonly address: string;
  readonly port: number;
};

/** A step of opening a connection, for somebody who watches. */
export type ConnectStep = "connect" | "greeting" | "hello" | "tls" | "sign-in";

export type ClientOptions = {
  readonly helo: string;
  readonly protocol: "smtp" | "lmtp";
  readonly tls: TlsPolicy;
  /** Shown to servers that ask for one. */
  readonly clientCertificate: ClientCertificate | null;
  readonly sasl: { readonly user: string; readonly password: string } | null;
  readonly authWithoutTls: boolean;
  readonly sourceAddress: string | null;
  /** Waits of RFC 5321 §4.5.3.2. */
  readonly connectSeconds: number;
  readonly commandSeconds: number;
  readonly dataSeconds: number;
  readonly transferSeconds: number;
  readonly finalSeconds: number;
  readonly onStep?: ((step: ConnectStep, text: string) => void) | undefined;
};

export type OutgoingRecipient = {
  readonly address: string;
  readonly notify: readonly string[] | null;
  readonly orcpt: string | null;
};

export type OutgoingMessage = {
  readonly sender: string;
  readonly recipients: readonly OutgoingRecipient[];
  /** In memory, or read anew each time. */
  readonly body: Buffer | (() => AsyncIterable<Buffer>);
  readonly size: number;
  readonly eightBit: boolean;
  readonly smtpUtf8: boolean;
  readonly requireTls: boolean;
  readonly ret: "FULL" | "HDRS" | null;
  readonly envid: string | null;
};

/** What the next hop said of one recipient; code 0: nobody answered. */
export type RecipientResult = {
  readonly recipient: string;
  readonly code: number;
  readonly status: string | null;
  readonly text: string;
};

export type Sent = {
  readonly results: readonly RecipientResult[];
  /**
   * Before the server had taken anything of this message it hung up: another
   * connection may be tried at once. `stale` is a kept connection that had ended
   * meanwhile, `lost` is a new one.
   */
  readonly ended: "stale" | "lost" | null;
};

export type SmtpClient = {
  readonly host: ResolvedHost;
  readonly protocol: "smtp" | "lmtp";
  readonly sourceAddress: string;
  readonly tls: {
    readonly protocol: string;
    readonly cipher: string;
    readonly verified: boolean;
  } | null;
  /** What its policy's owner would hear of this connection's TLS; null: nothing is wrong. */
  readonly tlsProblem: TlsFailure | null;
  /** The server takes DSN requests over (RFC 3461 §5.2.1). */
  readonly takesDsn: boolean;
  readonly send: (message: OutgoingMessage) => Promise<Sent>;
  readonly messages: () => number;
  readonly isUsable: () => boolean;
  readonly close: () => void;
};
