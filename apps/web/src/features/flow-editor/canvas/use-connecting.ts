/** A wire that is being drawn from an outcome: where it may end, and what its end does. */
import type { Connection, FinalConnectionState, ReactFlowInstance } from "@xyflow/react";
import { useMemo, useState } from "react";
import * as command from "../commands.ts";
import { connectionProblem } from "../draft/connection-rules.ts";
import type { Wire } from "../draft/flow-draft.ts";
import { useDraft, useEditorStore } from "../editor-context.tsx";
import type { SceneNode, WireEdge } from "./scene.ts";

export const useConnecting = (flow: ReactFlowInstance<SceneNode, WireEdge>) => {
  const store = useEditorStore();
  const draft = useDraft();
  const [drawing, setDrawing] = useState<Wire | null>(null);

  /** The blocks it must not lead to, each with the reason. */
  const refusals = useMemo(() => {
    const refused = new Map<string, string>();
    if (drawing === null) return refused;
    for (const id of Object.keys(draft.flow.nodes)) {
      const problem = connectionProblem(draft, drawing, id);
      if (problem !== null) refused.set(id, problem);
    }
    return refused;
  }, [draft, drawing]);

  const onConnect = ({ source, sourceHandle, target }: Connection): void => {
    if (sourceHandle !== null)
      command.connectWire(store, { source, outcome: sourceHandle }, target);
  };

  const onConnectEnd = (event: MouseEvent | TouchEvent, state: FinalConnectionState): void => {
    setDrawing(null);
    if (state.isValid === true || state.fromHandle === null) return;
    const point = "changedTouches" in event ? event.changedTouches[0] : event;
    const source = state.fromHandle.nodeId;
    const outcome = state.fromHandle.id;
    if (point === undefined || outcome == null || state.fromHandle.type !== "source") return;
    const target = document.elementFromPoint(point.clientX, point.clientY);
    const over = target?.closest<HTMLElement>("[data-block-id]")?.dataset["blockId"];
    if (over !== undefined) {
      command.connectWire(store, { source, outcome }, over);
      return;
    }
    if (target?.closest(".react-flow__pane") == null) return;
    const at = flow.screenToFlowPosition({ x: point.clientX, y: point.clientY });
    store.getState().set({
      dialog: {
        kind: "add",
        place: { kind: "outcome", wire: { source, outcome }, at: { x: at.x - 120, y: at.y } },
      },
    });
  };
  return { refusals, setDrawing, onConnect, onConnectEnd };
};
