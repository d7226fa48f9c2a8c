import type { AnyBlock, BlockRegistry } from "./block.ts";
import type { Flow, FlowNode } from "./flow.ts";

/** The flow with every node at the version its block has now; unknown blocks stay as they are. */
export const upgradeFlow = (flow: Flow, blocks: BlockRegistry): Flow => ({
  ...flow,
  nodes: Object.fromEntries(
    Object.entries(flow.nodes).map(([id, node]) => {
      const block = blocks.get(node.block);
      return [id, block === undefined ? node : upgradeNode(node, block)];
    }),
  ),
});

/** The node at its block's version; a node of a later version stays, and is a problem elsewhere. */
export const upgradeNode = (node: FlowNode, block: AnyBlock): FlowNode => {
  if (node.version >= block.version) return node;
  const config = block.upgrade?.(node.config, node.version) ?? node.config;
  return { ...node, version: block.version, config };
};
