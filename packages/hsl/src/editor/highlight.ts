/** Colours from the lexer's tokens. The classes name what a word is; a theme gives the colours. */
import { type EditorState, RangeSetBuilder, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";
import type { Environment } from "../signature.ts";
import type { Token } from "../token.ts";
import {
  environmentFacet,
  interpolations,
  ownNames,
  type ScriptTokens,
  scriptField,
  scriptTokens,
} from "./script-state.ts";

export type HighlightClass =
  | "keyword"
  | "literal"
  | "number"
  | "string"
  | "escape"
  | "interpolation"
  | "regex"
  | "variable"
  | "context-variable"
  | "function"
  | "own-function"
  | "action"
  | "name"
  | "operator"
  | "bracket"
  | "comment";

export type HighlightSpan = {
  readonly from: number;
  readonly to: number;
  readonly is: HighlightClass;
};

const literals = new Set(["true", "false", "none"]);

/** What each stretch of the script is, in order and without overlaps. */
export const highlightSpans = (script: ScriptTokens, environment: Environment): HighlightSpan[] => {
  const own = ownNames(script, -1).functions;
  const spans: HighlightSpan[] = script.comments.map(({ start, end }) => ({
    from: start,
    to: end,
    is: "comment",
  }));
  for (const token of script.tokens) {
    if (token.kind === "string") spans.push(...stringSpans(script.text, token, environment));
    else spans.push({ from: token.start, to: token.end, is: classOf(token, own, environment) });
  }
  return spans.filter(({ from, to }) => from < to).sort((a, b) => a.from - b.from);
};

const classOf = (
  token: Token,
  own: ReadonlySet<string>,
  environment: Environment,
): HighlightClass => {
  switch (token.kind) {
    case "keyword":
      return literals.has(token.text) ? "literal" : "keyword";
    case "number":
      return "number";
    case "regex":
      return "regex";
    case "variable":
      return variableClass(token.text, environment);
    case "operator":
      return "([{}])".includes(token.text) ? "bracket" : "operator";
    case "name":
      return nameClass(token.text, own, environment);
    default:
      return "string";
  }
};

const variableClass = (name: string, environment: Environment): HighlightClass =>
  environment.variables.has(name) ? "context-variable" : "variable";

const nameClass = (
  name: string,
  own: ReadonlySet<string>,
  environment: Environment,
): HighlightClass => {
  if (own.has(name)) return "own-function";
  const signature = environment.functions.get(name);
  if (signature === undefined) return "name";
  return signature.role === "action" || signature.role === "action-or-modifier"
    ? "action"
    : "function";
};

/** A string's text, with the variables and escapes in it. */
const stringSpans = (text: string, token: Token, environment: Environment): HighlightSpan[] => {
  const inner = interpolations(token).map(
    ({ name, start, end }): HighlightSpan => ({
      from: start,
      to: end,
      is: environment.variables.has(name) ? "context-variable" : "interpolation",
    }),
  );
  if (text[token.start] === '"') {
    for (const found of token.text.matchAll(/\\(?:x[0-9a-fA-F]{2}|[\\"$nrt])/g)) {
      const from = token.start + found.index;
      inner.push({ from, to: from + found[0].length, is: "escape" });
    }
    inner.sort((a, b) => a.from - b.from);
  }
  const spans: HighlightSpan[] = [];
  let at = token.start;
  for (const span of inner) {
    spans.push({ from: at, to: span.from, is: "string" }, span);
    at = span.to;
  }
  spans.push({ from: at, to: token.end, is: "string" });
  return spans;
};

const marks = new Map<HighlightClass, Decoration>();

const markOf = (is: HighlightClass): Decoration => {
  const known = marks.get(is);
  if (known !== undefined) return known;
  const mark = Decoration.mark({ class: `hsl-${is}` });
  marks.set(is, mark);
  return mark;
};

const decorate = (state: EditorState): DecorationSet => {
  const builder = new RangeSetBuilder<Decoration>();
  for (const { from, to, is } of highlightSpans(
    scriptTokens(state),
    state.facet(environmentFacet),
  )) {
    builder.add(from, to, markOf(is));
  }
  return builder.finish();
};

export const highlightField = StateField.define<DecorationSet>({
  create: decorate,
  update: (value, transaction) => {
    const before = transaction.startState.facet(environmentFacet);
    const isSame = !transaction.docChanged && before === transaction.state.facet(environmentFacet);
    return isSame ? value : decorate(transaction.state);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** Highlighting alone: for a read-only script too. */
export const hslHighlighting = [scriptField, highlightField];
