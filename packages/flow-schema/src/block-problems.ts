import type { BlockRegistry } from "./block.ts";
import { configProblems } from "./config-problems.ts";
import type { ReferenceKind } from "./field.ts";
import type { Flow } from "./flow.ts";
import { prepareFlow } from "./prepared-flow.ts";
import type { FlowProblem } from "./problem.ts";

export type BlockProblem = FlowProblem & { readonly node: string };

/** What is wrong with the settings of one node, while its form is open. */
export const blockProblems = (
  flow: Flow,
  node: string,
  blocks: BlockRegistry,
  references?: (kind: ReferenceKind, id: string) => boolean,
): BlockProblem[] => {
  const prepared = prepareFlow(flow, blocks).nodes.get(node);
  if (prepared === undefined) return [];
  return configProblems(prepared, flow.kind, references).map((each) => ({ ...each, node }));
};
