/** A trace as steps to walk through, and what of the flow it passed. */
import type { FlowTrace } from "./trace-types.ts";

export type LitPath = {
  readonly nodes: ReadonlySet<string>;
  readonly wires: ReadonlySet<string>;
  readonly last: string | null;
};

/** What was passed up to a step, that step included. */
export const litPath = (trace: FlowTrace, step: number, entry: string | undefined): LitPath => {
  const passed = trace.steps.slice(0, step + 1);
  const wires = new Set<string>(
    entry !== undefined && passed[0]?.node === entry ? ["@start::start"] : [],
  );
  for (const [index, { node, outcome }] of passed.entries()) {
    // The outcome of the last step shown leads on only when a later step was shown too.
    if (outcome !== null && index < passed.length - 1) wires.add(`${node}::${outcome}`);
  }
  return {
    nodes: new Set(passed.map(({ node }) => node)),
    wires,
    last: passed.at(-1)?.node ?? null,
  };
};

export const stepAfterKey = (key: string, step: number, count: number): number | null => {
  const last = Math.max(0, count - 1);
  switch (key) {
    case "ArrowRight":
      return Math.min(last, step + 1);
    case "ArrowLeft":
      return Math.max(0, step - 1);
    case "Home":
      return 0;
    case "End":
      return last;
    default:
      return null;
  }
};
