import { EditorView, lineNumbers } from "@codemirror/view";
import { blocks } from "@sluice/blocks/definitions";
import { environmentFor, type FlowKind } from "@sluice/flow-schema";
import { hslEditor } from "@sluice/hsl/editor";
import { useEffect, useRef } from "react";
import type { ScriptInputProps } from "../../../ui/form/form-surroundings.ts";
import { checkInFlow } from "./check-in-flow.ts";
import { reading, writing } from "./editor-extensions.ts";
import { useCodeMirror } from "./use-code-mirror.ts";
import "./script.css";

type Props = ScriptInputProps & { readonly flow: FlowKind };

/** A field for a script or an expression, with the help of the language. */
export const ScriptEditor = ({
  flow,
  label,
  value,
  onChange,
  isExpression,
  readOnly,
  placeholder,
}: Props) => {
  const host = useRef<HTMLDivElement>(null);
  const change = useRef(onChange);
  change.current = onChange;
  const view = useCodeMirror(host, value, () => [
    readOnly ? reading : [...(isExpression ? [] : [lineNumbers()]), writing(placeholder)],
    hslEditor({
      environment: environmentFor(flow, blocks),
      check: checkInFlow(flow, isExpression),
    }),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ "aria-label": label }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged && !update.transactions.some((each) => each.isUserEvent("outside"))) {
        change.current(update.state.doc.toString());
      }
    }),
  ]);
  useEffect(() => {
    if (view === null) return;
    const doc = view.state.doc.toString();
    if (doc === value) return;
    view.dispatch({ changes: { from: 0, to: doc.length, insert: value }, userEvent: "outside" });
  }, [view, value]);
  return (
    <div
      ref={host}
      className="script-host script-host-field"
      data-expression={isExpression || undefined}
    />
  );
};
