/** What a session knows when it asks a flow, and the form of every answer. */
import type { Snapshot } from "../config/snapshot.ts";
import type { Content } from "../scanner/content.ts";
import type { LiveFlow } from "./live-flow.ts";
import type { FlowTrace } from "./trace.ts";
import type {
  AuthenticationVerdict,
  ContentVerdict,
  IpPolicyVerdict,
  RecipientVerdict,
} from "./verdict.ts";

export type TlsFacts = {
  readonly protocol: string;
  readonly cipher: string;
  readonly keySize: number;
};

/** Aborted when the client is gone or the run's time is over; read when somebody waits, for it may be made then. */
export type Cancel = { readonly signal: AbortSignal };

export type ConnectionFacts = {
  readonly sessionId: string;
  /** null before the end of MAIL. */
  readonly messageId: string | null;
  readonly clientAddress: string;
  readonly clientPort: number;
  readonly serverAddress: string;
  readonly serverPort: number;
  readonly listenerId: string;
  readonly helo: string;
  readonly tls: TlsFacts | null;
  /** Name of the authenticated user. */
  readonly signIn: string | null;
  /** `$context`: kept from flow to flow of one session. */
  readonly context: Map<string, unknown>;
  readonly snapshot: Snapshot;
  readonly cancel?: Cancel | undefined;
};

export type AuthenticationInput = ConnectionFacts & {
  readonly userName: string;
  readonly password: string;
  readonly mechanism: string;
};

export type RecipientInput = ConnectionFacts & {
  readonly sender: string; // "" is the null reverse-path
  readonly recipient: string;
  readonly senderParameters: Readonly<Record<string, string>>;
  readonly recipientParameters: Readonly<Record<string, string>>;
  /** Id of the domain object; null for a foreign domain of a signed-in user. */
  readonly domain: string | null;
  readonly transport: string | null;
  readonly recipientsSoFar: readonly string[];
};

export type ContentInput = ConnectionFacts & {
  readonly messageId: string;
  readonly sender: string;
  readonly recipient: string;
  readonly recipients: readonly string[];
  readonly content: Content;
  readonly smtpUtf8: boolean;
  /** RFC 8689: the sender would rather have it back than sent without TLS. */
  readonly requireTls: boolean;
  readonly domain: string | null;
  readonly transport: string | null;
  readonly directProcessing: boolean;
};

/** `trace` is null when no flow ran. */
export type Ran<Verdict> = { readonly verdict: Verdict; readonly trace: FlowTrace | null };
export type MaybeLater<T> = T | Promise<T>;

/** A null flow gives the kind's default at no cost. Never throws for what a flow does. */
export type FlowRunner = {
  readonly ipPolicy: (
    flow: LiveFlow | null,
    input: ConnectionFacts,
  ) => MaybeLater<Ran<IpPolicyVerdict>>;
  readonly authentication: (
    flow: LiveFlow | null,
    input: AuthenticationInput,
  ) => MaybeLater<Ran<AuthenticationVerdict>>;
  readonly recipient: (
    flow: LiveFlow | null,
    input: RecipientInput,
  ) => MaybeLater<Ran<RecipientVerdict>>;
  readonly content: (flow: LiveFlow | null, input: ContentInput) => MaybeLater<Ran<ContentVerdict>>;
};
