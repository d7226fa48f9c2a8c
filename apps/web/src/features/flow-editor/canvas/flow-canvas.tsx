/**
 * The canvas: the document drawn, and every gesture on it turned into one
 * operation on the document. It has one tab stop; arrows walk from block to block.
 */
import "@xyflow/react/dist/style.css";
import "./canvas.css";
import { flowKindDefinitions } from "@sluice/flow-schema";
import {
  Background,
  BackgroundVariant,
  type Connection,
  Controls,
  type FinalConnectionState,
  MiniMap,
  type NodeChange,
  ReactFlow,
  ReactFlowProvider,
  SelectionMode,
  useReactFlow,
  useStore,
} from "@xyflow/react";
import { useEffect, useMemo, useRef, useState } from "react";
import * as command from "../commands.ts";
import { connectionProblem } from "../draft/connection-rules.ts";
import { startId, wiresTo } from "../draft/flow-draft.ts";
import { useCompiled, useDraft, useEditor, useEditorStore } from "../editor-context.tsx";
import type { KeyCommand } from "../keymap.ts";
import { placesOf } from "../place-nodes.ts";
import { litPath } from "../trace/trace-steps.ts";
import { blockLabels } from "./block-label.ts";
import { BlockNode } from "./block-node.tsx";
import type { Point } from "./geometry.ts";
import { type HelperLines, helperLines } from "./helper-lines.ts";
import { HelperLinesView } from "./helper-lines-view.tsx";
import { distanceToWire } from "./route-wire.ts";
import {
  obstaclesById,
  readWireId,
  type SceneNode,
  type SceneOptions,
  sceneEdges,
  sceneNodes,
  type WireEdge as WireEdgeType,
} from "./scene.ts";
import { severitiesOf } from "./severities.ts";
import { showFirst } from "./show-first.ts";
import { StartNode } from "./start-node.tsx";
import { useCanvasKeys } from "./use-canvas-keys.ts";
import { useShowFocus } from "./use-show-focus.ts";
import { WireActions } from "./wire-actions.ts";
import { WireEdge } from "./wire-edge.tsx";

const nodeTypes = { block: BlockNode, start: StartNode };
const edgeTypes = { wire: WireEdge };
/** From here on only what is in sight is drawn. */
const cullingFrom = 150;
/** How near to a wire a block is dropped onto it, in screen pixels. */
const dropDistance = 24;

type Props = {
  /** Commands that are about the editor's other parts. */
  readonly onCommand: (command: KeyCommand) => void;
  /** A trace: what was passed. */
  readonly lit?: SceneOptions["lit"];
};

export const FlowCanvas = (props: Props) => (
  <ReactFlowProvider>
    <Canvas {...props} />
  </ReactFlowProvider>
);

const Canvas = ({ onCommand, lit: shown }: Props) => {
  const store = useEditorStore();
  const draft = useDraft();
  const selection = useEditor((state) => state.selection);
  const focus = useEditor((state) => state.focus);
  const outcome = useEditor((state) => state.outcome);
  const wire = useEditor((state) => state.wire);
  const readOnly = useEditor((state) => state.readOnly);
  const drag = useEditor((state) => state.drag);
  const trial = useEditor((state) => state.trial);
  const { problems } = useCompiled();
  // A trial's way stays drawn until the flow is changed.
  const lit = useMemo(
    () =>
      trial !== null && trial.flow === draft.flow
        ? litPath(trial.trace, trial.step, trial.flow.entry)
        : shown,
    [trial, draft.flow, shown],
  );
  const flow = useReactFlow<SceneNode, WireEdgeType>();
  const root = useRef<HTMLDivElement>(null);
  const pointer = useRef<Point | null>(null);
  const [moving, setMoving] = useState<Readonly<Record<string, Point>> | null>(null);
  const [lines, setLines] = useState<HelperLines | null>(null);
  /** Held while a block is moved: no lines and no grid. */
  const altKey = useRef(false);
  const [drawing, setDrawing] = useState<{ source: string; outcome: string } | null>(null);
  const zoomLevel = useStore(({ transform: [, , zoom] }) =>
    zoom < 0.35 ? "far" : zoom < 0.6 ? "middle" : "near",
  );
  useShowFocus(root);

  const stored = placesOf(draft);
  const places = useMemo(
    () => (moving === null ? stored : { ...stored, ...moving }),
    [stored, moving],
  );
  const labels = useMemo(() => blockLabels(draft, problems), [draft, problems]);
  const severities = useMemo(() => severitiesOf(problems), [problems]);
  const refusals = useMemo(() => {
    const refused = new Map<string, string>();
    if (drawing === null) return refused;
    for (const id of Object.keys(draft.flow.nodes)) {
      const problem = connectionProblem(draft, drawing, id);
      if (problem !== null) refused.set(id, problem);
    }
    return refused;
  }, [draft, drawing]);
  const { end, unchecked } = flowKindDefinitions[draft.flow.kind];
  const plain: Omit<SceneOptions, "dropWire"> = {
    selection,
    focus,
    outcome,
    wire,
    severities,
    refusals,
    readOnly,
    labels,
    ends: { other: end.words, error: unchecked.words },
    ...(lit !== undefined && { lit }),
  };
  const bare = useMemo(
    () => sceneEdges(draft, places, { ...plain, dropWire: null }),
    [draft, places, wire, readOnly, lit],
  );

  /** The wire that a block dropped at this place would go onto. */
  const wireAt = (at: Point, except: ReadonlySet<string>): string | null => {
    let best: string | null = null;
    let nearest = dropDistance / flow.getZoom();
    for (const { id, source, target, data } of bare) {
      if (data === undefined || except.has(source) || except.has(target)) continue;
      const away = distanceToWire(at, data.points);
      if (away >= nearest) continue;
      nearest = away;
      best = id;
    }
    return best;
  };

  const isInside = (x: number, y: number): boolean => {
    const rect = root.current?.getBoundingClientRect();
    return rect !== undefined && x > rect.left && x < rect.right && y > rect.top && y < rect.bottom;
  };

  /** A single block without wires in, on its way over a wire, is put onto it. */
  const loose =
    moving === null || Object.keys(moving).length !== 1
      ? null
      : (Object.keys(moving).find((id) => wiresTo(draft, id).length === 0) ?? null);
  const dropWire = useMemo(() => {
    if (drag !== null) {
      if (!isInside(drag.x, drag.y)) return null;
      return wireAt(flow.screenToFlowPosition(drag), new Set());
    }
    const at = loose === null ? undefined : moving?.[loose];
    if (loose === null || at === undefined) return null;
    return wireAt({ x: at.x + 120, y: at.y + 28 }, new Set([loose]));
  }, [drag, loose, moving, bare]);

  // The palette's drag ends over the canvas.
  useEffect(() => {
    if (drag === null) return undefined;
    const onUp = (event: PointerEvent): void => {
      store.getState().set({ drag: null });
      if (!isInside(event.clientX, event.clientY)) return;
      const at = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
      const corner = { x: at.x - 120, y: at.y - 28 };
      const over = wireAt(at, new Set());
      command.addBlock(
        store,
        drag.type,
        over === null
          ? { kind: "free", at: corner }
          : { kind: "wire", wire: readWireId(over), at: null },
      );
    };
    window.addEventListener("pointerup", onUp, { once: true });
    return () => window.removeEventListener("pointerup", onUp);
  });

  const nodes = useMemo(
    () => sceneNodes(draft, places, { ...plain, dropWire }),
    [draft, places, selection, focus, outcome, severities, refusals, readOnly, labels, lit],
  );
  const edges = useMemo(
    () =>
      dropWire === null
        ? bare
        : bare.map((edge) =>
            edge.id === dropWire && edge.data !== undefined
              ? { ...edge, data: { ...edge.data, isTarget: true } }
              : edge,
          ),
    [bare, dropWire],
  );

  const linesOf = (id: string, at: Point): HelperLines => {
    const rects = obstaclesById(draft, stored);
    const own = rects.get(id);
    const others = [...rects].flatMap(([each, rect]) => (each === id ? [] : [rect]));
    return helperLines({ width: 0, height: 0, ...own, ...at }, others);
  };

  const onNodesChange = (changes: NodeChange<SceneNode>[]): void => {
    const moved: Record<string, Point> = {};
    let chosen: Set<string> | null = null;
    for (const change of changes) {
      if (change.type === "position" && change.position !== undefined)
        moved[change.id] = change.position;
      if (change.type === "select" && change.id !== startId) {
        chosen ??= new Set(store.getState().selection);
        if (change.selected) chosen.add(change.id);
        else chosen.delete(change.id);
      }
    }
    const [only, ...more] = Object.keys(moved);
    if (only !== undefined && more.length === 0 && moving !== null && !altKey.current) {
      const lines = linesOf(only, moved[only] ?? { x: 0, y: 0 });
      moved[only] = lines.at;
      setLines(lines);
    } else setLines(null);
    if (only !== undefined) setMoving((before) => ({ ...before, ...moved }));
    if (chosen !== null) store.getState().select([...chosen]);
  };

  const onDragStop = (event: MouseEvent | TouchEvent): void => {
    const moved = moving;
    setMoving(null);
    setLines(null);
    if (moved === null) return;
    const [only] = Object.keys(moved);
    if (dropWire !== null && loose !== null && only !== undefined) {
      command.spliceNode(store, readWireId(dropWire), only, moved[only] ?? { x: 0, y: 0 });
    } else command.moveNodes(store, moved, event.altKey);
  };

  const onConnect = ({ source, sourceHandle, target }: Connection): void => {
    if (sourceHandle !== null)
      command.connectWire(store, { source, outcome: sourceHandle }, target);
  };

  const onConnectEnd = (event: MouseEvent | TouchEvent, state: FinalConnectionState): void => {
    setDrawing(null);
    if (state.isValid === true || state.fromHandle === null) return;
    const point = "changedTouches" in event ? event.changedTouches[0] : event;
    const source = state.fromHandle.nodeId;
    const outcomeId = state.fromHandle.id;
    if (point === undefined || outcomeId == null || state.fromHandle.type !== "source") return;
    const target = document.elementFromPoint(point.clientX, point.clientY);
    const over = target?.closest<HTMLElement>("[data-block-id]")?.dataset["blockId"];
    if (over !== undefined) {
      command.connectWire(store, { source, outcome: outcomeId }, over);
      return;
    }
    if (target?.closest(".react-flow__pane") == null) return;
    const at = flow.screenToFlowPosition({ x: point.clientX, y: point.clientY });
    store.getState().set({
      dialog: {
        kind: "add",
        place: {
          kind: "outcome",
          wire: { source, outcome: outcomeId },
          at: { x: at.x - 120, y: at.y },
        },
      },
    });
  };

  const keys = useCanvasKeys(onCommand, pointer);

  const isEmpty = Object.keys(draft.flow.nodes).length === 0;
  const actions = useMemo(
    () =>
      readOnly
        ? null
        : {
            insert: (each: { source: string; outcome: string }) =>
              store
                .getState()
                .set({ dialog: { kind: "add", place: { kind: "wire", wire: each, at: null } } }),
            cut: (each: { source: string; outcome: string }) => command.cutWire(store, each),
          },
    [readOnly, store],
  );
  return (
    <div
      ref={root}
      className="flow-canvas"
      data-zoom={zoomLevel}
      data-region="canvas"
      role="application"
      aria-label={`Canvas of ${draft.flow.title}. Arrow keys walk from block to block; question mark lists the keys; O shows the outline.`}
      {...keys}
      onPointerMove={(event) => {
        pointer.current = { x: event.clientX, y: event.clientY };
        altKey.current = event.altKey;
      }}
      onFocus={(event) => {
        const id = event.target.dataset["blockId"];
        if (id !== undefined) store.getState().setFocus(id);
      }}
    >
      <WireActions value={actions}>
        <ReactFlow<SceneNode, WireEdgeType>
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          onNodesChange={onNodesChange}
          onNodeDragStop={onDragStop}
          onSelectionDragStop={({ nativeEvent }) => onDragStop(nativeEvent)}
          onEdgeClick={(_, edge) => store.getState().selectWire(readWireId(edge.id))}
          onPaneClick={() => store.getState().select([], focus)}
          onNodeDoubleClick={() => store.getState().openInspector()}
          onConnect={onConnect}
          onConnectStart={(_, { nodeId, handleId, handleType }) => {
            if (handleType === "source" && nodeId !== null && handleId !== null)
              setDrawing({ source: nodeId, outcome: handleId });
          }}
          onConnectEnd={onConnectEnd}
          onReconnect={(edge, connection) => {
            command.connectWire(store, readWireId(edge.id), connection.target);
          }}
          isValidConnection={({ source, sourceHandle, target }) =>
            connectionProblem(draft, { source, outcome: sourceHandle ?? "" }, target) === null
          }
          connectionRadius={28}
          nodesFocusable={false}
          edgesFocusable={false}
          disableKeyboardA11y
          deleteKeyCode={null}
          selectionOnDrag
          selectionMode={SelectionMode.Partial}
          panOnScroll
          panOnDrag={[1]}
          panActivationKeyCode="Space"
          multiSelectionKeyCode="Shift"
          selectionKeyCode={null}
          zoomActivationKeyCode={["Meta", "Control"]}
          zoomOnDoubleClick={false}
          minZoom={0.1}
          maxZoom={2}
          onlyRenderVisibleElements={nodes.length > cullingFrom}
          onInit={(instance) => {
            const first = lit?.last ?? (selection.size === 1 ? [...selection][0] : undefined);
            const { entry } = draft.flow;
            showFirst(
              instance,
              root.current,
              readOnly ? 0.4 : 0.62,
              first ?? entry,
              first === undefined,
            );
          }}
          nodeDragThreshold={3}
        >
          {lines !== null && <HelperLinesView lines={lines} />}
          <Background
            variant={BackgroundVariant.Dots}
            gap={16}
            size={1.5}
            color="var(--canvas-dot)"
          />
          <Controls showInteractive={false} position="bottom-left" />
          {nodes.length > 12 && (
            <MiniMap
              pannable
              zoomable
              position="bottom-right"
              ariaLabel="Map of the flow"
              bgColor="var(--surface)"
              nodeColor="var(--control-border)"
              maskColor="rgb(127 127 127 / 25%)"
            />
          )}
        </ReactFlow>
      </WireActions>
      {isEmpty && !readOnly && (
        <div className="canvas-empty">
          <p>This flow is empty: {end.words}.</p>
          <button
            type="button"
            onClick={() =>
              store
                .getState()
                .set({ dialog: { kind: "add", place: { kind: "free", at: { x: 0, y: 0 } } } })
            }
          >
            Add the first block
          </button>
        </div>
      )}
    </div>
  );
};
