/** A sign before each line that came, and before those that are gone where such stand above them. */
import { type Chunk, getChunks } from "@codemirror/merge";
import { type EditorState, type Extension, Prec } from "@codemirror/state";
import { GutterMarker, gutter } from "@codemirror/view";

class Sign extends GutterMarker {
  override elementClass: string;
  constructor(name: string) {
    super();
    this.elementClass = name;
  }
}

const came = new Sign("cm-changedLineGutter");
const gone = new Sign("cm-deletedLineGutter");

export const chunksOf = (state: EditorState): readonly Chunk[] => getChunks(state)?.chunks ?? [];

/** Right of the line numbers. */
export const diffGutter: Extension = Prec.low(
  gutter({
    class: "cm-changeGutter",
    lineMarker: ({ state }, { from }) =>
      chunksOf(state).some((chunk) => chunk.fromB <= from && from < chunk.toB) ? came : null,
    widgetMarker: ({ state }, _widget, { from }) =>
      chunksOf(state).some((chunk) => chunk.fromB === from && chunk.fromA < chunk.toA)
        ? gone
        : null,
    lineMarkerChange: ({ startState, state }) => getChunks(startState) !== getChunks(state),
  }),
);
