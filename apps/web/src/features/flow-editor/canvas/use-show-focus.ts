import { type ReactFlowInstance, useReactFlow, useStoreApi } from "@xyflow/react";
import { type RefObject, useEffect } from "react";
import { useEditor, useEditorStore } from "../editor-context.tsx";

const margin = 60;

type Pane = {
  readonly transform: readonly [number, number, number];
  readonly width: number;
  readonly height: number;
};

/** Centres a node unless it is in view; false when there is no such node yet. */
const showNode = (
  flow: ReactFlowInstance,
  { transform, width, height }: Pane,
  id: string,
): boolean => {
  const node = flow.getInternalNode(id);
  if (node === undefined) return false;
  const { x, y } = node.internals.positionAbsolute;
  const { width: nodeWidth = 0, height: nodeHeight = 0 } = node.measured;
  const [tx, ty, zoom] = transform;
  const left = x * zoom + tx;
  const top = y * zoom + ty;
  const isInView =
    left > 0 &&
    top > 0 &&
    left + nodeWidth * zoom < width - margin &&
    top + nodeHeight * zoom < height - margin;
  if (!isInView) void flow.setCenter(x + nodeWidth / 2, y + nodeHeight / 2, { zoom });
  return true;
};

/** Brings blocks into view, and gives the focused one the focus, whenever that is asked for. */
export const useShowFocus = (root: RefObject<HTMLElement | null>): void => {
  const request = useEditor((state) => state.focusRequest);
  const reveal = useEditor((state) => state.reveal);
  const editor = useEditorStore();
  const flow = useReactFlow();
  const internals = useStoreApi();
  useEffect(() => {
    if (request === 0) return undefined;
    // The node may be new, or outside of what is drawn: it is centred first, and focused when it is there.
    const frame = requestAnimationFrame(() => {
      const { focus } = editor.getState();
      if (focus === null || !showNode(flow, internals.getState(), focus)) return;
      const focusIt = (): void =>
        root.current
          ?.querySelector<HTMLElement>(`[data-block-id="${focus}"]`)
          ?.focus({ preventScroll: true });
      focusIt();
      requestAnimationFrame(focusIt);
    });
    return () => cancelAnimationFrame(frame);
  }, [request, editor, flow, internals, root]);
  useEffect(() => {
    const { node, count } = reveal;
    if (node === null || count === 0) return undefined;
    const frame = requestAnimationFrame(() => showNode(flow, internals.getState(), node));
    return () => cancelAnimationFrame(frame);
  }, [reveal, flow, internals]);
};
