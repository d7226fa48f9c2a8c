import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";
import { blocks } from "@sluice/blocks/definitions";
import { environmentFor, type FlowKind } from "@sluice/flow-schema";
import { environmentFacet, hslHover, hslLanguage, hslTheme } from "@sluice/hsl/editor";
import { useEffect, useRef } from "react";
import { reading } from "./editor-extensions.ts";
import { useCodeMirror } from "./use-code-mirror.ts";
import "./script.css";

export type LitRange = { readonly start: number; readonly end: number };

type Props = {
  readonly script: string;
  readonly flow: FlowKind;
  readonly lit: readonly LitRange[];
};

const setLit = StateEffect.define<readonly LitRange[]>();
const litLine = Decoration.line({ class: "cm-lit" });

const litField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (before, transaction) => {
    const effect = transaction.effects.find((each) => each.is(setLit));
    if (effect?.is(setLit) !== true) return before.map(transaction.changes);
    const { doc } =
      transaction.newDoc.length === 0 ? transaction.state : { doc: transaction.newDoc };
    const lines = new Set<number>();
    for (const { start, end } of effect.value) {
      const first = doc.lineAt(Math.min(start, doc.length)).number;
      const last = doc.lineAt(Math.min(Math.max(start, end - 1), doc.length)).number;
      for (let line = first; line <= last; line++) lines.add(line);
    }
    return Decoration.set(
      [...lines].sort((a, b) => a - b).map((line) => litLine.range(doc.line(line).from)),
    );
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** A script to read, with some of its lines lit. */
export const ReadOnlyScript = ({ script, flow, lit }: Props) => {
  const host = useRef<HTMLDivElement>(null);
  const view = useCodeMirror(host, script, () => {
    const environment = environmentFor(flow, blocks);
    return [
      reading,
      environmentFacet.of(environment),
      hslLanguage,
      hslHover(environment),
      hslTheme,
      litField,
      EditorView.contentAttributes.of({ "aria-label": "Script of the flow", tabindex: "0" }),
    ];
  });
  useEffect(() => {
    if (view === null) return;
    const doc = view.state.doc.toString();
    const first = lit[0];
    view.dispatch({
      ...(doc !== script && { changes: { from: 0, to: doc.length, insert: script } }),
      effects: [
        setLit.of(lit),
        ...(first === undefined || first.start > script.length
          ? []
          : [EditorView.scrollIntoView(first.start, { y: "nearest", yMargin: 40 })]),
      ],
    });
  }, [view, script, lit]);
  return <div ref={host} className="script-host" />;
};
