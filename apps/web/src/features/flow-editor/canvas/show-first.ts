import type { ReactFlowInstance } from "@xyflow/react";
import type { SceneNode, WireEdge } from "./scene.ts";

/** The whole flow where it can be read so; else one block at 100 %: the entry near the corner, another in the middle. */
export const showFirst = (
  flow: ReactFlowInstance<SceneNode, WireEdge>,
  pane: HTMLElement | null,
  smallest: number,
  block: string | undefined,
  isEntry: boolean,
): void => {
  if (pane === null) return;
  const { clientWidth, clientHeight } = pane;
  const bounds = flow.getNodesBounds(flow.getNodes());
  // Labels of outcomes stand beside the cards.
  const zoom = Math.min(1, clientWidth / (bounds.width + 220), clientHeight / (bounds.height + 90));
  if (zoom >= smallest) {
    const x = (clientWidth - (bounds.width + 100) * zoom) / 2 - bounds.x * zoom;
    void flow.setViewport({ x, y: 40 - bounds.y * zoom, zoom });
    return;
  }
  const at = (block === undefined ? undefined : flow.getNode(block)?.position) ?? { x: 0, y: 0 };
  const corner = isEntry ? { x: 80, y: 110 } : { x: clientWidth / 2 - 120, y: clientHeight / 2 };
  void flow.setViewport({ x: corner.x - at.x, y: corner.y - at.y, zoom: 1 });
};
