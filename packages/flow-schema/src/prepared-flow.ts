/** A flow with its blocks looked up and its settings parsed: what both the problems and the text start from. */
import type { Environment } from "@sluice/hsl";
import type { z } from "zod";
import type { AnyBlock, BlockRegistry, Outcomes } from "./block.ts";
import { environmentFor } from "./environment.ts";
import type { Flow, FlowKind, FlowNode } from "./flow.ts";
import type { FlowKindDefinition } from "./flow-kind.ts";
import { flowKindDefinitions } from "./flows/flow-kinds.ts";
import { upgradeNode } from "./upgrade-flow.ts";

export type PreparedNode = {
  readonly id: string;
  readonly node: FlowNode;
  readonly block: AnyBlock | undefined;
  /** The settings after defaults; absent while they do not parse. */
  readonly config: unknown;
  readonly issues: readonly z.core.$ZodIssue[];
  /** Known even while the settings do not parse, when the block's outcomes do not hang on them. */
  readonly outcomes: Outcomes<string> | undefined;
  /** What the card and the comment say. */
  readonly title: string;
  /** Wires from outcomes the block has to nodes the flow has. */
  readonly wires: ReadonlyMap<string, string>;
  readonly isDisabled: boolean;
};

export type PreparedFlow = {
  readonly kind: FlowKind;
  readonly definition: FlowKindDefinition;
  readonly environment: Environment;
  readonly entry: string | undefined;
  readonly nodes: ReadonlyMap<string, PreparedNode>;
  /** Nodes a run can come to. */
  readonly reachable: ReadonlySet<string>;
};

export const prepareFlow = (flow: Flow, blocks: BlockRegistry): PreparedFlow => {
  const stored = new Map(Object.entries(flow.nodes));
  const nodes = new Map<string, PreparedNode>();
  for (const [id, node] of stored) nodes.set(id, prepareNode(id, node, blocks, stored));
  return {
    kind: flow.kind,
    definition: flowKindDefinitions[flow.kind],
    environment: environmentFor(flow.kind, blocks),
    entry: flow.entry,
    nodes,
    reachable: reachableFrom(flow.entry, nodes),
  };
};

const prepareNode = (
  id: string,
  stored: FlowNode,
  blocks: BlockRegistry,
  all: ReadonlyMap<string, FlowNode>,
): PreparedNode => {
  const block = blocks.get(stored.block);
  const node = block === undefined ? stored : upgradeNode(stored, block);
  const parsed = block?.config.safeParse(node.config);
  const config: unknown = parsed?.success === true ? parsed.data : undefined;
  const outcomes = block && outcomesOf(block, config);
  const wires = new Map(
    Object.entries(node.outcomes).filter(
      ([outcome, target]) =>
        all.has(target) && (outcomes === undefined || Object.hasOwn(outcomes, outcome)),
    ),
  );
  return {
    id,
    node,
    block,
    config,
    issues: parsed?.success === false ? parsed.error.issues : [],
    outcomes,
    title: node.title ?? faceTitle(block, config) ?? block?.title ?? node.block,
    wires,
    isDisabled: node.disabled === true,
  };
};

const outcomesOf = (block: AnyBlock, config: unknown): Outcomes<string> | undefined => {
  if (typeof block.outcomes !== "function") return block.outcomes;
  return config === undefined ? undefined : block.outcomes(config);
};

const faceTitle = (block: AnyBlock | undefined, config: unknown): string | undefined =>
  config === undefined ? undefined : block?.face?.(config).title;

/** The outcome a switched-off node takes; `undefined` for an ending. */
export const passThroughOf = ({ block, outcomes, node }: PreparedNode): string | undefined => {
  if (block?.passThrough !== undefined) return block.passThrough;
  const names = Object.keys(outcomes ?? node.outcomes);
  return names.find((name) => (block?.tones?.[name] ?? "continue") === "continue") ?? names[0];
};

/** Where a node leads: all its wires, or only one while it is switched off. */
export const wiresOf = (prepared: PreparedNode): ReadonlyMap<string, string> => {
  if (!prepared.isDisabled) return prepared.wires;
  const outcome = passThroughOf(prepared);
  return new Map([...prepared.wires].filter(([name]) => name === outcome));
};

const reachableFrom = (
  entry: string | undefined,
  nodes: ReadonlyMap<string, PreparedNode>,
): Set<string> => {
  const reached = new Set<string>();
  const pending = entry === undefined ? [] : [entry];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    const node = nodes.get(id);
    if (node === undefined || reached.has(id)) continue;
    reached.add(id);
    pending.push(...wiresOf(node).values());
  }
  return reached;
};
