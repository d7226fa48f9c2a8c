/**
 * A flow becomes one HSL script. A node with one way in is written where it is
 * reached; a node with several becomes a function, so the text grows with the
 * flow and not with its paths.
 */
import type { Diagnostic, Script } from "@sluice/hsl";
import type { FlowProblem } from "./problem.ts";

/** A stretch of the script that belongs to a node, or to one outcome of it. */
export type Origin = {
  /** Also the probe's id. */
  readonly id: number;
  readonly node: string;
  /** Absent: the node's own chunk. Present: what runs when the node takes this outcome. */
  readonly outcome?: string | undefined;
  /** Where the outcome leads: a node, or null for the end of the flow kind. */
  readonly target?: string | null | undefined;
  readonly start: number;
  readonly end: number;
};
export type SourceMap = readonly Origin[];

export type CompiledFlow =
  | {
      readonly ok: true;
      readonly script: Script;
      readonly origins: SourceMap;
      readonly problems: readonly FlowProblem[]; // warnings and advice
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly ok: false; readonly problems: readonly FlowProblem[] };
