/** The canvas's keys and its clipboard: commands on the document, and what only the view can do. */
import { useReactFlow } from "@xyflow/react";
import type { ClipboardEvent, KeyboardEvent, RefObject } from "react";
import { announce } from "../../../ui/announce.tsx";
import * as command from "../commands.ts";
import { useEditor, useEditorStore } from "../editor-context.tsx";
import { commandOf, type KeyCommand } from "../keymap.ts";
import { runCommand } from "../run-command.ts";
import type { Point } from "./geometry.ts";
import type { SceneNode, WireEdge } from "./scene.ts";

type Handlers = {
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onCopy: (event: ClipboardEvent) => void;
  readonly onCut: (event: ClipboardEvent) => void;
  readonly onPaste: (event: ClipboardEvent) => void;
};

export const useCanvasKeys = (
  /** Commands that are about the editor's other parts. */
  onCommand: (command: KeyCommand) => void,
  /** Where the pointer was last: what is pasted comes there. */
  pointer: RefObject<Point | null>,
): Handlers => {
  const store = useEditorStore();
  const readOnly = useEditor((state) => state.readOnly);
  const flow = useReactFlow<SceneNode, WireEdge>();

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented) return;
    if (event.target instanceof Element && event.target.closest("button, input, a") !== null) {
      if (event.target.closest("[data-block-id]") === null) return;
    }
    const name = commandOf(event);
    if (name === null) return;
    event.preventDefault();
    if (runCommand(store, name)) return;
    switch (name) {
      case "zoom-in":
        void flow.zoomIn();
        break;
      case "zoom-out":
        void flow.zoomOut();
        break;
      case "zoom-full":
        void flow.zoomTo(1);
        break;
      case "zoom-fit":
        void flow.fitView({ padding: 0.15, maxZoom: 1 });
        break;
      case "home": {
        const { entry } = store.getState().history.present.flow;
        if (entry !== undefined) store.getState().goTo(entry);
        break;
      }
      default:
        onCommand(name);
    }
  };

  const copy = (event: ClipboardEvent, cuts: boolean): void => {
    if (String(window.getSelection()) !== "") return;
    const text = command.copyChosen(store);
    if (text === null) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", text);
    if (cuts && !readOnly) command.deleteSelection(store, true);
  };

  const onPaste = (event: ClipboardEvent): void => {
    if (readOnly || isField(event.target)) return;
    const at = pointer.current === null ? null : flow.screenToFlowPosition(pointer.current);
    if (command.pasteText(store, event.clipboardData.getData("text/plain"), at))
      event.preventDefault();
    else announce("The clipboard holds no blocks.");
  };

  return {
    onKeyDown,
    onCopy: (event) => copy(event, false),
    onCut: (event) => copy(event, true),
    onPaste,
  };
};

const isField = (target: EventTarget): boolean =>
  target instanceof Element && target.closest("input, textarea, [contenteditable=true]") !== null;
