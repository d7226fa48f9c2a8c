/** What both script editors share: looks, the scheme of the page, keys. */
import { closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { indentUnit } from "@codemirror/language";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
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
      "&.cm-focused": { outline: "none" }, // the frame around it shows the focus: gutters would cover a line here
      ".cm-tooltip": {
        backgroundColor: "var(--surface)",
        color: "var(--mantine-color-text)",
        border: "1px solid var(--line)",
        borderRadius: "6px",
      },
      ".cm-lit": { backgroundColor: "var(--selected)" },
      ".cm-panels": { backgroundColor: "var(--surface)", color: "var(--mantine-color-text)" },
      ".cm-panels-top": { borderBottom: "1px solid var(--line)" },
      ".cm-panel.cm-search": {
        display: "flex",
        flexWrap: "wrap",
        alignItems: "center",
        gap: "6px",
        padding: "8px 36px 8px 8px",
        fontFamily: "var(--mantine-font-family)",
        fontSize: "13px",
      },
      ".cm-panel.cm-search br": { flexBasis: "100%", content: "''", height: "0" },
      ".cm-panel.cm-search .cm-textfield, .cm-panel.cm-search .cm-button": {
        margin: "0",
        height: "28px",
        padding: "0 8px",
        border: "1px solid var(--control-border)",
        borderRadius: "4px",
        background: "var(--surface)",
        color: "inherit",
        fontSize: "13px",
      },
      ".cm-panel.cm-search .cm-textfield": { flex: "1 1 160px", maxWidth: "260px" },
      ".cm-panel.cm-search .cm-button": { cursor: "pointer" },
      ".cm-panel.cm-search .cm-button:hover": { background: "var(--selected)" },
      ".cm-panel.cm-search label": {
        display: "inline-flex",
        alignItems: "center",
        gap: "4px",
        margin: "0",
        fontSize: "13px",
      },
      ".cm-panel.cm-search label input": { margin: "0" },
      ".cm-panel.cm-search button[name=close]": {
        position: "absolute",
        top: "6px",
        right: "6px",
        width: "28px",
        height: "28px",
        color: "inherit",
        fontSize: "18px",
        cursor: "pointer",
      },
      ".cm-searchMatch": { backgroundColor: "rgb(255 200 0 / 30%)" },
      ".cm-searchMatch.cm-searchMatch-selected": { backgroundColor: "rgb(255 140 0 / 45%)" },
      ".cm-searchMatch span": { color: "inherit" },
    },
    { dark: isDark },
  );

/** Find and replace above the text, in words that begin as buttons here do. */
const finding: Extension = [
  search({ top: true }),
  EditorState.phrases.of({
    next: "Next",
    previous: "Previous",
    all: "All",
    replace: "Replace",
    "replace all": "Replace all",
    "match case": "Match case",
    regexp: "Pattern",
    "by word": "Whole words",
    close: "Close",
  }),
];

/** For reading: no cursor to write with, but search and selection. */
export const reading: Extension = [
  lineNumbers(),
  finding,
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
  finding,
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
