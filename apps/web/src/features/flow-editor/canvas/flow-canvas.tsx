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
  Controls,
  MiniMap,
  ReactFlow,
  ReactFlowProvider,
  SelectionMode,
  useReactFlow,
  useStore,
} from "@xyflow/react";
import { useMemo, useRef } from "react";
import * as command from "../commands.ts";
import { connectionProblem } from "../draft/connection-rules.ts";
import { useCompiled, useDraft, useEditor, useEditorStore } from "../editor-context.tsx";
import type { KeyCommand } from "../keymap.ts";
import { placesOf } from "../place-nodes.ts";
import { litPath } from "../trace/trace-steps.ts";
import { blockLabels } from "./block-label.ts";
import { BlockNode } from "./block-node.tsx";
import { EmptyCanvas } from "./empty-canvas.tsx";
import type { Point } from "./geometry.ts";
import { HelperLinesView } from "./helper-lines-view.tsx";
import {
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
import { useConnecting } from "./use-connecting.ts";
import { useDrops } from "./use-drops.ts";
import { useMoving } from "./use-moving.ts";
import { useShowFocus } from "./use-show-focus.ts";
import { WireActions } from "./wire-actions.ts";
import { WireEdge } from "./wire-edge.tsx";

const nodeTypes = { block: BlockNode, start: StartNode };
const edgeTypes = { wire: WireEdge };
/** From here on only what is in sight is drawn. */
const cullingFrom = 150;
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
  /** Held while a block is moved: no lines and no grid. */
  const altKey = useRef(false);
  const zoomLevel = useStore(({ transform: [, , zoom] }) =>
    zoom < 0.35 ? "far" : zoom < 0.6 ? "middle" : "near",
  );
  useShowFocus(root);
  const { moving, lines, onNodesChange, stop } = useMoving(altKey);
  const { refusals, setDrawing, onConnect, onConnectEnd } = useConnecting(flow);

  const stored = placesOf(draft);
  const places = useMemo(
    () => (moving === null ? stored : { ...stored, ...moving }),
    [stored, moving],
  );
  const labels = useMemo(() => blockLabels(draft, problems), [draft, problems]);
  const severities = useMemo(() => severitiesOf(problems), [problems]);
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

  const { dropWire, loose } = useDrops(root, flow, moving, bare);

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

  const onDragStop = (event: MouseEvent | TouchEvent): void => {
    const moved = stop();
    if (moved === null) return;
    const [only] = Object.keys(moved);
    if (dropWire !== null && loose !== null && only !== undefined) {
      command.spliceNode(store, readWireId(dropWire), only, moved[only] ?? { x: 0, y: 0 });
    } else command.moveNodes(store, moved, event.altKey);
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
      {isEmpty && !readOnly && <EmptyCanvas words={end.words} />}
    </div>
  );
};
