/** What a person can do to a flow, from whatever view: each is one step of undo, and is said. */
import { blocks } from "@sluice/blocks/definitions";
import { announce } from "../../ui/announce.tsx";
import {
  cardWidth,
  columnStep,
  freePlace,
  grid,
  nodeSize,
  type Point,
  type Rect,
  snap,
} from "./canvas/geometry.ts";
import { copyText, paste, readClipboard } from "./draft/clipboard.ts";
import { connectionProblem } from "./draft/connection-rules.ts";
import * as draftOf from "./draft/flow-draft.ts";
import { type FlowDraft, freeNodeId, freshNode, startId, type Wire } from "./draft/flow-draft.ts";
import { faceOf } from "./editor-context.tsx";
import type { AddPlace, EditorStore } from "./editor-store.ts";
import { placesOf, tidyLayout } from "./place-nodes.ts";

export const draftIn = (store: EditorStore): FlowDraft => store.getState().history.present;

/** “SPF”, as it is called on its card. */
export const titleOf = ({ flow }: FlowDraft, id: string): string => {
  const node = flow.nodes[id];
  return `“${node === undefined ? id : faceOf(node).title}”`;
};

export const outcomeWords = ({ flow }: FlowDraft, { source, outcome }: Wire): string => {
  if (source === startId) return "Start";
  const node = flow.nodes[source];
  const words = node && faceOf(node).outcomes.find(({ id }) => id === outcome)?.words;
  return words ?? outcome;
};

const names = (draft: FlowDraft, ids: readonly string[]): string =>
  ids.length === 1 ? titleOf(draft, ids[0] ?? "") : `${ids.length} blocks`;

const rectsOf = (draft: FlowDraft, except?: ReadonlySet<string>): Rect[] => {
  const places = placesOf(draft);
  return Object.entries(draft.flow.nodes)
    .filter(([id]) => except?.has(id) !== true)
    .map(([id, node]) => ({ ...(places[id] ?? { x: 0, y: 0 }), ...nodeSize(faceOf(node)) }));
};

/** Where a click in the palette adds: after the chosen block, or before the ending of the spine. */
export const placeForPalette = (store: EditorStore): AddPlace => {
  const { selection, wire, history } = store.getState();
  if (wire !== null) return { kind: "wire", wire, at: null };
  const draft = history.present;
  const [only] = selection.size === 1 ? [...selection] : [];
  if (only !== undefined) return { kind: "after", node: only };
  if (draft.flow.entry === undefined) return { kind: "free", at: null };
  return { kind: "wire", wire: lastWireOfSpine(draft), at: null };
};

const lastWireOfSpine = (draft: FlowDraft): Wire => {
  let wire: Wire = draftOf.startWire;
  const seen = new Set<string>();
  for (;;) {
    const target = draftOf.targetOf(draft, wire);
    const node = target === undefined ? undefined : draft.flow.nodes[target];
    if (target === undefined || node === undefined || seen.has(target)) return wire;
    seen.add(target);
    const { spine } = faceOf(node);
    if (spine === undefined) return wire;
    wire = { source: target, outcome: spine };
  }
};

/** Adds a block where it was asked for, selects it, and gives its id. */
export const addBlock = (store: EditorStore, type: string, place: AddPlace): string => {
  const before = draftIn(store);
  const block = blocks.get(type);
  const title = block?.title ?? type;
  const id = freeNodeId(before.flow, title);
  const node = freshNode(type, blocks);
  store.getState().change({ label: `Add “${title}”` }, (draft) => {
    const size = nodeSize(faceOf(node));
    switch (place.kind) {
      case "free":
        return draftOf.add(draft, id, node, spot(draft, place.at ?? belowAll(draft), size));
      case "outcome": {
        const at = place.at ?? besideWire(draft, place.wire);
        return draftOf.connect(draftOf.add(draft, id, node, spot(draft, at, size)), place.wire, id);
      }
      case "wire":
        return insert(draft, place.wire, id, node, place.at);
      case "after": {
        const spine =
          draft.flow.nodes[place.node] && faceOf(draft.flow.nodes[place.node] ?? node).spine;
        if (spine === undefined) {
          const [wire = draftOf.startWire] = draftOf.wiresTo(draft, place.node);
          return insert(draft, wire, id, node, null);
        }
        return insert(draft, { source: place.node, outcome: spine }, id, node, null);
      }
      default:
        return place satisfies never;
    }
  });
  announce(`Added “${title}”.`);
  store.getState().goTo(id);
  return id;
};

/** Puts a node on a wire and makes room: what stands below in its column moves down. */
const insert = (
  draft: FlowDraft,
  wire: Wire,
  id: string,
  node: ReturnType<typeof freshNode>,
  at: Point | null,
): FlowDraft => {
  const placed = Object.keys(draft.layout).length > 0;
  const inserted = draftOf.insertOnEdge(draft, wire, id, node, blocks);
  if (!placed) return inserted; // the whole flow is laid out
  const size = nodeSize(faceOf(node));
  if (at !== null) return draftOf.move(inserted, { [id]: spot(draft, at, size) });
  const target = draftOf.targetOf(draft, wire);
  const places = placesOf(draft);
  if (target === undefined) {
    return draftOf.move(inserted, { [id]: spot(draft, besideWire(draft, wire), size) });
  }
  const there = places[target] ?? { x: 0, y: 0 };
  const targetNode = draft.flow.nodes[target];
  const targetWidth = targetNode === undefined ? cardWidth : nodeSize(faceOf(targetNode)).width;
  const x = snap(there.x + (targetWidth - size.width) / 2);
  const shift = snap(size.height + 52);
  const moved = Object.fromEntries(
    Object.entries(places)
      .filter(([, place]) => place.y >= there.y)
      .map(([each, place]) => [each, { x: place.x, y: place.y + shift }]),
  );
  return draftOf.move(inserted, { ...moved, [id]: { x, y: there.y } });
};

const spot = (draft: FlowDraft, at: Point, size: { width: number; height: number }): Point =>
  freePlace({ x: snap(at.x), y: snap(at.y), ...size }, rectsOf(draft));

const belowAll = (draft: FlowDraft): Point => ({
  x: 0,
  y: Math.max(0, ...rectsOf(draft).map(({ y, height }) => y + height + 52)),
});

const besideWire = (draft: FlowDraft, { source, outcome }: Wire): Point => {
  const node = draft.flow.nodes[source];
  const place = placesOf(draft)[source];
  if (node === undefined || place === undefined) return { x: 0, y: 0 };
  const face = faceOf(node);
  const { height } = nodeSize(face);
  return outcome === face.spine
    ? { x: place.x, y: place.y + height + 52 }
    : { x: place.x + columnStep, y: place.y + height + 52 };
};

/** Leads a wire to a block; gives the reason when it may not. */
export const connectWire = (store: EditorStore, wire: Wire, target: string): string | null => {
  const draft = draftIn(store);
  const problem = connectionProblem(draft, wire, target);
  if (problem !== null) {
    announce(problem);
    return problem;
  }
  const words = `${outcomeWords(draft, wire)} to ${titleOf(draft, target)}`;
  store
    .getState()
    .change({ label: `Connect ${words}` }, (before) => draftOf.connect(before, wire, target));
  announce(`Connected ${words}.`);
  return null;
};

export const cutWire = (store: EditorStore, wire: Wire): void => {
  const words = outcomeWords(draftIn(store), wire);
  store.getState().change({ label: `Cut “${words}”` }, (draft) => draftOf.disconnect(draft, wire));
  store.getState().selectWire(null);
  announce(`Cut “${words}”.`);
};

/** An unwired block that is there already, put on a wire. */
export const spliceNode = (store: EditorStore, wire: Wire, id: string, at: Point): void => {
  const draft = draftIn(store);
  store
    .getState()
    .change({ label: `Insert ${titleOf(draft, id)}` }, (before) =>
      draftOf.splice(draftOf.move(before, { [id]: at }), wire, id, blocks),
    );
  announce(`Inserted ${titleOf(draft, id)}.`);
};

export const deleteSelection = (store: EditorStore, join: boolean): void => {
  const { wire, selection, focus } = store.getState();
  if (wire !== null) {
    cutWire(store, wire);
    return;
  }
  const draft = draftIn(store);
  const ids = selection.size > 0 ? [...selection] : focus === null ? [] : [focus];
  if (ids.length === 0) return;
  const words = names(draft, ids);
  const [first] = ids;
  const before = first === undefined ? undefined : draftOf.wiresTo(draft, first)[0]?.source;
  store
    .getState()
    .change({ label: `Delete ${words}` }, (each) => draftOf.remove(each, ids, blocks, join));
  announce(`Deleted ${words}. Control Z brings it back.`);
  store.getState().set({ toast: { words: `Deleted ${words}.`, document: draftIn(store) } });
  const { nodes, entry } = draftIn(store).flow;
  const next = before !== undefined && before in nodes ? before : entry;
  if (next !== undefined) store.getState().goTo(next);
};

export const toggleDisabled = (store: EditorStore): void => {
  const ids = chosen(store);
  const draft = draftIn(store);
  if (ids.length === 0) return;
  const isOn = ids.some((id) => draft.flow.nodes[id]?.disabled !== true);
  const words = `${isOn ? "Switch off" : "Switch on"} ${names(draft, ids)}`;
  store.getState().change({ label: words }, (each) => draftOf.setDisabled(each, ids, isOn));
  announce(`${isOn ? "Switched off" : "Switched on"} ${names(draft, ids)}.`);
};

const chosen = (store: EditorStore): string[] => {
  const { selection, focus } = store.getState();
  return selection.size > 0 ? [...selection] : focus === null ? [] : [focus];
};

export const copyChosen = (store: EditorStore): string | null => {
  const ids = chosen(store);
  if (ids.length === 0) return null;
  const draft = draftIn(store);
  announce(`Copied ${names(draft, ids)}.`);
  return copyText({ ...draft, layout: placesOf(draft) }, ids);
};

/** Pastes what the text holds; false when it holds no blocks. */
export const pasteText = (store: EditorStore, text: string, at: Point | null): boolean => {
  const clipboard = readClipboard(text);
  if (clipboard === null) return false;
  const draft = draftIn(store);
  const isHere = Object.keys(clipboard.nodes).some((id) => id in draft.flow.nodes);
  const place = at === null || isHere ? { offset: { x: 3 * grid, y: 3 * grid } } : { at };
  const pasted = paste(withPlaces(draft), clipboard, blocks, place);
  if (pasted.ids.length > 0) {
    store.getState().change({ label: `Paste ${pasted.ids.length} blocks` }, () => pasted.draft);
    store.getState().select(pasted.ids);
  }
  const refused =
    pasted.refused.length === 0 ? "" : ` Not at this stage: ${pasted.refused.join(", ")}.`;
  announce(`Pasted ${pasted.ids.length} blocks.${refused}`);
  return true;
};

/** With a stored place for every node, so that adding one does not move the others. */
const withPlaces = (draft: FlowDraft): FlowDraft =>
  draftOf.setLayout(draft, { ...placesOf(draft) });

export const duplicateChosen = (store: EditorStore): void => {
  const text = copyChosen(store);
  if (text !== null) pasteText(store, text, null);
};

export const nudge = (store: EditorStore, dx: number, dy: number): void => {
  const ids = chosen(store);
  const draft = draftIn(store);
  const places = placesOf(draft);
  const group = `nudge:${ids.join(",")}`;
  store
    .getState()
    .change({ label: `Move ${names(draft, ids)}`, group, windowMilliseconds: 600 }, (before) =>
      draftOf.move(
        withPlaces(before),
        Object.fromEntries(
          ids.flatMap((id) => {
            const place = places[id];
            return place === undefined ? [] : [[id, { x: place.x + dx, y: place.y + dy }]];
          }),
        ),
      ),
    );
};

/** The end of a drag: on the grid, and never over another block. */
export const moveNodes = (
  store: EditorStore,
  positions: Readonly<Record<string, Point>>,
  isFree = false,
): void => {
  const draft = draftIn(store);
  const ids = Object.keys(positions);
  store.getState().change({ label: `Move ${names(draft, ids)}` }, (before) => {
    const others = rectsOf(before, new Set(ids));
    const settled: Record<string, Point> = {};
    for (const [id, at] of Object.entries(positions)) {
      const node = before.flow.nodes[id];
      if (node === undefined) continue;
      const snapped = isFree ? at : { x: snap(at.x), y: snap(at.y) };
      settled[id] = freePlace({ ...snapped, ...nodeSize(faceOf(node)) }, others);
    }
    return draftOf.move(withPlaces(before), settled);
  });
};

export const tidy = (store: EditorStore): void => {
  store
    .getState()
    .change({ label: "Tidy" }, (draft) => draftOf.setLayout(draft, tidyLayout(draft)));
  const { focus, reveal, history } = store.getState();
  const node = focus ?? history.present.flow.entry ?? null;
  store.getState().set({ reveal: { count: reveal.count + 1, node } });
  announce("Tidied.");
};

export const moveAlongChain = (store: EditorStore, direction: "up" | "down"): void => {
  const { focus } = store.getState();
  if (focus === null) return;
  const draft = draftIn(store);
  const words = `Move ${titleOf(draft, focus)} ${direction}`;
  store
    .getState()
    .change({ label: words }, (before) => draftOf.moveInChain(before, focus, direction, blocks));
  announce(draftIn(store) === draft ? "It cannot move that way." : `${words}.`);
  store.getState().goTo(focus);
};

export const undoStep = (store: EditorStore): void => {
  const label = store.getState().undo();
  announce(label === null ? "Nothing to undo." : `Undone: ${label}.`);
};

export const redoStep = (store: EditorStore): void => {
  const label = store.getState().redo();
  announce(label === null ? "Nothing to redo." : `Redone: ${label}.`);
};
