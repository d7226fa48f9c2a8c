import { useReactFlow, useStoreApi } from "@xyflow/react";
import { type RefObject, useEffect } from "react";
import { useEditor, useEditorStore } from "../editor-context.tsx";

const margin = 60;

/** Brings the focused block into view and gives it the focus, whenever that is asked for. */
export const useShowFocus = (root: RefObject<HTMLElement | null>): void => {
  const request = useEditor((state) => state.focusRequest);
  const editor = useEditorStore();
  const flow = useReactFlow();
  const internals = useStoreApi();
  useEffect(() => {
    if (request === 0) return undefined;
    // The node may be new, or outside of what is drawn: it is centred first, and focused when it is there.
    const frame = requestAnimationFrame(() => {
      const { focus } = editor.getState();
      const node = focus === null ? undefined : flow.getInternalNode(focus);
      if (focus === null || node === undefined) return;
      const { x, y } = node.internals.positionAbsolute;
      const { width = 0, height = 0 } = node.measured;
      const { transform, width: paneWidth, height: paneHeight } = internals.getState();
      const [tx, ty, zoom] = transform;
      const left = x * zoom + tx;
      const top = y * zoom + ty;
      const isInView =
        left > margin &&
        top > margin &&
        left + width * zoom < paneWidth - margin &&
        top + height * zoom < paneHeight - margin;
      if (!isInView) void flow.setCenter(x + width / 2, y + height / 2, { zoom });
      const focusIt = (): void =>
        root.current
          ?.querySelector<HTMLElement>(`[data-block-id="${focus}"]`)
          ?.focus({ preventScroll: true });
      focusIt();
      requestAnimationFrame(focusIt);
    });
    return () => cancelAnimationFrame(frame);
  }, [request, editor, flow, internals, root]);
};
