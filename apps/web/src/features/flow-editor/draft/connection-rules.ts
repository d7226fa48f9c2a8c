import { type FlowDraft, startId, type Wire } from "./flow-draft.ts";

/** Why a wire may not lead to a node; null: it may. */
export const connectionProblem = (
  { flow }: FlowDraft,
  { source }: Wire,
  target: string,
): string | null => {
  if (!Object.hasOwn(flow.nodes, target)) return "There is no such block.";
  if (source === startId) return null;
  if (source === target) return "A block cannot lead to itself.";
  if (reaches({ flow }, target, source)) return "This would lead back: a flow only goes forward.";
  return null;
};

/** Whether a run that comes to `from` can come to `to`. */
export const reaches = ({ flow }: Pick<FlowDraft, "flow">, from: string, to: string): boolean => {
  const seen = new Set<string>();
  const pending = [from];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (id === to) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    pending.push(...Object.values(flow.nodes[id]?.outcomes ?? {}));
  }
  return false;
};

/** Every node upstream or downstream of one, itself included. */
export const stream = (
  { flow }: Pick<FlowDraft, "flow">,
  id: string,
  direction: "up" | "down",
): string[] =>
  Object.keys(flow.nodes).filter((each) =>
    direction === "down" ? reaches({ flow }, id, each) : reaches({ flow }, each, id),
  );
