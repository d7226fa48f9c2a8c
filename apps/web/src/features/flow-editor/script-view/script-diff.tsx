import { unifiedMergeView } from "@codemirror/merge";
import { EditorView } from "@codemirror/view";
import { hslLanguage, hslTheme } from "@sluice/hsl/editor";
import { useRef } from "react";
import { diffGutter } from "./diff-gutter.ts";
import { diffLooks } from "./diff-looks.ts";
import { reading } from "./editor-extensions.ts";
import { useCodeMirror } from "./use-code-mirror.ts";
import "./script.css";
import "./compare.css";

type Props = { readonly label: string; readonly before: string; readonly after: string };

/** Two texts of a script to read: lines that are gone above those that came, what is the same folded. */
export const ScriptDiff = ({ label, before, after }: Props) => {
  const host = useRef<HTMLDivElement>(null);
  useCodeMirror(host, after, () => [
    reading,
    diffLooks,
    hslLanguage,
    hslTheme,
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
    diffGutter,
    unifiedMergeView({
      original: before,
      gutter: false,
      mergeControls: false,
      collapseUnchanged: { margin: 2, minSize: 3 },
    }),
  ]);
  return <div ref={host} className="script-host script-diff" />;
};
