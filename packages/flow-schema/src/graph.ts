import type { PreparedFlow } from "./prepared-flow.ts";

/** Circles of wires, each once, beginning with the node that stands first in the flow. */
export const findCycles = (flow: PreparedFlow): string[][] => {
  const order = [...flow.nodes.keys()];
  const state = new Map<string, "open" | "done">();
  const cycles: string[][] = [];
  for (const root of order) {
    const path: { id: string; next: string[] }[] = [];
    const open = (id: string): void => {
      state.set(id, "open");
      path.push({ id, next: [...(flow.nodes.get(id)?.wires.values() ?? [])] });
    };
    if (!state.has(root)) open(root);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.next.shift();
      if (next === undefined) {
        state.set(top.id, "done");
        path.pop();
      } else if (state.get(next) === "open") {
        const ids = path.map(({ id }) => id);
        cycles.push(rotate(ids.slice(ids.indexOf(next)), order));
      } else if (!state.has(next)) open(next);
    }
  }
  return cycles;
};

const rotate = (cycle: readonly string[], order: readonly string[]): string[] => {
  const first = cycle.reduce((best, id) => (order.indexOf(id) < order.indexOf(best) ? id : best));
  const at = cycle.indexOf(first);
  return [...cycle.slice(at), ...cycle.slice(0, at)];
};
