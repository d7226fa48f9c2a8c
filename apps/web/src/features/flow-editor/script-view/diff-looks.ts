/** How lines that came and lines that are gone look: a sign at the edge beside the colour. */
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

export const diffLooks: Extension = EditorView.theme({
  "&.cm-merge-a .cm-changedLine, .cm-deletedChunk": { backgroundColor: "var(--diff-gone)" },
  "&.cm-merge-b .cm-changedLine": { backgroundColor: "var(--diff-came)" },
  "&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText": {
    background: "var(--diff-gone-word)",
  },
  "&.cm-merge-b .cm-changedText": { background: "var(--diff-came-word)" },
  ".cm-deletedChunk": {
    display: "flow-root",
    paddingLeft: "6px",
    fontFamily: "var(--mantine-font-family-monospace)",
  },
  ".cm-changeGutter": {
    width: "14px",
    paddingLeft: "0",
    textAlign: "center",
    fontFamily: "var(--mantine-font-family-monospace)",
  },
  "&.cm-merge-a .cm-changedLineGutter, .cm-deletedLineGutter, &.cm-merge-b .cm-changedLineGutter": {
    background: "none",
  },
  "&.cm-merge-b .cm-changedLineGutter::before": {
    content: "'+'",
    color: "var(--tone-accept)",
  },
  "&.cm-merge-a .cm-changedLineGutter::before, .cm-deletedLineGutter::before": {
    content: "'−'",
    color: "var(--tone-reject)",
  },
  ".cm-collapsedLines": {
    padding: "3px 10px",
    background: "var(--hover)",
    color: "var(--mantine-color-text)",
    fontFamily: "var(--mantine-font-family)",
    fontSize: "12px",
  },
  ".cm-collapsedLines::before, .cm-collapsedLines::after": { content: "'⋯'" },
  // only lines that came: there is nothing to show but the button
  ".cm-deletedChunk:not(:has(.cm-deletedLine))": { backgroundColor: "var(--diff-came)" },
  // beside the text, not over it
  ".cm-deletedChunk .cm-chunkButtons": {
    position: "static",
    float: "right",
    padding: "2px 4px",
  },
});
