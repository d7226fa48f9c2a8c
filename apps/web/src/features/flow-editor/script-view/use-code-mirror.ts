import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useComputedColorScheme } from "@mantine/core";
import { type RefObject, useEffect, useRef, useState } from "react";
import { looks } from "./editor-extensions.ts";

/** One CodeMirror in one element; extensions are read when it is made, the scheme follows the page. */
export const useCodeMirror = (
  host: RefObject<HTMLElement | null>,
  text: string,
  extensions: () => Extension,
): EditorView | null => {
  const isDark = useComputedColorScheme("light") === "dark";
  const [view, setView] = useState<EditorView | null>(null);
  const scheme = useRef(new Compartment());
  const first = useRef({ text, extensions, isDark });
  useEffect(() => {
    if (host.current === null) return undefined;
    const made = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: first.current.text,
        extensions: [scheme.current.of(looks(first.current.isDark)), first.current.extensions()],
      }),
    });
    setView(made);
    return () => {
      made.destroy();
      setView(null);
    };
  }, [host]);
  useEffect(() => {
    view?.dispatch({ effects: scheme.current.reconfigure(looks(isDark)) });
  }, [view, isDark]);
  return view;
};
