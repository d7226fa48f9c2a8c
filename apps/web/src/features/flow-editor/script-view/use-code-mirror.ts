import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useComputedColorScheme } from "@mantine/core";
import { type RefObject, useEffect, useRef, useState } from "react";
import { looks } from "./editor-extensions.ts";

export type MadeEditor = {
  /** The one that is written in. */
  readonly view: EditorView;
  /** What stands beside it. */
  readonly beside?: EditorView;
  readonly destroy: () => void;
};

/** Editors in one element; `make` is called when it is there, the scheme follows the page. */
export const useMadeEditor = (
  host: RefObject<HTMLElement | null>,
  make: (parent: HTMLElement, scheme: Extension) => MadeEditor,
): EditorView | null => {
  const isDark = useComputedColorScheme("light") === "dark";
  const [made, setMade] = useState<MadeEditor | null>(null);
  const scheme = useRef(new Compartment());
  const first = useRef({ make, isDark });
  useEffect(() => {
    if (host.current === null) return undefined;
    const editor = first.current.make(host.current, scheme.current.of(looks(first.current.isDark)));
    setMade(editor);
    return () => {
      editor.destroy();
      setMade(null);
    };
  }, [host]);
  useEffect(() => {
    for (const view of [made?.view, made?.beside]) {
      view?.dispatch({ effects: scheme.current.reconfigure(looks(isDark)) });
    }
  }, [made, isDark]);
  return made?.view ?? null;
};

/** One CodeMirror in one element; extensions are read when it is made. */
export const useCodeMirror = (
  host: RefObject<HTMLElement | null>,
  text: string,
  extensions: () => Extension,
): EditorView | null =>
  useMadeEditor(host, (parent, scheme) => {
    const state = EditorState.create({ doc: text, extensions: [scheme, extensions()] });
    const view = new EditorView({ parent, state });
    return { view, destroy: () => view.destroy() };
  });
