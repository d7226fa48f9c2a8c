/** What the editor of a script is made of, whether it stands alone or beside an earlier text. */
import { historyField } from "@codemirror/commands";
import { type EditorState, type EditorStateConfig, type Extension, Text } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { blocks } from "@sluice/blocks/definitions";
import { environmentFor, type FlowKind } from "@sluice/flow-schema";
import type { Diagnostic } from "@sluice/hsl";
import { hslEditor } from "@sluice/hsl/editor";
import { type RefObject, useEffect, useRef } from "react";
import { reading, writing } from "./editor-extensions.ts";

export type ScriptField = {
  readonly flow: FlowKind;
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly isExpression: boolean;
  readonly readOnly: boolean;
  readonly placeholder?: string | undefined;
  readonly check: (text: string) => readonly Diagnostic[];
  /** The state of the editor that stood here before: its cursor and its steps of undo go on. */
  readonly kept: RefObject<EditorState | null>;
};

/** A change that came from outside is not told as one of the person who writes. */
const fromOutside = "outside";

/** The state an editor begins with; `current` is read at each event. */
export const startOf = (
  current: RefObject<ScriptField>,
  more: Extension,
): Pick<EditorStateConfig, "doc" | "selection" | "extensions"> => {
  const { flow, label, value, isExpression, readOnly, placeholder, kept } = current.current;
  const before = kept.current?.doc.eq(Text.of(value.split("\n"))) === true ? kept.current : null;
  const steps = before?.field(historyField, false);
  return {
    doc: value,
    ...(before !== null && { selection: before.selection }),
    extensions: [
      more,
      ...(steps === undefined ? [] : [historyField.init(() => steps)]),
      readOnly ? reading : [...(isExpression ? [] : [lineNumbers()]), writing(placeholder)],
      hslEditor({
        environment: environmentFor(flow, blocks),
        check: (text) => current.current.check(text),
      }),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": label }),
      EditorView.updateListener.of((update) => {
        kept.current = update.state;
        const isOwn = !update.transactions.some((each) => each.isUserEvent(fromOutside));
        if (update.docChanged && isOwn) current.current.onChange(update.state.doc.toString());
      }),
    ],
  };
};

/** The newest props, for what is called later. */
export const useCurrent = <T>(value: T): RefObject<T> => {
  const current = useRef(value);
  current.current = value;
  return current;
};

/** A value that is not what stands in the editor takes its place. */
export const useOutsideValue = (view: EditorView | null, value: string): void => {
  useEffect(() => {
    if (view === null) return;
    const doc = view.state.doc.toString();
    if (doc === value) return;
    view.dispatch({ changes: { from: 0, to: doc.length, insert: value }, userEvent: fromOutside });
  }, [view, value]);
};
