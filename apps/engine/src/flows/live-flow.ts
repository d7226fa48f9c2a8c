import type { FlowKind, SourceMap } from "@sluice/flow-schema";
import type { CompiledScript } from "@sluice/hsl";

/** A compiled flow of a revision. */
export type LiveFlow = {
  readonly id: string;
  readonly kind: FlowKind;
  readonly title: string;
  readonly revision: number;
  readonly script: CompiledScript;
  readonly text: string;
  readonly origins: SourceMap;
  /** Static analysis: does its verdict depend on the recipient? */
  readonly dependsOnRecipient: boolean;
  /** Node → the title on its card, for traces. */
  readonly titles?: ReadonlyMap<string, string> | undefined;
};
