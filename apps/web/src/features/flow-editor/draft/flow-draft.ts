/**
 * The document of the editor: a flow and where its nodes stand. Every operation
 * gives a new document and leaves the old one alone, so undo is keeping it.
 * Nothing here knows of React, pixels on screen or the network.
 */
import type { BlockRegistry, Flow, FlowNode, Layout } from "@sluice/flow-schema";
import { nodeFace } from "./node-face.ts";

export type FlowDraft = { readonly flow: Flow; readonly layout: Layout };
export type Position = { readonly x: number; readonly y: number };
/** A wire is known by where it begins; `start` is the one that leads to the entry. */
export type Wire = { readonly source: string; readonly outcome: string };

export const startId = "@start";
export const startWire: Wire = { source: startId, outcome: "start" };

const withNodes = (draft: FlowDraft, nodes: Flow["nodes"]): FlowDraft => ({
  ...draft,
  flow: { ...draft.flow, nodes },
});

const withNode = (
  draft: FlowDraft,
  id: string,
  change: (node: FlowNode) => FlowNode,
): FlowDraft => {
  const node = draft.flow.nodes[id];
  if (node === undefined) return draft;
  const next = change(node);
  return next === node ? draft : withNodes(draft, { ...draft.flow.nodes, [id]: next });
};

const withEntry = (draft: FlowDraft, entry: string | undefined): FlowDraft => {
  const { entry: _, ...flow } = draft.flow;
  return { ...draft, flow: entry === undefined ? flow : { ...flow, entry } };
};

/** An id that is free, made from words. */
export const freeNodeId = (flow: Flow, words: string): string => {
  const base =
    words
      .normalize("NFKD")
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^[^a-z]+|-+$/g, "")
      .slice(0, 40)
      .replace(/-+$/, "") || "block";
  if (!Object.hasOwn(flow.nodes, base)) return base;
  for (let number = 2; ; number++) {
    const id = `${base}-${number}`;
    if (!Object.hasOwn(flow.nodes, id)) return id;
  }
};

/** A fresh node of a block. */
export const freshNode = (type: string, blocks: BlockRegistry): FlowNode => {
  const block = blocks.get(type);
  return {
    block: type,
    version: block?.version ?? 1,
    config: { ...(block?.defaults as Readonly<Record<string, unknown>> | undefined) }, // an object schema's input
    outcomes: {},
  };
};

/** Puts a node on the canvas, wired to nothing; the first one runs first. */
export const add = (
  draft: FlowDraft,
  id: string,
  node: FlowNode,
  at: Position | null = null,
): FlowDraft => {
  const added = withNodes(draft, { ...draft.flow.nodes, [id]: node });
  const placed = at === null ? added : move(added, { [id]: at });
  return draft.flow.entry === undefined ? withEntry(placed, id) : placed;
};

export const targetOf = ({ flow }: FlowDraft, { source, outcome }: Wire): string | undefined =>
  source === startId ? flow.entry : flow.nodes[source]?.outcomes[outcome];

export const connect = (draft: FlowDraft, wire: Wire, target: string): FlowDraft => {
  if (!Object.hasOwn(draft.flow.nodes, target)) return draft;
  if (wire.source === startId) return withEntry(draft, target);
  return withNode(draft, wire.source, (node) => ({
    ...node,
    outcomes: { ...node.outcomes, [wire.outcome]: target },
  }));
};

export const disconnect = (draft: FlowDraft, { source, outcome }: Wire): FlowDraft => {
  if (source === startId) return withEntry(draft, undefined);
  return withNode(draft, source, (node) => {
    if (!Object.hasOwn(node.outcomes, outcome)) return node;
    const { [outcome]: _, ...outcomes } = node.outcomes;
    return { ...node, outcomes };
  });
};

/** Wires a node that is there between the two ends of a wire; its other outcomes stay as they are. */
export const splice = (
  draft: FlowDraft,
  wire: Wire,
  id: string,
  blocks: BlockRegistry,
): FlowDraft => {
  const target = targetOf(draft, wire);
  const node = draft.flow.nodes[id];
  if (node === undefined || target === id) return draft;
  const { spine } = nodeFace(node, blocks);
  const connected = connect(draft, wire, id);
  return spine === undefined || target === undefined
    ? connected
    : connect(connected, { source: id, outcome: spine }, target);
};

/** A new node on a wire: source → node → old target. */
export const insertOnEdge = (
  draft: FlowDraft,
  wire: Wire,
  id: string,
  node: FlowNode,
  blocks: BlockRegistry,
  at: Position | null = null,
): FlowDraft => splice(add(draft, id, node, at), wire, id, blocks);

export const move = (
  draft: FlowDraft,
  positions: Readonly<Record<string, Position>>,
): FlowDraft => {
  const layout: Record<string, Position> = { ...draft.layout };
  for (const [id, { x, y }] of Object.entries(positions)) {
    layout[id] = { x: Math.round(x), y: Math.round(y) };
  }
  return { ...draft, layout };
};

/** Wires that lead to a node. */
export const wiresTo = ({ flow }: FlowDraft, id: string): Wire[] => [
  ...(flow.entry === id ? [startWire] : []),
  ...Object.entries(flow.nodes).flatMap(([source, node]) =>
    Object.entries(node.outcomes)
      .filter(([, target]) => target === id)
      .map(([outcome]) => ({ source, outcome })),
  ),
];

/** All wires of a flow with their ends. */
export const allWires = ({ flow }: FlowDraft): (Wire & { readonly target: string })[] => [
  ...(flow.entry === undefined ? [] : [{ ...startWire, target: flow.entry }]),
  ...Object.entries(flow.nodes).flatMap(([source, node]) =>
    Object.entries(node.outcomes).map(([outcome, target]) => ({ source, outcome, target })),
  ),
];

/** Takes nodes away; with `join` what led to one leads on to where it went straight on. */
export const remove = (
  draft: FlowDraft,
  ids: readonly string[],
  blocks: BlockRegistry,
  join = true,
): FlowDraft => ids.reduce((before, id) => removeOne(before, id, blocks, join), draft);

const removeOne = (
  draft: FlowDraft,
  id: string,
  blocks: BlockRegistry,
  join: boolean,
): FlowDraft => {
  const node = draft.flow.nodes[id];
  if (node === undefined) return draft;
  const { spine } = nodeFace(node, blocks);
  const after = spine === undefined ? undefined : node.outcomes[spine];
  const leadsTo = join && after !== id ? after : undefined;
  const rewired = wiresTo(draft, id).reduce(
    (before, wire) =>
      leadsTo === undefined ? disconnect(before, wire) : connect(before, wire, leadsTo),
    draft,
  );
  const { [id]: _node, ...nodes } = rewired.flow.nodes;
  const { [id]: _position, ...layout } = rewired.layout;
  return { flow: { ...rewired.flow, nodes }, layout };
};

/** The card's title; empty gives the block's own back. */
export const rename = (draft: FlowDraft, id: string, title: string): FlowDraft =>
  withNode(draft, id, ({ title: _, ...node }) =>
    title.trim() === "" ? node : { ...node, title: title.slice(0, 120) },
  );

export const setConfig = (
  draft: FlowDraft,
  id: string,
  config: Readonly<Record<string, unknown>>,
): FlowDraft => withNode(draft, id, (node) => ({ ...node, config }));

export const setNote = (draft: FlowDraft, id: string, note: string): FlowDraft =>
  withNode(draft, id, ({ note: _, ...node }) =>
    note === "" ? node : { ...node, note: note.slice(0, 4000) },
  );

export const setDisabled = (
  draft: FlowDraft,
  ids: readonly string[],
  disabled: boolean,
): FlowDraft =>
  ids.reduce(
    (before, id) =>
      withNode(before, id, ({ disabled: _, ...node }) => (disabled ? { ...node, disabled } : node)),
    draft,
  );

export const setTitle = (draft: FlowDraft, title: string): FlowDraft => ({
  ...draft,
  flow: { ...draft.flow, title: title.slice(0, 120) },
});

export const setDescription = (draft: FlowDraft, description: string): FlowDraft => {
  const { description: _, ...flow } = draft.flow;
  return { ...draft, flow: description === "" ? flow : { ...flow, description } };
};

export const setLayout = (draft: FlowDraft, layout: Layout): FlowDraft => ({ ...draft, layout });

/** Every position a node needs; nodes without one stand where `fallback` says. */
export const positionOf = (
  { layout }: FlowDraft,
  id: string,
  fallback: Readonly<Record<string, Position>>,
): Position => layout[id] ?? fallback[id] ?? { x: 0, y: 0 };

/** Moves a block up or down its chain by wiring it on the other side of its neighbour. */
export const moveInChain = (
  draft: FlowDraft,
  id: string,
  direction: "up" | "down",
  blocks: BlockRegistry,
): FlowDraft => {
  const node = draft.flow.nodes[id];
  const spine = node && nodeFace(node, blocks).spine;
  if (node === undefined || spine === undefined) return draft;
  if (direction === "down") {
    const next = node.outcomes[spine];
    return next === undefined ? draft : moveInChain(draft, next, "up", blocks);
  }
  const [wire, ...others] = wiresTo(draft, id);
  if (wire === undefined || others.length > 0 || wire.source === startId) return draft;
  const above = draft.flow.nodes[wire.source];
  if (above === undefined || nodeFace(above, blocks).spine !== wire.outcome) return draft;
  // … → above → id → below becomes … → id → above → below
  const below = node.outcomes[spine];
  const led = wiresTo(draft, wire.source).reduce(
    (before, each) => connect(before, each, id),
    below === undefined ? disconnect(draft, wire) : connect(draft, wire, below),
  );
  const swapped = connect(led, { source: id, outcome: spine }, wire.source);
  const mine = draft.layout[id];
  const theirs = draft.layout[wire.source];
  return mine === undefined || theirs === undefined
    ? swapped
    : move(swapped, { [id]: theirs, [wire.source]: mine });
};
