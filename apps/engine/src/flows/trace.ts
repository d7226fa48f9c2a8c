/** What a flow did with one message: kept with history, drawn on the revision that ran. */

export type TraceStep = {
  readonly node: string;
  readonly title: string;
  /** null while the node is the last one: it ended the flow, or failed. */
  readonly outcome: string | null;
  /** Microseconds since the run began, and spent in the node. */
  readonly startMicroseconds: number;
  readonly microseconds: number;
  readonly lookups: readonly TraceLookup[];
  readonly log: readonly string[];
};

/** A question to the world and its answer, secrets masked, each cut at 1,000 characters. */
export type TraceLookup = {
  readonly function: string;
  readonly question: string;
  readonly answer: string;
  readonly microseconds: number;
};

export type FlowTrace = {
  readonly flow: string;
  readonly kind: string;
  readonly revision: number;
  readonly recipient: string | null;
  readonly steps: readonly TraceStep[];
  /** The action that ended the run with its arguments in words, or "end of flow". */
  readonly ending: string;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly line: number;
    readonly column: number;
    readonly node: string | null;
  } | null;
  readonly microseconds: number;
};
