/**
 * What the API is made of. Each member is the public side of a stage; the API
 * adds permissions, audit and words, never mail logic.
 */
import type { BlockRegistry, Flow, FlowKind, FlowProblem } from "@sluice/flow-schema";
import type { Directory, SigningKey, Transport } from "@sluice/settings";
import type { MatchStep } from "../config/domain-match.ts";
import type { CheckReport } from "../flows/host/test-directory.ts";
import type { ScriptAnswer, ScriptVerdict } from "../flows/run-script-once.ts";
import type { FlowTrace } from "../flows/trace.ts";
import type { Outcome } from "../history/event.ts";
import type { HistorySearch } from "../history/history-search.ts";
import type { LogSearch } from "../history/log-search.ts";
import type { TlsResultRow } from "../history/tls-results.ts";
import type { Quarantine } from "../quarantine/quarantine.ts";
import type { QueueOperations } from "../queue/queue-operations.ts";
import type { StoredMessages } from "../queue/stored-message.ts";
import type { DraftStore } from "../store/draft-store.ts";
import type { IconStore } from "../store/icon-store.ts";
import type { SecretAccess } from "../store/load-snapshot.ts";
import type { Store } from "../store/prisma.ts";
import type { CompileFlow } from "../store/problems/problem.ts";
import type { RevisionStore } from "../store/revision-store.ts";
import type { SecondFactorStore } from "../store/second-factor.ts";
import type { SecretStore } from "../store/secret-store.ts";
import type { SessionStore } from "../store/session-store.ts";
import type { UnusedSecrets } from "../store/unused-secrets.ts";
import type { UserStore } from "../store/user-store.ts";
import type { ViewStore } from "../store/view-store.ts";
import type { Downloads } from "./downloads.ts";
import type { Jobs } from "./jobs.ts";
import type { KeyRecordCheck } from "./key-record-check.ts";
import type { SignInThrottle } from "./sign-in-throttle.ts";

export type ApiParts = {
  readonly version: string;
  readonly clock: () => Date;
  readonly store: Store;
  readonly drafts: DraftStore;
  readonly revisions: RevisionStore;
  readonly secrets: SecretStore;
  readonly unusedSecrets: UnusedSecrets;
  readonly secretAccess: SecretAccess;
  readonly users: UserStore;
  readonly views: ViewStore;
  readonly sessions: SessionStore;
  readonly secondFactors: SecondFactorStore;
  readonly icons: IconStore;
  readonly blocks: BlockRegistry;
  readonly compileFlow: CompileFlow;
  readonly throttle: SignInThrottle;
  readonly jobs: Jobs;
  readonly downloads: Downloads;
  /** Notices of other processes: `sluice_draft`, `sluice_history`. */
  readonly notices: (channel: string, listener: (payload: string) => void) => () => void;
  readonly queue: QueuePort;
  readonly quarantine: QuarantinePort;
  readonly history: HistoryPort;
  readonly log: LogPort;
  readonly checks: ChecksPort;
  readonly system: SystemPort;
};

// ── queue ──────────────────────────────────────────────────────────────────

export type {
  Pause,
  PauseTarget,
  QueueAction,
  QueueFilter,
  QueueName,
  QueueRow,
  QueueSummary,
} from "../queue/queue-operations.ts";

export type QueuePort = QueueOperations;

// ── quarantine ─────────────────────────────────────────────────────────────

export type { QuarantineRow } from "../quarantine/quarantine.ts";

export type QuarantinePort = Omit<Quarantine, "expire">;

// ── history and log ────────────────────────────────────────────────────────

export type { HistoryRow, MessageView } from "../history/history-search.ts";
export type { LogRow } from "../history/log-search.ts";
export type { MessagePlaces } from "../queue/stored-message.ts";

export type LogPort = LogSearch;

/** `query` is in the search language; a wrong one is a GatewayError INVALID with the position. */
export type HistoryPort = Pick<HistorySearch, "list" | "message" | "runsOf"> & {
  /** The message itself, while it is kept. */
  readonly stored: Pick<StoredMessages, "places" | "open">;
  readonly numbers: (hours: number) => Promise<HistoryNumbers>;
  /** Mail that a query finds, in steps of time; oldest first. */
  readonly histogram: (query: string, hours: number) => Promise<HistoryNumbers["steps"]>;
  readonly flowActivity: (flow: string, hours: number) => Promise<readonly NodeActivity[]>;
  /** Runs of each flow in the last 24 hours. */
  readonly flowRuns: () => Promise<ReadonlyMap<string, number>>;
};

export type HistoryNumbers = {
  /** Mail by outcome in each step of the span, oldest first. */
  readonly steps: readonly {
    readonly at: string;
    readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  }[];
  readonly outcomes: Readonly<Partial<Record<Outcome, number>>>;
  readonly decidedBy: readonly {
    readonly flow: string;
    readonly node: string;
    readonly outcome: Outcome;
    readonly count: number;
  }[];
};

export type NodeActivity = {
  readonly node: string;
  /** null: the run ended in the node. */
  readonly outcome: string | null;
  readonly count: number;
  readonly averageMicroseconds: number;
};

// ── checks against the world, and dry runs ─────────────────────────────────

export type { MatchStep } from "../config/domain-match.ts";
export type { CheckReport, CheckStep } from "../flows/host/test-directory.ts";

export type MatchExplanation = {
  readonly listener: string | null;
  readonly domain: string | null;
  readonly steps: readonly MatchStep[];
  readonly flows: Readonly<Record<FlowKind, string | null>>;
  readonly transport: string | null;
  /** What the recipient is told before any flow of it runs; null: it is taken so far. */
  readonly refusal: string | null;
  /** What else counts for this client and this recipient, in words. */
  readonly notes: readonly string[];
};

export type ScriptRun = {
  /** The action that ended the script, with its text or first argument; null: it took none. */
  readonly verdict: ScriptVerdict | null;
  /** What the checker says, and what went wrong while it ran. */
  readonly diagnostics: ScriptAnswer["diagnostics"];
  readonly log: readonly string[];
  readonly trace: FlowTrace | null;
};

/** What a run finds, by the names of the language's context variables. */
export type TrialFacts = Readonly<Record<string, string | number | boolean>>;

export type TrialQuestion = {
  readonly id: string;
  readonly flow: Flow;
  /** A message of history: its session, and its content while that is stored. */
  readonly messageId: string | null;
  /** A message to judge instead of the stored one. */
  readonly content: Buffer | null;
  /** Wins over what history says. */
  readonly facts: TrialFacts;
};

type TrialProblems = {
  readonly kind: "problems";
  readonly problems: readonly { readonly message: string; readonly node: string | null }[];
};

export type FlowTrial =
  | TrialProblems
  | {
      readonly kind: "ran";
      readonly trace: FlowTrace;
      readonly facts: TrialFacts;
      /** Whose content the flow saw; `sample`: a short made-up one. */
      readonly content: "stored" | "given" | "sample";
      /** The same on the revision in force; null: it has no such flow. */
      readonly live: FlowTrace | null;
    };

export type FlowReplay =
  | TrialProblems
  | {
      readonly kind: "ran";
      readonly same: number;
      /** Its content is not stored any more, or the time was over. */
      readonly skipped: number;
      readonly changed: readonly {
        readonly messageId: string;
        readonly at: string;
        readonly sender: string | null;
        readonly recipient: string | null;
        readonly subject: string;
        readonly before: string;
        readonly after: string;
      }[];
    };

export type ChecksPort = {
  readonly directory: (
    directory: Directory,
    bindPassword: string | null,
    lookup: string | null,
  ) => Promise<CheckReport>;
  readonly transport: (
    transport: Transport,
    password: string | null,
    recipientDomain: string | null,
  ) => Promise<CheckReport>;
  readonly keyRecord: (question: {
    domain: string;
    selector: string;
    key: SigningKey;
  }) => Promise<KeyRecordCheck>;
  readonly whichFlow: (question: {
    clientAddress: string;
    listener: string;
    recipient: string;
  }) => Promise<MatchExplanation>;
  /** Runs a script without effects: nothing is delivered, stored or counted. */
  readonly runScript: (question: {
    flowKind: FlowKind;
    script: string;
    messageId: string | null;
    variables: Readonly<Record<string, unknown>>;
  }) => Promise<ScriptRun>;
  /** Runs a draft flow without effects, on a real message. */
  readonly tryFlow: (question: TrialQuestion) => Promise<FlowTrial>;
  /** Runs a draft flow on the latest mail that the flow has judged. */
  readonly replayFlow: (id: string, flow: Flow, count: number) => Promise<FlowReplay>;
  readonly checkScript: (flowKind: FlowKind, script: string) => readonly FlowProblem[];
};

// ── the machine ────────────────────────────────────────────────────────────

export type ListenerStatus = {
  readonly worker: string;
  readonly listener: string;
  readonly state: "listening" | "failed";
  readonly address: string;
  readonly port: number;
  readonly error: string | null;
  readonly connections: number;
  /** Of the settings that this worker's ports follow. */
  readonly revision: number | null;
};

export type SystemPort = {
  readonly listeners: () => Promise<readonly ListenerStatus[]>;
  /** TLS to other servers, with its failures, from this day (UTC) on. */
  readonly tlsResults: (since: Date) => Promise<readonly TlsResultRow[]>;
  /** Text of /metrics. */
  readonly metrics: () => Promise<{ readonly contentType: string; readonly text: string }>;
};
