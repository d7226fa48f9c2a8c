/** Blocks that are being moved: where they are until they are let go, and the lines they keep to. */
import type { NodeChange } from "@xyflow/react";
import { type RefObject, useState } from "react";
import { type FlowDraft, startId } from "../draft/flow-draft.ts";
import { useDraft, useEditorStore } from "../editor-context.tsx";
import { placesOf } from "../place-nodes.ts";
import type { Point } from "./geometry.ts";
import { type HelperLines, helperLines } from "./helper-lines.ts";
import { obstaclesById, type SceneNode } from "./scene.ts";

type Places = Readonly<Record<string, Point>>;

export const useMoving = (altKey: RefObject<boolean>) => {
  const store = useEditorStore();
  const draft = useDraft();
  const [moving, setMoving] = useState<Places | null>(null);
  const [lines, setLines] = useState<HelperLines | null>(null);

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
      const kept = linesOf(draft, only, moved[only] ?? { x: 0, y: 0 });
      moved[only] = kept.at;
      setLines(kept);
    } else setLines(null);
    if (only !== undefined) setMoving((before) => ({ ...before, ...moved }));
    if (chosen !== null) store.getState().select([...chosen]);
  };

  /** They are let go: where they were then. */
  const stop = (): Places | null => {
    setMoving(null);
    setLines(null);
    return moving;
  };
  return { moving, lines, onNodesChange, stop };
};

const linesOf = (draft: FlowDraft, id: string, at: Point): HelperLines => {
  const rects = obstaclesById(draft, placesOf(draft));
  const own = rects.get(id);
  const others = [...rects].flatMap(([each, rect]) => (each === id ? [] : [rect]));
  return helperLines({ width: 0, height: 0, ...own, ...at }, others);
};
