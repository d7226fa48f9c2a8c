import type { FlowProblem } from "@sluice/flow-schema";

const rank = { error: 0, warning: 1, advice: 2 } as const;

/** Errors first, advice last; otherwise as they were found. */
export const orderProblems = (problems: readonly FlowProblem[]): FlowProblem[] =>
  [...problems].sort((a, b) => rank[a.severity] - rank[b.severity]);

/** The problem after or before one, round and round. */
export const nextProblem = (
  problems: readonly FlowProblem[],
  current: number | null,
  by: 1 | -1,
): number | null => {
  if (problems.length === 0) return null;
  if (current === null) return by === 1 ? 0 : problems.length - 1;
  return (current + by + problems.length) % problems.length;
};
