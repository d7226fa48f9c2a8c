/** Where every node stands: as stored, and by the layout where nothing is stored. */

import { freePlace, nodeSize, type Point, type Rect } from "./canvas/geometry.ts";
import { type LayoutNode, layout } from "./canvas/layout.ts";
import type { FlowDraft } from "./draft/flow-draft.ts";
import { faceOf } from "./editor-context.tsx";

export const layoutNodes = ({ flow }: FlowDraft): LayoutNode[] =>
  Object.entries(flow.nodes).map(([id, node]) => {
    const face = faceOf(node);
    const order = [...face.outcomes].sort(
      (a, b) => Number(b.id === face.spine) - Number(a.id === face.spine),
    );
    return {
      id,
      ...nodeSize(face),
      targets: order.flatMap((outcome) => node.outcomes[outcome.id] ?? []),
      spine: face.spine === undefined ? undefined : node.outcomes[face.spine],
    };
  });

/** The tidy place of every node. */
export const tidyLayout = (draft: FlowDraft): Record<string, Point> =>
  layout(layoutNodes(draft), draft.flow.entry);

const known = new WeakMap<FlowDraft, Readonly<Record<string, Point>>>();

/** Places of all nodes; what has no stored position is laid out where nothing stands. */
export const placesOf = (draft: FlowDraft): Readonly<Record<string, Point>> => {
  const before = known.get(draft);
  if (before !== undefined) return before;
  const places = makePlaces(draft);
  known.set(draft, places);
  return places;
};

const makePlaces = (draft: FlowDraft): Record<string, Point> => {
  const nodes = Object.entries(draft.flow.nodes);
  const tidy = nodes.every(([id]) => draft.layout[id] !== undefined) ? {} : tidyLayout(draft);
  const places: Record<string, Point> = {};
  const taken: Rect[] = [];
  for (const [id, node] of nodes) {
    const at = draft.layout[id];
    if (at === undefined) continue;
    places[id] = at;
    taken.push({ ...at, ...nodeSize(faceOf(node)) });
  }
  for (const [id, node] of nodes) {
    if (places[id] !== undefined) continue;
    const rect = { ...(tidy[id] ?? { x: 0, y: 0 }), ...nodeSize(faceOf(node)) };
    const at = freePlace(rect, taken);
    places[id] = at;
    taken.push({ ...rect, ...at });
  }
  return places;
};
