/** What both script editors share: looks, the scheme of the page, keys. */
import { closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { indentUnit } from "@codemirror/language";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import {
  drawSelection,
  EditorView,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  placeholder,
} from "@codemirror/view";

export const looks = (isDark: boolean): Extension =>
  EditorView.theme(
    {
      "&": {
        fontSize: "13px",
        backgroundColor: "var(--surface)",
        color: "var(--mantine-color-text)",
        height: "100%",
      },
      ".cm-content": {
        fontFamily: "var(--mantine-font-family-monospace)",
        caretColor: "var(--mantine-color-text)",
      },
      ".cm-gutters": {
        backgroundColor: "var(--surface)",
        color: "var(--mantine-color-dimmed)",
        border: "none",
      },
      ".cm-cursor": { borderLeftColor: "var(--mantine-color-text)" },
      "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-1px" },
      ".cm-tooltip": {
        backgroundColor: "var(--surface)",
        color: "var(--mantine-color-text)",
        border: "1px solid var(--line)",
        borderRadius: "6px",
      },
      ".cm-lit": { backgroundColor: "var(--selected)" },
      ".cm-panels": { backgroundColor: "var(--surface)", color: "var(--mantine-color-text)" },
    },
    { dark: isDark },
  );

/** For reading: no cursor to write with, but search and selection. */
export const reading: Extension = [
  lineNumbers(),
  highlightSpecialChars(),
  drawSelection(),
  EditorState.readOnly.of(true),
  keymap.of([...searchKeymap, ...defaultKeymap]),
];

/** For writing. Tab indents; Escape and then Tab leaves the editor. */
export const writing = (hint: string | undefined): Extension => [
  highlightSpecialChars(),
  history(),
  drawSelection(),
  highlightSelectionMatches(),
  closeBrackets(),
  indentUnit.of("  "),
  EditorState.allowMultipleSelections.of(true),
  ...(hint === undefined ? [] : [placeholder(hint)]),
  keymap.of([
    ...closeBracketsKeymap,
    ...completionKeymap,
    ...searchKeymap,
    ...historyKeymap,
    ...defaultKeymap,
    indentWithTab,
  ]),
];
