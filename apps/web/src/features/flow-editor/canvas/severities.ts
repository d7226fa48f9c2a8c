import type { FlowProblem } from "@sluice/flow-schema";

/** The worst problem of each node; advice is not shown on cards. */
export const severitiesOf = (
  problems: readonly FlowProblem[],
): ReadonlyMap<string, "error" | "warning"> => {
  const worst = new Map<string, "error" | "warning">();
  for (const { node, severity } of problems) {
    if (node === undefined || severity === "advice") continue;
    if (worst.get(node) !== "error") worst.set(node, severity);
  }
  return worst;
};
