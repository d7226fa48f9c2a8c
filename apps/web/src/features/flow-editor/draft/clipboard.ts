/** Blocks on the system's clipboard: JSON that says what it is, so that it goes from flow to flow and through a mail. */
import { type BlockRegistry, FlowNode, Layout, NodeId } from "@sluice/flow-schema";
import { z } from "zod";
import { add, connect, type FlowDraft, freeNodeId, type Position } from "./flow-draft.ts";
import { nodeFace } from "./node-face.ts";

const Clipboard = z.object({
  sluice: z.literal("blocks"),
  nodes: z.record(NodeId, FlowNode),
  layout: Layout,
});
export type Clipboard = z.output<typeof Clipboard>;

/** The chosen nodes with the wires among them, as text. */
export const copyText = (draft: FlowDraft, ids: readonly string[]): string => {
  const chosen = new Set(ids);
  const nodes = Object.entries(draft.flow.nodes).filter(([id]) => chosen.has(id));
  const clipboard: Clipboard = {
    sluice: "blocks",
    nodes: Object.fromEntries(
      nodes.map(([id, node]) => [
        id,
        {
          ...node,
          outcomes: Object.fromEntries(
            Object.entries(node.outcomes).filter(([, target]) => chosen.has(target)),
          ),
        },
      ]),
    ),
    layout: Object.fromEntries(Object.entries(draft.layout).filter(([id]) => chosen.has(id))),
  };
  return JSON.stringify(clipboard, null, 2);
};

export const readClipboard = (text: string): Clipboard | null => {
  try {
    return Clipboard.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
};

export type Pasted = {
  readonly draft: FlowDraft;
  readonly ids: readonly string[];
  /** Blocks that cannot be here, by title: they were left out. */
  readonly refused: readonly string[];
};

/** Adds what was copied under free ids, moved by `offset` or so that its corner stands at `at`. */
export const paste = (
  draft: FlowDraft,
  clipboard: Clipboard,
  blocks: BlockRegistry,
  place: { readonly offset: Position } | { readonly at: Position },
): Pasted => {
  const corner = {
    x: Math.min(...Object.values(clipboard.layout).map(({ x }) => x)),
    y: Math.min(...Object.values(clipboard.layout).map(({ y }) => y)),
  };
  const offset =
    "offset" in place ? place.offset : { x: place.at.x - corner.x, y: place.at.y - corner.y };
  const names = new Map<string, string>();
  const refused: string[] = [];
  let next = draft;
  for (const [id, node] of Object.entries(clipboard.nodes)) {
    const block = blocks.get(node.block);
    if (block !== undefined && !block.flows.includes(draft.flow.kind)) {
      refused.push(nodeFace(node, blocks).title);
      continue;
    }
    const free = freeNodeId(next.flow, id);
    names.set(id, free);
    const from = clipboard.layout[id];
    const at = from === undefined ? null : { x: from.x + offset.x, y: from.y + offset.y };
    next = add(next, free, { ...node, outcomes: {} }, at);
  }
  for (const [id, node] of Object.entries(clipboard.nodes)) {
    const source = names.get(id);
    if (source === undefined) continue;
    for (const [outcome, target] of Object.entries(node.outcomes)) {
      const free = names.get(target);
      if (free !== undefined) next = connect(next, { source, outcome }, free);
    }
  }
  return { draft: next, ids: [...names.values()], refused };
};
