/** Walking through a flow by keys: from block to block, from outcome to outcome. */
import { announce } from "../../ui/announce.tsx";
import { draftIn, outcomeWords, titleOf } from "./commands.ts";
import * as draftOf from "./draft/flow-draft.ts";
import { type FlowDraft, startId, type Wire } from "./draft/flow-draft.ts";
import { faceOf } from "./editor-context.tsx";
import type { EditorStore } from "./editor-store.ts";

/** Walks to a neighbour; stays where there is none. */
export const walk = (store: EditorStore, direction: "up" | "down" | "left" | "right"): void => {
  const { focus, outcome } = store.getState();
  const draft = draftIn(store);
  if (focus === null) {
    if (draft.flow.entry !== undefined) store.getState().goTo(draft.flow.entry);
    return;
  }
  const next = neighbour(draft, focus, outcome, direction);
  if (next !== null) store.getState().goTo(next);
};

const neighbour = (
  draft: FlowDraft,
  id: string,
  outcome: string | null,
  direction: "up" | "down" | "left" | "right",
): string | null => {
  const node = draft.flow.nodes[id];
  if (node === undefined) return null;
  const { spine, outcomes } = faceOf(node);
  const wires = draftOf.wiresTo(draft, id).filter(({ source }) => source !== startId);
  const isSpine = ({ source, outcome: by }: Wire): boolean => {
    const above = draft.flow.nodes[source];
    return above !== undefined && faceOf(above).spine === by;
  };
  switch (direction) {
    case "down":
      return spine === undefined ? null : (node.outcomes[spine] ?? null);
    case "up":
      return (wires.find(isSpine) ?? wires[0])?.source ?? null;
    case "right": {
      const by =
        outcome ?? outcomes.find((each) => each.id !== spine && node.outcomes[each.id])?.id;
      return by === undefined ? null : (node.outcomes[by] ?? null);
    }
    case "left":
      return (wires.find((wire) => !isSpine(wire)) ?? wires[0])?.source ?? null;
    default:
      return direction satisfies never;
  }
};

/** Makes the next or previous outcome of the focused block the one the keys are about. */
export const walkOutcomes = (store: EditorStore, by: 1 | -1): void => {
  const { focus, outcome } = store.getState();
  const draft = draftIn(store);
  const node = focus === null ? undefined : draft.flow.nodes[focus];
  if (focus === null || node === undefined) return;
  const { outcomes } = faceOf(node);
  if (outcomes.length === 0) return;
  const at = outcomes.findIndex(({ id }) => id === outcome);
  const next =
    outcomes[
      at < 0 ? (by === 1 ? 0 : outcomes.length - 1) : (at + by + outcomes.length) % outcomes.length
    ];
  if (next === undefined) return;
  const target = node.outcomes[next.id];
  store.getState().set({ outcome: next.id });
  announce(`${next.words}: ${target === undefined ? "not wired" : `to ${titleOf(draft, target)}`}`);
};

/** Selects the wire of the current outcome. */
export const selectCurrentWire = (store: EditorStore): void => {
  const { focus, outcome } = store.getState();
  const draft = draftIn(store);
  const node = focus === null ? undefined : draft.flow.nodes[focus];
  if (focus === null || node === undefined) return;
  const { outcomes, spine } = faceOf(node);
  const by = outcome ?? spine ?? outcomes[0]?.id;
  if (by === undefined || node.outcomes[by] === undefined) {
    announce("This outcome is not wired.");
    return;
  }
  store.getState().selectWire({ source: focus, outcome: by });
  announce(`Wire ${outcomeWords(draft, { source: focus, outcome: by })} selected. Delete cuts it.`);
};
