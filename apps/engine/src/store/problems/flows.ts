/** Flows that do not compile, and layouts without a flow. Pure. */
import type { Settings } from "@sluice/settings";
import type { SettingsProblem, Surroundings } from "./problem.ts";

export const flowProblems = (
  { flows, layouts }: Settings,
  { compileFlow, blocks, included }: Surroundings,
): SettingsProblem[] => [
  ...Object.entries(flows).flatMap(([id, flow]) =>
    compileFlow(flow, blocks, included === undefined ? {} : { resolve: included }).problems.map(
      (problem) => ({
        ...problem,
        kind: "flow" as const,
        id,
      }),
    ),
  ),
  ...Object.keys(layouts)
    .filter((id) => flows[id] === undefined)
    .map((id) => ({
      kind: "layout" as const,
      id,
      severity: "error" as const,
      rule: "layout-without-flow",
      message: `There are positions for a flow “${id}”, but no such flow.`,
      cure: "Remove the layout.",
    })),
];
