/** The compiler and the checker of the language: loaded beside the editor, not before it. */
import { blocks } from "@sluice/blocks/definitions";
import { type CompiledFlow, compileFlow, type Flow } from "@sluice/flow-schema";

export type CompileDraft = (
  flow: Flow,
  references: Parameters<typeof compileFlow>[2],
) => CompiledFlow;

export const compileDraft: CompileDraft = (flow, references) =>
  compileFlow(flow, blocks, references);
