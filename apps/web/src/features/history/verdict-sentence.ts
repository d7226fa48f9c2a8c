/** The one sentence above everything: what became of the message, where, and by which block of which revision. */
import { mailOutcomes } from "../../ui/mail-outcome.tsx";
import type { FlowTrace, MessageView } from "../flow-editor/trace/trace-types.ts";

const stages: Readonly<Record<MessageView["record"]["stage"], string>> = {
  connect: "at the connection",
  auth: "at sign-in",
  mail: "at MAIL",
  rcpt: "at RCPT",
  data: "at the end of DATA",
  queue: "in the queue",
  delivery: "at delivery",
};

export const verdictSentence = (
  { record, traces }: Pick<MessageView, "record" | "traces">,
  flowTitle: (flow: string) => string,
): string => {
  const { outcome, stage, flow, node, revision, reply } = record;
  const decided = traces.find(
    (trace) => trace.flow === flow && trace.steps.some((step) => step.node === node),
  );
  const title = blockTitle(decided, node);
  const by =
    flow === null
      ? ""
      : title === null
        ? ` by ‘${flowTitle(flow)}’ revision ${revision}`
        : ` by ‘${title}’ in ‘${flowTitle(flow)}’ revision ${revision}`;
  return `${mailOutcomes[outcome].words} ${stages[stage]}${by}${reply === "" ? "." : `: ${reply}`}`;
};

const blockTitle = (trace: FlowTrace | undefined, node: string | null): string | null =>
  node === null ? null : (trace?.steps.findLast((step) => step.node === node)?.title ?? node);
