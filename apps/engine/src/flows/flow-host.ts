/**
 * What one run of a flow borrows: variables, functions, clock, and the place where
 * its steps, look-ups and lines are noted. Made anew for each run, so it must be
 * cheap; whatever is the same for all runs of a kind is in its `FlowTable`.
 */
import type {
  Barriers,
  CallSite,
  FunctionBody,
  Host,
  Limits,
  RunContext,
  ScriptCache,
  Value,
} from "@sluice/hsl";
import { encodeText, HslArray, ScriptError } from "@sluice/hsl";
import type { Snapshot } from "../config/snapshot.ts";
import type { Message } from "../scanner/message.ts";
import type { Cancel } from "./flow-input.ts";
import type { ScriptMemory } from "./host/script-memory.ts";
import type { LiveFlow } from "./live-flow.ts";
import type { TraceLookup } from "./trace.ts";
import type { AcceptReply, AttemptChanges, ContentAction, NoticeChanges } from "./verdict.ts";

/** What is the same for all runs of a kind of flow. */
export type FlowTable = {
  readonly functions: ReadonlyMap<string, FunctionBody>;
  readonly variables: ReadonlyMap<string, (host: FlowHost) => Value>;
  readonly limits: Limits;
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly random: () => number;
  readonly memory: ScriptMemory;
  /** The machine's name, for a gateway that was given none. */
  readonly hostName: string;
  /** Stands in for a variable; `undefined`: nothing does. */
  readonly given?: ((name: string) => Value | undefined) | undefined;
};

/** The envelope as the run sees it; modifiers change it. */
export type RunEnvelope = {
  sender: string;
  recipient: string;
  /** Id of the transport, without `mailtransport:`. */
  transport: string | null;
  senderChanged: boolean;
  recipientChanged: boolean;
  transportChanged: boolean;
  /** What a content flow says about the client instead of what we saw. */
  clientAddress?: string | undefined;
  helo?: string | undefined;
};

/** What a content flow gathers before it ends. */
export type ContentState = {
  readonly message: Message;
  readonly actions: ContentAction[];
  /** Those of the actions that CopyMail asked for. */
  readonly copies: Set<ContentAction>;
  metadata: Record<string, string>;
  delaySeconds: number;
  readonly signatures: DkimSignature[];
  /** What Deliver wants said to the client; null: as usual. */
  reply: AcceptReply | null;
  /** The key of the ARC set it gets; null: none. */
  seal: ArcKey | null;
  /** Those of the deliver actions that are made while the client waits. */
  readonly direct: Set<ContentAction>;
};

export type DkimSignature = {
  readonly selector: string;
  readonly domain: string;
  readonly privateKey: string;
  readonly algorithm: string | undefined;
  readonly canonicalization: string;
  readonly headers: readonly string[] | null;
  readonly discardChanges: boolean;
  /** 0: without end. */
  readonly validSeconds: number;
};

export type ArcKey = Pick<DkimSignature, "domain" | "selector" | "privateKey"> & {
  readonly algorithm: string;
};

/** What a delivery flow changes for the one attempt before it. */
export type AttemptState = {
  changes: AttemptChanges;
  /** Gives back what CurrentConnections took. */
  readonly held: (() => void)[];
};

/** The facts of a run that functions ask for; the kinds of input all have them. */
export type RunFacts = {
  readonly snapshot: Snapshot;
  readonly messageId: string | null;
  readonly queueId: string | null;
  readonly context: Map<string, unknown>;
  readonly cancel: Cancel | undefined;
  /** Never shown: passwords of this run. */
  readonly secrets: readonly string[];
  readonly envelope: RunEnvelope | null;
  readonly content: ContentState | null;
  /** null after the attempt, and in other kinds of flow. */
  readonly attempt: AttemptState | null;
  /** What a notice about this mail would be like; null outside of delivery. */
  readonly notice: { changes: NoticeChanges } | null;
  /** Reply code of the attempt (0: no server answered); null before it. */
  readonly attemptCode: number | null;
  /** Notes that came with the message. */
  readonly metadata: Readonly<Record<string, string>>;
};

export type RunObserver = {
  /** A line of `echo`, or of the gateway about this run; already without secrets. */
  readonly line: (level: "debug" | "info" | "warn" | "error", text: string) => void;
  /** Nothing may be delivered, stored or counted: a dry run. */
  readonly isDry: boolean;
};

const contextKey = "script";

export class FlowHost implements Host {
  readonly functions: FlowTable["functions"];
  readonly limits: Limits;
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly random: () => number;
  readonly flow: LiveFlow;
  readonly facts: RunFacts;
  /** The input of the kind; only variables of that kind read it. */
  readonly input: unknown;
  readonly observer: RunObserver;
  readonly snapshot: Snapshot;
  /** Probe ids and the seconds they fired at, by turns. */
  readonly marks: number[] = [];
  /** Look-ups and lines with the number of marks there were. */
  readonly lookups: { readonly after: number; readonly lookup: TraceLookup }[] = [];
  readonly lines: { readonly after: number; readonly text: string }[] = [];
  readonly startedAt: number;
  private readonly table: FlowTable;
  private controller: AbortController | null = null;
  private deadline: NodeJS.Timeout | undefined;
  private readonly leftovers: (() => void)[] = [];

  constructor(
    table: FlowTable,
    flow: LiveFlow,
    facts: RunFacts,
    input: unknown,
    observer: RunObserver,
  ) {
    this.table = table;
    this.functions = table.functions;
    this.limits = table.limits;
    this.now = table.now;
    this.monotonic = table.monotonic;
    this.random = table.random;
    this.flow = flow;
    this.facts = facts;
    this.input = input;
    this.observer = observer;
    this.snapshot = facts.snapshot;
    this.startedAt = table.monotonic();
  }

  get cache(): ScriptCache {
    return this.table.memory.cacheOf(this.flow.id);
  }

  get barriers(): Barriers {
    return this.table.memory.barriersOf(this.flow.id);
  }

  get hostName(): string {
    const { hostName } = this.snapshot.settings.gateway;
    return hostName === "" ? this.table.hostName : hostName;
  }

  variable(name: string): Value | undefined {
    if (name === "context") {
      const kept = this.facts.context.get(contextKey);
      return kept instanceof HslArray ? kept.share() : new HslArray();
    }
    return this.table.given?.(name) ?? this.table.variables.get(name)?.(this);
  }

  setVariable(name: string, value: Value): void {
    if (name !== "context") return;
    if (value instanceof HslArray) value.share();
    this.facts.context.set(contextKey, value);
  }

  probe(id: number): void {
    this.marks.push(id, this.monotonic());
  }

  echo(line: string): void {
    this.note("debug", line);
  }

  warn(message: string, { line, column }: CallSite): void {
    this.note("warn", encodeText(`Line ${line}, column ${column}: ${message}`));
  }

  /** A line of the script, a byte string. */
  note(level: "debug" | "info" | "warn" | "error", bytes: string): void {
    const text = this.masked(textOf(bytes));
    this.lines.push({ after: this.marks.length, text });
    this.observer.line(level, text);
  }

  noteLookup(lookup: TraceLookup): void {
    this.lookups.push({ after: this.marks.length, lookup });
  }

  /** The text without this run's secrets. */
  masked(text: string): string {
    let result = text;
    for (const secret of this.facts.secrets) {
      if (secret !== "") result = result.replaceAll(secret, "***");
    }
    return result;
  }

  /** Aborted when the client is gone or the run's time is over. Made when somebody waits. */
  get signal(): AbortSignal {
    if (this.controller === null) {
      const controller = new AbortController();
      this.controller = controller;
      const left = this.limits.wallMilliseconds - (this.monotonic() - this.startedAt) * 1000;
      this.deadline = setTimeout(() => controller.abort(), Math.max(0, left));
      this.deadline.unref();
      const outer = this.facts.cancel?.signal;
      if (outer?.aborted === true) controller.abort();
      else outer?.addEventListener("abort", this.abort, { once: true });
    }
    return this.controller.signal;
  }

  private readonly abort = (): void => this.controller?.abort();

  /** Something the script holds open; it is closed when the run is over, however it ended. */
  atEnd(close: () => void): void {
    this.leftovers.push(close);
  }

  /** The run is over: nobody waits any more. */
  finish(): void {
    for (const close of this.leftovers.splice(0)) close();
    if (this.controller === null) return;
    clearTimeout(this.deadline);
    this.facts.cancel?.signal.removeEventListener("abort", this.abort);
  }
}

/** The host of a call; bodies of ours run on no other. */
export const flowHost = (run: Pick<RunContext, "host">): FlowHost => {
  if (run.host instanceof FlowHost) return run.host;
  throw new ScriptError("host-error", "this function works only inside a flow");
};

/** The message of a content flow. */
export const contentState = (run: Pick<RunContext, "host">): ContentState => {
  const { content } = flowHost(run).facts;
  if (content === null) throw new ScriptError("host-error", "there is no message here");
  return content;
};

export const runEnvelope = (run: Pick<RunContext, "host">): RunEnvelope => {
  const { envelope } = flowHost(run).facts;
  if (envelope === null) throw new ScriptError("host-error", "there is no envelope here");
  return envelope;
};

/** A byte string of a script as text for logs; wrong UTF-8 is shown as U+FFFD. */
export const textOf = (bytes: string): string =>
  /[\u0080-\u00ff]/.test(bytes) ? Buffer.from(bytes, "latin1").toString("utf8") : bytes;
