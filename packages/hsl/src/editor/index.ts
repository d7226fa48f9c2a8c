/** The editor's side of the language, for CodeMirror 6. */
import { EditorState, type Extension } from "@codemirror/state";
import type { Environment } from "../signature.ts";
import { hslBracketMatching } from "./brackets.ts";
import { hslCompletion } from "./completion.ts";
import { hslHighlighting } from "./highlight.ts";
import { hslHover } from "./hover.ts";
import { type Check, compilerCheck, hslLinter } from "./lint.ts";
import { environmentFacet } from "./script-state.ts";
import { hslTheme } from "./theme.ts";

export { hslBracketMatching, matchBracket } from "./brackets.ts";
export { hslCompletion, hslCompletionSource } from "./completion.ts";
export { functionHelp, type Help, helpPanel, variableHelp } from "./docs-panel.ts";
export { type HighlightClass, type HighlightSpan, highlightSpans } from "./highlight.ts";
export { hoverTarget, hslHover } from "./hover.ts";
export { type Check, compilerCheck, editorDiagnostic, hslLinter } from "./lint.ts";
export { environmentFacet, scriptTokens } from "./script-state.ts";
export { hslTheme } from "./theme.ts";

/** Highlighting, and what the editor's own commands need to know: comments and brackets. */
export const hslLanguage: Extension = [
  hslHighlighting,
  EditorState.languageData.of(() => [
    {
      commentTokens: { line: "//", block: { open: "/*", close: "*/" } },
      closeBrackets: { brackets: ["(", "[", "{", '"'] },
      wordChars: "$_",
    },
  ]),
];

export type HslEditorOptions = {
  readonly environment: Environment;
  /** What finds mistakes; the compiler when left out. Give one that knows the files a script may include. */
  readonly check?: Check;
};

/** Everything for writing scripts, as one extension. */
export const hslEditor = ({ environment, check }: HslEditorOptions): Extension => [
  environmentFacet.of(environment),
  hslLanguage,
  hslBracketMatching,
  hslLinter(check ?? compilerCheck(environment)),
  hslCompletion(environment),
  hslHover(environment),
  hslTheme,
];
