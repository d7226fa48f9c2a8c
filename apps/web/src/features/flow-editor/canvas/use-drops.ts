/** A block on its way over the canvas, from the palette or from its own place: which wire it would go onto, and what happens when it is let go. */
import type { ReactFlowInstance } from "@xyflow/react";
import { type RefObject, useEffect, useMemo } from "react";
import * as command from "../commands.ts";
import { wiresTo } from "../draft/flow-draft.ts";
import { useDraft, useEditor, useEditorStore } from "../editor-context.tsx";
import type { Point } from "./geometry.ts";
import { distanceToWire } from "./route-wire.ts";
import { readWireId, type SceneNode, type WireEdge } from "./scene.ts";

/** How near to a wire a block is dropped onto it, in screen pixels. */
const dropDistance = 24;

type Drops = {
  /** The wire that takes the block in when it is let go. */
  readonly dropWire: string | null;
  /** The single block without wires in that is being moved. */
  readonly loose: string | null;
};

export const useDrops = (
  root: RefObject<HTMLElement | null>,
  flow: ReactFlowInstance<SceneNode, WireEdge>,
  moving: Readonly<Record<string, Point>> | null,
  edges: readonly WireEdge[],
): Drops => {
  const store = useEditorStore();
  const draft = useDraft();
  const drag = useEditor((state) => state.drag);

  /** The wire that a block dropped at this place would go onto. */
  const wireAt = (at: Point, except: ReadonlySet<string>): string | null => {
    let best: string | null = null;
    let nearest = dropDistance / flow.getZoom();
    for (const { id, source, target, data } of edges) {
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
  }, [drag, loose, moving, edges]);

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

  return { dropWire, loose };
};
