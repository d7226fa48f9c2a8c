/**
 * A draft tried before it is published: on one message of history, on a message that
 * was pasted, or on the latest mail that the flow has judged. Look-ups are really
 * asked; nothing is delivered, held, counted, logged or stored.
 */
import { blocks } from "@sluice/blocks/definitions";
import { executors } from "@sluice/blocks/executors";
import type { Flow } from "@sluice/flow-schema";
import type { FlowReplay, FlowTrial, TrialFacts, TrialQuestion } from "../api/parts.ts";
import type { Snapshot } from "../config/snapshot.ts";
import { GatewayError } from "../errors.ts";
import type { LiveFlow } from "../flows/live-flow.ts";
import { buildLiveFlows } from "../flows/live-flows.ts";
import { createDryRunner } from "../flows/run-script-once.ts";
import type { FlowServices } from "../flows/services.ts";
import type { HistorySearch, MessageView } from "../history/history-search.ts";

const longestRun = 20_000;
const longestReplay = 30_000;

export type FlowTrials = {
  readonly tryFlow: (question: TrialQuestion) => Promise<FlowTrial>;
  readonly replayFlow: (id: string, flow: Flow, count: number) => Promise<FlowReplay>;
};

export const createFlowTrials = (options: {
  services: FlowServices;
  hostName: string;
  snapshot: () => Snapshot;
  history: Pick<HistorySearch, "message" | "runsOf">;
  /** The stored message, while it is in the queue or held. */
  message: (messageId: string) => Promise<Buffer | null>;
  monotonic?: () => number;
}): FlowTrials => {
  const { history, monotonic = () => performance.now() } = options;
  const run = createDryRunner({ ...options, blocks, executors });

  return {
    tryFlow: async ({ id, flow, messageId, content, facts: given }) => {
      const snapshot = options.snapshot();
      const compiled = compile(snapshot, id, flow);
      if (compiled.kind === "problems") return compiled;
      const view = messageId === null ? null : await history.message(messageId);
      if (messageId !== null && view === null) {
        throw new GatewayError("NOT_FOUND", "There is no such message in history.");
      }
      const stored =
        messageId === null || content !== null ? null : await options.message(messageId);
      const facts = { ...(view === null ? {} : factsOf(view)), ...given };
      const signal = AbortSignal.timeout(longestRun);
      const traceOf = async (each: LiveFlow) => {
        const { trace } = await run(each, {
          ...{ variables: facts, message: content ?? stored, snapshot, signal },
        });
        if (trace === null) throw new Error("the flow has no trace");
        return trace;
      };
      const trace = await traceOf(compiled.flow);
      const inForce = snapshot.flows.get(id);
      const live =
        inForce === undefined || inForce.kind !== flow.kind ? null : await traceOf(inForce);
      const source = content !== null ? "given" : stored !== null ? "stored" : "sample";
      return { kind: "ran", trace, facts, content: source, live };
    },

    replayFlow: async (id, flow, count) => {
      const snapshot = options.snapshot();
      const compiled = compile(snapshot, id, flow);
      if (compiled.kind === "problems") return compiled;
      const until = monotonic() + longestReplay;
      const needsContent = flow.kind === "content";
      const changed: Extract<FlowReplay, { kind: "ran" }>["changed"][number][] = [];
      let same = 0;
      let skipped = 0;
      const runs = await history.runsOf(id, count);
      for (const before of runs) {
        const view = await history.message(before.messageId);
        const message = needsContent ? await options.message(before.messageId) : null;
        if (view === null || (needsContent && message === null) || monotonic() > until) {
          skipped += 1;
          continue;
        }
        const { trace } = await run(compiled.flow, {
          variables: { ...factsOf(view), ...afterAttempt(before.trace), ...recipientOf(before) },
          message,
          snapshot,
          signal: AbortSignal.timeout(longestRun),
        });
        const after = trace?.ending ?? "error";
        if (after === before.trace.ending) same += 1;
        else {
          const { messageId, at, sender, subject } = view.record;
          const recipient = before.recipient ?? view.record.recipients[0] ?? null;
          changed.push({
            ...{ messageId, at, sender, subject, recipient, after },
            before: before.trace.ending,
          });
        }
      }
      return { kind: "ran", same, skipped, changed };
    },
  };
};

type Compiled =
  | { readonly kind: "compiled"; readonly flow: LiveFlow }
  | Extract<FlowTrial, { kind: "problems" }>;

const compile = (snapshot: Snapshot, id: string, flow: Flow): Compiled => {
  const settings = { ...snapshot.settings, flows: { [id]: flow } };
  const { flows, problems } = buildLiveFlows(settings, snapshot.revision, blocks, snapshot.file);
  const found = flows.get(id);
  if (found !== undefined) return { kind: "compiled", flow: found };
  return {
    kind: "problems",
    problems: problems
      .flatMap((fault) => fault.problems)
      .filter(({ severity }) => severity === "error")
      .map(({ message, node }) => ({ message, node: node ?? null })),
  };
};

/** What the session knew, by the names of the language's variables. */
const factsOf = ({ record, events }: MessageView): TrialFacts => {
  const tls = events.find(({ kind }) => kind === "tls")?.detail;
  return {
    messageid: record.messageId,
    ...(record.clientAddress !== null && { senderip: record.clientAddress }),
    ...(record.helo !== "" && { senderhelo: record.helo }),
    ...(record.signIn !== null && { saslusername: record.signIn }),
    ...(record.sender !== null && { sender: record.sender }),
    ...(record.recipients[0] !== undefined && { recipient: record.recipients[0] }),
    serverid: record.listener,
    ...(tls !== undefined && { tlsstarted: true }),
    ...(typeof tls?.["protocol"] === "string" && { tlsprotocol: tls["protocol"] }),
    ...(typeof tls?.["cipher"] === "string" && { tlscipher: tls["cipher"] }),
  };
};

const recipientOf = ({ recipient }: { readonly recipient: string | null }): TrialFacts =>
  recipient === null ? {} : { recipient };

/** A delivery flow runs once before the attempt and once after it failed. */
const afterAttempt = ({
  steps,
  kind,
}: {
  readonly kind: string;
  readonly steps: readonly { readonly outcome: string | null }[];
}): TrialFacts => {
  if (kind !== "delivery") return {};
  if (steps.some(({ outcome }) => outcome === "refused"))
    return { attempted: true, errorcode: 550 };
  if (steps.some(({ outcome }) => outcome === "deferred"))
    return { attempted: true, errorcode: 451 };
  return {};
};
