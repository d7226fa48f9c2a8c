import type { BlockRegistry } from "./block.ts";
import type { Flow } from "./flow.ts";
import type { Origin } from "./origin.ts";
import { prepareFlow } from "./prepared-flow.ts";

/** What a trace shows for a node or an outcome that was passed. */
export type DescribedOrigin = {
  readonly node: string;
  /** Title on the card. */
  readonly title: string;
  /** The block's one line about its settings. */
  readonly label: string;
  readonly outcome?: string | undefined;
  /** The outcome's words on the wire. */
  readonly words?: string | undefined;
  readonly target?: string | null | undefined;
  /** Title of the target, or what the end of the flow kind does. */
  readonly targetTitle?: string | undefined;
};

/** Puts origins of a flow into words; made once for a flow, used for each of its traces. */
export const describeOrigins = (
  flow: Flow,
  blocks: BlockRegistry,
): ((origin: Pick<Origin, "node" | "outcome" | "target">) => DescribedOrigin) => {
  const { nodes, definition } = prepareFlow(flow, blocks);
  return ({ node, outcome, target }) => {
    const prepared = nodes.get(node);
    const { block, config } = prepared ?? {};
    const described = {
      node,
      title: prepared?.title ?? node,
      label: block === undefined || config === undefined ? "" : block.label(config),
    };
    if (outcome === undefined) return described;
    const exit = outcome === "error" ? definition.unchecked : definition.end;
    return {
      ...described,
      outcome,
      words: prepared?.outcomes?.[outcome] ?? outcome,
      target,
      targetTitle: target == null ? exit.words : (nodes.get(target)?.title ?? target),
    };
  };
};

/** One origin in words. */
export const describeOrigin = (
  flow: Flow,
  blocks: BlockRegistry,
  origin: Pick<Origin, "node" | "outcome" | "target">,
): DescribedOrigin => describeOrigins(flow, blocks)(origin);
