import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useElementSize } from "@mantine/hooks";
import type { FlowKind } from "@sluice/flow-schema";
import type { Diagnostic } from "@sluice/hsl";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import type { ScriptInputProps } from "../../../ui/form/form-surroundings.ts";
import { Loading } from "../../../ui/loading.tsx";
import { checkInFlow } from "./check-in-flow.ts";
import type { ScriptComparison, ScriptVersion } from "./compare.ts";
import { CompareBar } from "./compare-bar.tsx";
import { MistakeList } from "./mistake-list.tsx";
import { type ScriptField, startOf, useCurrent, useOutsideValue } from "./script-field.ts";
import { useMadeEditor } from "./use-code-mirror.ts";
import "./script.css";

const CompareEditor = lazy(async () => ({
  default: (await import("./compare-editor.tsx")).CompareEditor,
}));

/** A place in the text to go to; another object is another wish. */
export type ScriptPlace = { readonly line: number; readonly column: number };

type Props = Omit<ScriptInputProps, "field"> & {
  readonly flow: FlowKind;
  /** What finds mistakes, where the script is not one by itself. */
  readonly check?: ((text: string) => readonly Diagnostic[]) | undefined;
  /** Earlier texts of it. */
  readonly comparison?: ScriptComparison | undefined;
  readonly goTo?: ScriptPlace | null | undefined;
};

/** So wide that two texts fit beside each other. */
const roomForTwo = 820;

/** A field for a script or an expression, with the help of the language. */
export const ScriptEditor = ({ flow, check, comparison, goTo, ...input }: Props) => {
  const { isExpression, value } = input;
  const { ref, width } = useElementSize();
  const kept = useRef<EditorState | null>(null);
  const [view, setView] = useState<EditorView | null>(null);
  const [mistakes, setMistakes] = useState<readonly Diagnostic[]>([]);
  const find = check ?? checkInFlow(flow, isExpression);
  const version = chosenVersion(comparison);
  const field: ScriptField = {
    ...input,
    flow,
    kept,
    check: (text) => {
      const found = find(text);
      setMistakes(found);
      return found;
    },
  };
  const show = (offset: number): void => {
    if (view === null) return;
    const anchor = Math.min(offset, view.state.doc.length);
    view.dispatch({ selection: { anchor }, scrollIntoView: true });
    view.focus();
  };
  useEffect(() => {
    if (view === null || goTo == null || goTo.line > view.state.doc.lines) return;
    const line = view.state.doc.line(goTo.line);
    const anchor = Math.min(line.from + goTo.column - 1, line.to);
    view.dispatch({ selection: { anchor }, scrollIntoView: true });
    view.focus();
  }, [view, goTo]);
  return (
    <div ref={ref} className="script-frame">
      {comparison !== undefined && <CompareBar {...comparison} version={version} />}
      {version === null || width === 0 ? (
        <PlainField {...field} onView={setView} />
      ) : (
        <Suspense fallback={<Loading />}>
          <CompareEditor
            {...field}
            version={version}
            sideBySide={width >= roomForTwo}
            onView={setView}
          />
        </Suspense>
      )}
      <MistakeList
        mistakes={value.trim() === "" ? [] : mistakes}
        onGo={({ offset }) => show(offset)}
      />
    </div>
  );
};

const chosenVersion = (comparison: ScriptComparison | undefined): ScriptVersion | null => {
  if (comparison === undefined || comparison.chosen === null) return null;
  const versions = comparison.versions ?? [];
  return versions.find(({ id }) => id === comparison.chosen) ?? versions[0] ?? null;
};

const PlainField = ({
  onView,
  ...field
}: ScriptField & { readonly onView: (view: EditorView | null) => void }) => {
  const host = useRef<HTMLDivElement>(null);
  const current = useCurrent(field);
  const view = useMadeEditor(host, (parent, scheme) => {
    const made = new EditorView({ parent, state: EditorState.create(startOf(current, scheme)) });
    return { view: made, destroy: () => made.destroy() };
  });
  useOutsideValue(view, field.value);
  const tell = useCurrent(onView);
  useEffect(() => {
    tell.current(view);
    return () => tell.current(null);
  }, [view, tell]);
  return (
    <div
      ref={host}
      className="script-host script-host-field"
      data-expression={field.isExpression || undefined}
    />
  );
};
