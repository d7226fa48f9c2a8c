import type { FlowHost } from "./flow-host.ts";

/** “Programs?: found”: the last turn a run took before the block it is in; null: there was none. */
export const whyHere = ({ marks, flow }: FlowHost): string | null => {
  for (let at = marks.length - 2; at >= 0; at -= 2) {
    const origin = flow.origins.find(({ id }) => id === marks[at]);
    if (origin?.outcome === undefined) continue;
    return `${flow.titles?.get(origin.node) ?? origin.node}: ${origin.outcome}`;
  }
  return null;
};
