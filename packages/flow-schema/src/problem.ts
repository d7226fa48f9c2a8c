/** Something wrong or doubtful in a flow, with the place and the cure. */
export type FlowProblem = {
  readonly severity: "error" | "warning" | "advice";
  readonly rule: string; // "outcome-unwired", "block-unreachable", "config", "script", "open-relay", …
  readonly message: string;
  readonly cure?: string | undefined;
  readonly node?: string | undefined;
  /** The outcome of that node it is about. */
  readonly outcome?: string | undefined;
  /** Path of the setting inside the node's config. */
  readonly field?: readonly (string | number)[] | undefined;
  /** Position inside a script field, from 1. */
  readonly line?: number | undefined;
  readonly column?: number | undefined;
};
