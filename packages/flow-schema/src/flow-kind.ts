/** One table for each place a flow runs in: what it can read, how it may end, and what happens otherwise. */
import type { FunctionSignature, VariableSignature } from "@sluice/hsl";
import type { FlowKind } from "./flow.ts";

export type FlowKindDefinition = {
  readonly kind: FlowKind;
  readonly title: string;
  readonly summary: string;
  readonly variables: readonly VariableSignature[];
  /** Actions and modifiers that only this kind has. */
  readonly actions: readonly FunctionSignature[];
  /** What an unwired outcome, or the end of the script, does (`hsl.md` section 9): an HSL call. */
  readonly end: { readonly script: string; readonly words: string };
  /** What an unwired `error` outcome does: an HSL call. */
  readonly unchecked: { readonly script: string; readonly words: string };
  /** What the engine does when the script itself fails. */
  readonly onError: { readonly action: string; readonly words: string };
};
