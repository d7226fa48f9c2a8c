/**
 * One run of one script that leaves nothing behind: DNS, directories, HTTP and other
 * mail servers are really asked; nothing is delivered, stored, counted or logged.
 * For the command line and the page "Scripting".
 */
import { type BlockRegistry, environmentFor, type FlowKind } from "@sluice/flow-schema";
import type { ExecutorRegistry } from "@sluice/flow-schema/execution";
import {
  compile,
  type Diagnostic,
  encodeText,
  fullMessage,
  type RunResult,
  toText,
} from "@sluice/hsl";
import type { Snapshot } from "../config/snapshot.ts";
import type { Envelope } from "../queue/queue-entry.ts";
import { contentOfBytes } from "../scanner/content-store.ts";
import { textsOf } from "./arguments.ts";
import type { DeliveryInput } from "./delivery-input.ts";
import type { ConnectionFacts, Ran } from "./flow-input.ts";
import type { LiveFlow } from "./live-flow.ts";
import { createDeliveryFlowRunner } from "./run-delivery.ts";
import { createFlowRunner } from "./run-flow.ts";
import type { FlowParts } from "./run-once.ts";
import { scriptFiles } from "./script-files.ts";
import { withoutSecret } from "./secret-forms.ts";
import type { FlowServices } from "./services.ts";
import type { FlowTrace } from "./trace.ts";
import { jsonValue } from "./values.ts";

export type ScriptQuestion = {
  readonly kind: FlowKind;
  readonly script: string;
  /** Values of context variables by their names; what is not given has a plain default. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** The mail of a content flow. */
  readonly message: Buffer | null;
  readonly snapshot: Snapshot;
  readonly signal?: AbortSignal | undefined;
};

export type ScriptVerdict = {
  readonly action: string;
  readonly text?: string;
  readonly arg?: string;
};

export type ScriptAnswer = {
  readonly log: readonly string[];
  /** null: the script ended without an action, did not run, or failed. */
  readonly verdict: ScriptVerdict | null;
  readonly diagnostics: readonly Pick<
    Diagnostic,
    "severity" | "code" | "message" | "line" | "column"
  >[];
  readonly trace: FlowTrace | null;
};

export type ScriptParts = {
  readonly services: FlowServices;
  readonly blocks: BlockRegistry;
  readonly executors: ExecutorRegistry;
  readonly hostName: string;
  /** In place of what runs of the kind may use up. */
  readonly limits?: FlowParts["limits"];
};

/** What is wrong with a script of a kind of flow; included files come from the snapshot. */
export const compileScript = (
  kind: FlowKind,
  script: string,
  blocks: BlockRegistry,
  file: Snapshot["file"],
) =>
  compile(script, environmentFor(kind, blocks), {
    resolve: scriptFiles(file),
  });

export type DryRunner = (
  flow: LiveFlow,
  question: Omit<ScriptQuestion, "kind" | "script">,
) => Promise<{ readonly trace: FlowTrace | null; readonly verdict: ScriptVerdict | null }>;

/** Runs a compiled flow and leaves nothing behind. */
export const createDryRunner = (parts: ScriptParts): DryRunner => {
  const silent = { log: () => {}, ran: () => {} };

  return async (flow, given) => {
    const ended: RunResult[] = [];
    const runnerParts: FlowParts = {
      ...parts,
      history: silent,
      isDry: true,
      ended: (result) => ended.push(result),
    };
    const question = { ...given, kind: flow.kind };
    const { trace } = await run(flow, question, runnerParts);
    if ((trace?.error ?? null) !== null) return { trace, verdict: null };
    const { variables } = environmentFor(flow.kind, parts.blocks);
    const secrets = Object.entries(given.variables)
      .filter(([name]) => variables.get(name)?.secret === true)
      .flatMap(([, value]) => textsIn(value));
    const masked = (text: string): string => secrets.reduce(withoutSecret, text);
    return { trace, verdict: verdictOf(ended[0], masked) };
  };

  async function run(
    flow: LiveFlow,
    question: Omit<ScriptQuestion, "script">,
    runnerParts: FlowParts,
  ): Promise<Ran<unknown>> {
    const { variables } = question;
    const asked = new Set<string>();
    const read = reader(variables, asked);
    const parts: FlowParts = {
      ...runnerParts,
      // what the facts below are not made from is given as it is
      given: (name) =>
        asked.has(name) || !Object.hasOwn(variables, name) ? undefined : jsonValue(variables[name]),
    };
    const sessions = createFlowRunner(parts);
    const deliveries = createDeliveryFlowRunner(parts);
    const facts = factsOf(question, read);
    switch (flow.kind) {
      case "ip-policy":
        return sessions.ipPolicy(flow, facts);
      case "authentication":
        return sessions.authentication(flow, {
          ...facts,
          userName: read.text("saslusername", "user"),
          password: read.text("saslpassword", ""),
          mechanism: read.text("saslmechanism", "PLAIN"),
        });
      case "recipient":
        return sessions.recipient(flow, {
          ...facts,
          ...envelopeOf(read),
          senderParameters: {},
          recipientParameters: {},
          recipientsSoFar: [],
        });
      case "content":
        return sessions.content(flow, {
          ...facts,
          ...envelopeOf(read),
          messageId: facts.messageId ?? facts.sessionId,
          recipients: [envelopeOf(read).recipient],
          content: contentOfBytes(question.message ?? sampleMessage(read)),
          smtpUtf8: false,
          requireTls: false,
          directProcessing: read.flag("directprocessing", true),
        });
      case "delivery": {
        const input = deliveryOf(question, read);
        const isAfter = read.flag("attempted", Object.hasOwn(variables, "errorcode"));
        if (!isAfter) return deliveries.before(flow, input);
        const attempt = {
          code: read.number("errorcode", 451),
          enhancedStatus: read.text("errorndr", "") || null,
          text: read.text("errormsg", ""),
          nextHopAddress: read.text("serverip", ""),
          nextHopPort: read.number("serverport", 25),
          sourceAddress: read.text("sourceip", ""),
          transferSeconds: read.number("transfertime", 0),
          isLast: false,
        };
        return deliveries.after(flow, { ...input, attempt });
      }
      default:
        return flow.kind satisfies never;
    }
  }
};

export const createScriptRunner = (
  parts: ScriptParts,
): ((question: ScriptQuestion) => Promise<ScriptAnswer>) => {
  const run = createDryRunner(parts);

  return async ({ kind, script: text, ...question }) => {
    const { snapshot } = question;
    const { script, diagnostics } = compileScript(kind, text, parts.blocks, snapshot.file);
    const told = diagnostics.map((diagnostic) => ({
      severity: diagnostic.severity,
      code: diagnostic.code,
      message: fullMessage(diagnostic),
      line: diagnostic.line,
      column: diagnostic.column,
    }));
    if (script === null) return { log: [], verdict: null, diagnostics: told, trace: null };
    const flow: LiveFlow = {
      id: "script",
      kind,
      title: "Script",
      revision: snapshot.revision,
      script,
      text,
      origins: [{ id: 0, node: "script", start: 0, end: Math.max(1, text.length) }],
      dependsOnRecipient: false,
    };
    const { trace, verdict } = await run(flow, question);
    const error = trace?.error ?? null;
    const failure =
      error === null
        ? []
        : [
            {
              severity: "error" as const,
              code: error.code,
              message: error.message,
              line: error.line,
              column: error.column,
            },
          ];
    return {
      log: trace?.steps.flatMap(({ log }) => log) ?? [],
      verdict,
      diagnostics: [...told, ...failure],
      trace,
    };
  };
};

/** The texts of a given value; `$arguments` has its secrets inside. */
const textsIn = (value: unknown): readonly string[] =>
  typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([name, inner]) =>
        name === "password" || name === "response" ? textsIn(inner) : [],
      )
    : [String(value ?? "")];

const withText = new Set(["Reject", "Defer", "Block"]);

/** The action as the script called it: its text where it has one, else its first argument. */
const verdictOf = (
  result: RunResult | undefined,
  masked: (text: string) => string,
): ScriptVerdict | null => {
  if (result?.kind !== "action") return null;
  const { action, args } = result;
  const [first = null] = args;
  if (first === null) return { action };
  if (withText.has(action)) return { action, text: masked(textsOf(first).join("\n")) };
  return { action, arg: masked(textsOf(toText(first)).join("\n")) };
};

type Reader = ReturnType<typeof reader>;

const reader = (given: Readonly<Record<string, unknown>>, asked: Set<string>) => {
  const find = (name: string): unknown => {
    asked.add(name);
    return given[name];
  };
  return readerOf(find);
};

const readerOf = (find: (name: string) => unknown) => ({
  text: (name: string, otherwise: string): string => {
    const value = find(name);
    return typeof value === "string" || typeof value === "number" ? String(value) : otherwise;
  },
  number: (name: string, otherwise: number): number => {
    const value = Number(find(name) ?? otherwise);
    return Number.isFinite(value) ? value : otherwise;
  },
  flag: (name: string, otherwise: boolean): boolean => {
    const value = find(name);
    return value === undefined || value === null ? otherwise : value !== "" && Boolean(value);
  },
});

const nobody = "00000000-0000-7000-8000-000000000000";

const factsOf = (
  { snapshot, signal, kind, variables }: Omit<ScriptQuestion, "script">,
  read: Reader,
): ConnectionFacts => ({
  sessionId: nobody,
  messageId: read.text("messageid", nobody),
  clientAddress: read.text("senderip", "192.0.2.1"),
  clientPort: read.number("senderport", 40_000),
  serverAddress: read.text("serverip", "127.0.0.1"),
  serverPort: read.number("serverport", 25),
  listenerId: read.text("serverid", "inbound").replace(/^mailserver:/, ""),
  helo: read.text("senderhelo", "client.example.org"),
  tls: read.flag("tlsstarted", false)
    ? {
        protocol: read.text("tlsprotocol", "TLSv1.3"),
        cipher: read.text("tlscipher", "TLS_AES_256_GCM_SHA384"),
        keySize: read.number("tlskeysize", 256),
      }
    : null,
  signIn:
    kind !== "authentication" && read.flag("saslauthed", read.text("saslusername", "") !== "")
      ? read.text("saslusername", "user")
      : null,
  context: new Map(
    variables["context"] === undefined ? [] : [["script", jsonValue(variables["context"])]],
  ),
  snapshot,
  cancel: signal && { signal },
});

const envelopeOf = (read: Reader) => {
  const transport = read.text("transportid", "").replace(/^mailtransport:/, "");
  return {
    sender: read.text("sender", "sender@example.org"),
    recipient: read.text("recipient", "recipient@example.com"),
    domain: null,
    transport: transport === "" ? null : transport,
  };
};

const sampleMessage = (read: Reader): Buffer => {
  const { sender, recipient } = envelopeOf(read);
  const lines = [`From: <${sender}>`, `To: <${recipient}>`, "Subject: Sample", "", "Hello", ""];
  return Buffer.from(encodeText(lines.join("\r\n")), "latin1");
};

const deliveryOf = (question: Omit<ScriptQuestion, "script">, read: Reader): DeliveryInput => {
  const { sender, recipient, transport } = envelopeOf(read);
  const facts = factsOf(question, read);
  const envelope: Envelope = {
    sessionId: nobody,
    clientAddress: facts.clientAddress,
    clientPort: facts.clientPort,
    serverAddress: facts.serverAddress,
    serverPort: facts.serverPort,
    helo: facts.helo,
    signIn: facts.signIn,
    tls: null,
    smtpUtf8: false,
    eightBit: false,
    requireTls: false,
    ret: null,
    envid: null,
    notify: null,
    orcpt: null,
    mayBounce: false,
    subject: "Sample",
    metadata: {},
  };
  return {
    snapshot: question.snapshot,
    messageId: facts.messageId ?? nobody,
    queueId: read.text("queueid", "1"),
    sender,
    recipient,
    size: question.message?.length ?? 0,
    transport: transport ?? "",
    destination: read.text("destination", ""),
    receivedAt: new Date(read.number("receivedtime", Date.now() / 1000) * 1000),
    attempts: read.number("retry", 0),
    maximumAttempts: read.number("retries", 0),
    envelope,
    cancel: question.signal && { signal: question.signal },
  };
};
