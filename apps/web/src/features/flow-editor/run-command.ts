/** What a key does, in canvas and outline alike. View matters (zoom, focus of panels) are the caller's. */
import * as command from "./commands.ts";
import { stream } from "./draft/connection-rules.ts";
import * as draftOf from "./draft/flow-draft.ts";
import { startWire } from "./draft/flow-draft.ts";
import type { EditorStore } from "./editor-store.ts";
import type { KeyCommand } from "./keymap.ts";
import { selectCurrentWire, walk, walkOutcomes } from "./walk.ts";

/** Runs a command on the document; false when it is one of the view's own. */
export const runCommand = (store: EditorStore, name: KeyCommand): boolean => {
  const state = store.getState();
  const draft = state.history.present;
  const { focus } = state;
  switch (name) {
    case "down":
    case "up":
    case "left":
    case "right":
      walk(store, name);
      return true;
    case "next-outcome":
      walkOutcomes(store, 1);
      return true;
    case "previous-outcome":
      walkOutcomes(store, -1);
      return true;
    case "open":
      if (focus !== null) state.select([focus]);
      state.openInspector();
      return true;
    case "leave":
      state.select([], focus);
      return true;
    case "add-after":
      state.set({
        dialog: {
          kind: "add",
          place:
            state.wire !== null
              ? { kind: "wire", wire: state.wire, at: null }
              : focus === null
                ? { kind: "free", at: null }
                : state.outcome !== null
                  ? { kind: "wire", wire: { source: focus, outcome: state.outcome }, at: null }
                  : { kind: "after", node: focus },
        },
      });
      return true;
    case "add-before": {
      const [wire = startWire] = focus === null ? [] : draftOf.wiresTo(draft, focus);
      state.set({ dialog: { kind: "add", place: { kind: "wire", wire, at: null } } });
      return true;
    }
    case "connect":
      if (focus !== null) {
        state.set({ dialog: { kind: "connect", source: focus, outcome: state.outcome } });
      }
      return true;
    case "select-wire":
      selectCurrentWire(store);
      return true;
    case "toggle-selection": {
      if (focus === null) return true;
      const ids = new Set(state.selection);
      if (!ids.delete(focus)) ids.add(focus);
      state.select([...ids], focus);
      return true;
    }
    case "select-all":
      state.select(Object.keys(draft.flow.nodes), focus);
      return true;
    case "select-upstream":
    case "select-downstream":
      if (focus !== null) {
        const direction = name === "select-upstream" ? "up" : "down";
        state.select(stream(draft, focus, direction), focus);
      }
      return true;
    case "nudge-up":
      command.nudge(store, 0, -8);
      return true;
    case "nudge-down":
      command.nudge(store, 0, 8);
      return true;
    case "nudge-left":
      command.nudge(store, -8, 0);
      return true;
    case "nudge-right":
      command.nudge(store, 8, 0);
      return true;
    case "jump-up":
      command.nudge(store, 0, -40);
      return true;
    case "jump-down":
      command.nudge(store, 0, 40);
      return true;
    case "jump-left":
      command.nudge(store, -40, 0);
      return true;
    case "jump-right":
      command.nudge(store, 40, 0);
      return true;
    case "chain-up":
      command.moveAlongChain(store, "up");
      return true;
    case "chain-down":
      command.moveAlongChain(store, "down");
      return true;
    case "rename":
      if (focus !== null) state.set({ dialog: { kind: "rename", node: focus } });
      return true;
    case "toggle-disabled":
      command.toggleDisabled(store);
      return true;
    case "note":
      if (focus !== null) state.select([focus]);
      state.openInspector("notes");
      return true;
    case "duplicate":
      command.duplicateChosen(store);
      return true;
    case "undo":
      command.undoStep(store);
      return true;
    case "redo":
      command.redoStep(store);
      return true;
    case "delete":
      command.deleteSelection(store, true);
      return true;
    case "delete-leave-gap":
      command.deleteSelection(store, false);
      return true;
    case "find":
      state.set({ dialog: { kind: "find" } });
      return true;
    case "tidy":
      command.tidy(store);
      return true;
    case "help":
      state.set({ dialog: { kind: "keys" } });
      return true;
    case "switch-view":
      state.set({
        view: state.view === "canvas" ? "outline" : "canvas",
        focusRequest: state.focusRequest + 1,
      });
      return true;
    case "filter":
    case "next-problem":
    case "previous-problem":
    case "zoom-in":
    case "zoom-out":
    case "zoom-full":
    case "zoom-fit":
    case "home":
    case "saved":
      return false;
    default:
      return name satisfies never;
  }
};
