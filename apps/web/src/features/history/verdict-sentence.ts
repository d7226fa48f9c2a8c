/** The one sentence above everything: what became of the message, where, by which block of which revision, and why it waits. */
import { mailOutcomes } from "../../ui/mail-outcome.tsx";
import type { FlowTrace, MessageEvent, MessageView } from "../flow-editor/trace/trace-types.ts";
import { countWords, recipientOutcomes } from "./recipient-outcomes.ts";

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
  view: Pick<MessageView, "record" | "traces" | "events">,
  flowTitle: (flow: string) => string,
): string => {
  const { record, events } = view;
  switch (record.outcome) {
    case "mixed":
      return `Its recipients fared differently: ${countWords(recipientOutcomes(view), (outcome) => mailOutcomes[outcome].words)}.`;
    case "delivered":
      return afterAttempt(events, "attempt-delivered", "Delivered to") ?? decided(view, flowTitle);
    case "bounced":
      return (
        afterAttempt(events, "attempt-refused", "Given up, refused by") ??
        afterAttempt(events, "attempt-deferred", "Given up, last tried at") ??
        decided(view, flowTitle)
      );
    case "queued":
      return (
        afterAttempt(events, "attempt-deferred", "Waits for delivery, last tried at") ??
        decided(view, flowTitle)
      );
    case "deleted":
      return discarded(events) ?? decided(view, flowTitle);
    default:
      return decided(view, flowTitle);
  }
};

/** Its transport leads nowhere or gave it up, or its delivery flow threw it away; null: it did not come to a transport. */
const discarded = (events: readonly MessageEvent[]): string | null => {
  const detail = events.findLast(({ kind }) => kind === "deleted")?.detail ?? {};
  const { transport, code, reply, gaveUp } = detail;
  if (typeof transport === "string" && typeof gaveUp === "string")
    return `Given up (${gaveUp}) and discarded, as the transport ‘${transport}’ says${typeof reply === "string" && reply !== "" ? `; the last answer: ${reply}` : "."}`;
  if (typeof transport === "string" && code !== undefined && code !== 250)
    return `Thrown away by the delivery flow${typeof reply === "string" && code !== 0 ? ` after the answer: ${reply}` : "."}`;
  return typeof transport === "string" ? `Discarded by the transport ‘${transport}’.` : null;
};

/** null: there was no such attempt. */
const afterAttempt = (
  events: readonly MessageEvent[],
  kind: MessageEvent["kind"],
  words: string,
): string | null => {
  const attempt = events.findLast((event) => event.kind === kind);
  if (attempt === undefined) return null;
  const { nextHop, reply } = attempt.detail;
  const where = typeof nextHop === "string" && nextHop !== "" ? ` ${nextHop}` : " the next hop";
  return `${words}${where}${typeof reply === "string" && reply !== "" ? `: ${reply}` : "."}`;
};

const decided = (
  { record, traces }: Pick<MessageView, "record" | "traces">,
  flowTitle: (flow: string) => string,
): string => {
  const { outcome, stage, flow, node, revision, reply } = record;
  const title = blockTitle(traces[decidingRun(record, traces)], node);
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

/** Which run decided: the one that came to the block history names, else the flow's, else the last. */
export const decidingRun = (
  { flow, node }: Pick<MessageView["record"], "flow" | "node">,
  traces: readonly FlowTrace[],
): number => {
  const exact = traces.findLastIndex(
    (trace) => trace.flow === flow && trace.steps.some((step) => step.node === node),
  );
  if (exact >= 0) return exact;
  const own = traces.findLastIndex((trace) => trace.flow === flow);
  return own >= 0 ? own : Math.max(0, traces.length - 1);
};
