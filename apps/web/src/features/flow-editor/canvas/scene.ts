/** What the canvas draws for a flow: cards with their handles, wires with their ways. Pure, but for the library's types. */
import type { FlowNode } from "@sluice/flow-schema";
import { type Edge, type Node, type NodeHandle, Position } from "@xyflow/react";
import type { Tone } from "../../../ui/tone.tsx";
import { allWires, type FlowDraft, startId } from "../draft/flow-draft.ts";
import type { NodeFace } from "../draft/node-face.ts";
import { faceOf } from "../editor-context.tsx";
import {
  exitOf,
  nodeSize,
  type Point,
  type Rect,
  sideOffset,
  sideOutcomes,
  startSize,
  wordsRoom,
} from "./geometry.ts";
import { routeWire } from "./route-wire.ts";

export type BlockData = {
  readonly face: NodeFace;
  readonly node: FlowNode;
  readonly severity: "error" | "warning" | null;
  /** Why it cannot be the target of the wire being drawn. */
  readonly refusal: string | null;
  readonly currentOutcome: string | null;
  readonly light: "lit" | "dimmed" | "last" | null;
  /** What becomes of outcomes that are not wired. */
  readonly ends: { readonly other: string; readonly error: string };
};

export type BlockNode = Node<BlockData, "block">;
export type StartNode = Node<{ readonly light: "lit" | null }, "start">;
export type SceneNode = BlockNode | StartNode;

export type WireData = {
  readonly points: readonly Point[];
  readonly tone: Tone;
  readonly words: string;
  readonly isOff: boolean;
  readonly isTarget: boolean;
  readonly light: "lit" | "dimmed" | null;
};
export type WireEdge = Edge<WireData, "wire">;

export type SceneOptions = {
  readonly selection: ReadonlySet<string>;
  readonly focus: string | null;
  readonly outcome: string | null;
  readonly wire: { readonly source: string; readonly outcome: string } | null;
  readonly severities: ReadonlyMap<string, "error" | "warning">;
  /** The wire under what is being dragged. */
  readonly dropWire: string | null;
  readonly refusals: ReadonlyMap<string, string>;
  readonly readOnly: boolean;
  readonly labels: ReadonlyMap<string, string>;
  readonly ends: { readonly other: string; readonly error: string };
  /** A trace: what was passed, in order; everything else is dimmed. */
  readonly lit?: {
    readonly nodes: ReadonlySet<string>;
    readonly wires: ReadonlySet<string>;
    readonly last: string | null;
  };
};

export const wireId = (source: string, outcome: string): string => `${source}::${outcome}`;

export const readWireId = (id: string): { source: string; outcome: string } => {
  const [source = "", outcome = ""] = id.split("::");
  return { source, outcome };
};

const handleSize = 24;

/** The library's own record of a node's handles, so that nothing has to be measured. */
const handlesOf = (face: NodeFace): NodeHandle[] => {
  const { width, height } = nodeSize(face);
  const half = handleSize / 2;
  const handle = (
    id: string,
    type: "source" | "target",
    position: Position,
    x: number,
    y: number,
  ): NodeHandle => ({
    id,
    type,
    position,
    x: x - half,
    y: y - half,
    width: handleSize,
    height: handleSize,
  });
  return [
    handle("in", "target", Position.Top, width / 2, 0),
    ...(face.spine === undefined
      ? []
      : [handle(face.spine, "source", Position.Bottom, width / 2, height)]),
    ...sideOutcomes(face).map((id) =>
      handle(id, "source", Position.Right, width, sideOffset(face, id)),
    ),
  ];
};

export const startPlace = (draft: FlowDraft, places: Readonly<Record<string, Point>>): Point => {
  const { entry } = draft.flow;
  const place = entry === undefined ? undefined : places[entry];
  const node = entry === undefined ? undefined : draft.flow.nodes[entry];
  if (place === undefined || node === undefined)
    return { x: 120 - startSize.width / 2, y: -startSize.height - 40 };
  const { width } = nodeSize(faceOf(node));
  return { x: place.x + (width - startSize.width) / 2, y: place.y - startSize.height - 40 };
};

export const sceneNodes = (
  draft: FlowDraft,
  places: Readonly<Record<string, Point>>,
  options: SceneOptions,
): SceneNode[] => {
  const { selection, focus, severities, refusals, readOnly, lit, labels } = options;
  const start: StartNode = {
    id: startId,
    type: "start",
    position: startPlace(draft, places),
    ...sized(startSize),
    data: { light: lit === undefined ? null : "lit" },
    draggable: false,
    selectable: false,
    connectable: !readOnly,
    handles: [
      {
        id: "start",
        type: "source",
        position: Position.Bottom,
        x: startSize.width / 2 - handleSize / 2,
        y: startSize.height - handleSize / 2,
        width: handleSize,
        height: handleSize,
      },
    ],
    domAttributes: { "aria-hidden": true },
  };
  const blocks = Object.entries(draft.flow.nodes).map(([id, node]): BlockNode => {
    const face = faceOf(node);
    return {
      id,
      type: "block",
      position: places[id] ?? { x: 0, y: 0 },
      ...sized(nodeSize(face)),
      handles: handlesOf(face),
      selected: selection.has(id),
      draggable: !readOnly,
      connectable: !readOnly,
      ariaLabel: `${labels.get(id) ?? face.title}${selection.has(id) ? ", selected" : ""}`,
      // biome-ignore lint/suspicious/noExplicitAny: the library's type has no data attributes
      domAttributes: domAttributes(id, id === focus) as any,
      data: {
        face,
        node,
        severity: severities.get(id) ?? null,
        refusal: refusals.get(id) ?? null,
        currentOutcome: id === focus ? options.outcome : null,
        light:
          lit === undefined
            ? null
            : lit.last === id
              ? "last"
              : lit.nodes.has(id)
                ? "lit"
                : "dimmed",
        ends: options.ends,
      },
    };
  });
  return [start, ...blocks];
};

const sized = (size: { width: number; height: number }) => ({ ...size, measured: size });

const domAttributes = (id: string, hasTabStop: boolean) => ({
  role: "group",
  tabIndex: hasTabStop ? 0 : -1,
  "aria-roledescription": "block",
  "data-block-id": id,
});

export const obstaclesById = (
  draft: FlowDraft,
  places: Readonly<Record<string, Point>>,
): ReadonlyMap<string, Rect> =>
  new Map(
    Object.entries(draft.flow.nodes).map(([id, node]) => [
      id,
      { ...(places[id] ?? { x: 0, y: 0 }), ...nodeSize(faceOf(node)) },
    ]),
  );

/** Outcomes of a block that lead to one target run together; the next target's run beside them. */
const laneOf = (face: NodeFace, node: FlowNode, outcome: string): number => {
  const targets = new Set(
    sideOutcomes(face)
      .map((each) => node.outcomes[each])
      .filter((each) => each !== undefined),
  );
  return Math.max(0, [...targets].indexOf(node.outcomes[outcome] ?? ""));
};

export const sceneEdges = (
  draft: FlowDraft,
  places: Readonly<Record<string, Point>>,
  options: SceneOptions,
): WireEdge[] => {
  const obstacles = [...obstaclesById(draft, places).values()];
  const start = startPlace(draft, places);
  return allWires(draft).flatMap(({ source, outcome, target }): WireEdge[] => {
    const targetNode = draft.flow.nodes[target];
    const targetPlace = places[target];
    if (targetNode === undefined || targetPlace === undefined) return [];
    const end = { x: targetPlace.x + nodeSize(faceOf(targetNode)).width / 2, y: targetPlace.y };
    const sourceNode = draft.flow.nodes[source];
    const face = sourceNode && faceOf(sourceNode);
    const place = places[source];
    const exit =
      face === undefined || place === undefined
        ? {
            side: "bottom" as const,
            at: { x: start.x + startSize.width / 2, y: start.y + startSize.height },
          }
        : exitOf(face, outcome, place);
    const known = face?.outcomes.find(({ id }) => id === outcome);
    const lane =
      face === undefined || sourceNode === undefined ? 0 : laneOf(face, sourceNode, outcome);
    const room = face === undefined ? undefined : wordsRoom(face);
    const id = wireId(source, outcome);
    const { wire, lit } = options;
    return [
      {
        id,
        type: "wire",
        source,
        target,
        sourceHandle: outcome,
        targetHandle: "in",
        selected: wire !== null && wire.source === source && wire.outcome === outcome,
        ariaLabel: `${known?.words ?? "Start"}: ${face?.title ?? "Start"} to ${faceOf(targetNode).title}`,
        reconnectable: options.readOnly ? false : "target",
        data: {
          points: routeWire(exit, end, obstacles, lane, room),
          tone: known?.tone ?? "continue",
          words: known?.words ?? "",
          isOff: face?.isDisabled === true && outcome !== face.passThrough,
          isTarget: options.dropWire === id,
          light: lit === undefined ? null : lit.wires.has(id) ? "lit" : "dimmed",
        },
      },
    ];
  });
};
