/**
 * Colours through CSS variables: a page sets `--hsl-keyword` and so on where it
 * wants others. The values here are readable on white and on near-black.
 */
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import type { HighlightClass } from "./highlight.ts";

const colours: Readonly<Record<HighlightClass, readonly [light: string, dark: string]>> = {
  keyword: ["#8250df", "#c9a5ff"],
  literal: ["#0550ae", "#79c0ff"],
  number: ["#0550ae", "#79c0ff"],
  string: ["#0a6640", "#8fd9a8"],
  escape: ["#9a6700", "#e3b341"],
  interpolation: ["#953800", "#ffa657"],
  regex: ["#a40e5b", "#ff9bce"],
  variable: ["#953800", "#ffa657"],
  "context-variable": ["#953800", "#ffa657"],
  function: ["#0969da", "#6cb6ff"],
  "own-function": ["#0969da", "#6cb6ff"],
  action: ["#b42318", "#ff8f85"],
  name: ["inherit", "inherit"],
  operator: ["#57606a", "#adbac7"],
  bracket: ["#57606a", "#adbac7"],
  comment: ["#636c76", "#909dab"],
};

type Rules = Record<string, Record<string, string>>;

const colourRules = (): Rules => {
  const rules: Rules = {};
  for (const [is, [light, dark]] of Object.entries(colours)) {
    rules[`&light .hsl-${is}`] = { color: `var(--hsl-${is}, ${light})` };
    rules[`&dark .hsl-${is}`] = { color: `var(--hsl-${is}, ${dark})` };
  }
  return rules;
};

export const hslTheme: Extension = EditorView.baseTheme({
  ...colourRules(),
  ".hsl-context-variable, .hsl-action": { fontWeight: "600" },
  ".hsl-comment": { fontStyle: "italic" },
  ".hsl-bracket-match": {
    backgroundColor: "var(--hsl-match, rgb(127 127 127 / 25%))",
    outline: "1px solid var(--hsl-match-line, rgb(127 127 127 / 50%))",
  },
  ".hsl-bracket-alone": { backgroundColor: "var(--hsl-alone, rgb(220 60 50 / 30%))" },
  ".hsl-help": { maxWidth: "36rem", padding: "0.5rem 0.75rem" },
  ".hsl-help-heading": { fontWeight: "600", whiteSpace: "pre-wrap" },
  ".hsl-help-summary": { margin: "0.4rem 0" },
  ".hsl-help-details": {
    display: "grid",
    gridTemplateColumns: "auto 1fr",
    gap: "0.1rem 0.6rem",
    margin: "0",
  },
  ".hsl-help-details dt": { fontFamily: "monospace" },
  ".hsl-help-details dd": { margin: "0" },
  ".hsl-help-example": { margin: "0.5rem 0 0", whiteSpace: "pre-wrap" },
  ".hsl-cure": { display: "block", opacity: "0.85" },
  // where there is no room beside the list, help stands under or above it, not over its words
  ".cm-completionInfo[class*=-narrow][style*=top]": { top: "100% !important" },
  ".cm-completionInfo[class*=-narrow][style*=bottom]": { bottom: "100% !important" },
  ".cm-completionIcon-action::after": { content: "'■'" },
});
