/** Marks a bracket and its partner. Brackets inside strings and comments are none. */
import { type EditorState, type Extension, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";
import type { Token } from "../token.ts";
import { type ScriptTokens, scriptTokens } from "./script-state.ts";

const partners: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };
const openers: Readonly<Record<string, string>> = { ")": "(", "]": "[", "}": "{" };

export type BracketMatch = {
  readonly at: number;
  /** Absent: nothing closes or opens it. */
  readonly partner?: number;
};

const isBracket = (token: Token | undefined): token is Token =>
  token?.kind === "operator" && (token.text in partners || token.text in openers);

/** The bracket that touches the position, the one before it first. */
export const matchBracket = (script: ScriptTokens, position: number): BracketMatch | undefined => {
  const { tokens } = script;
  const before = tokens.findIndex((token) => token.end === position && isBracket(token));
  const index =
    before >= 0
      ? before
      : tokens.findIndex((token) => token.start === position && isBracket(token));
  const token = tokens[index];
  if (token === undefined) return undefined;
  const isOpener = token.text in partners;
  const same = token.text;
  const wanted = (isOpener ? partners : openers)[same];
  let depth = 0;
  for (let i = index; i >= 0 && i < tokens.length; i += isOpener ? 1 : -1) {
    const other = tokens[i];
    if (!isBracket(other)) continue;
    if (other.text === same) depth += 1;
    else if (other.text === wanted) depth -= 1;
    if (depth === 0) return { at: token.start, partner: other.start };
  }
  return { at: token.start };
};

const matched = Decoration.mark({ class: "hsl-bracket-match" });
const alone = Decoration.mark({ class: "hsl-bracket-alone" });

const decorate = (state: EditorState): DecorationSet => {
  const { main } = state.selection;
  const match = main.empty ? matchBracket(scriptTokens(state), main.head) : undefined;
  if (match === undefined) return Decoration.none;
  if (match.partner === undefined) return Decoration.set([alone.range(match.at, match.at + 1)]);
  const places = [match.at, match.partner].sort((a, b) => a - b);
  return Decoration.set(places.map((place) => matched.range(place, place + 1)));
};

export const hslBracketMatching: Extension = StateField.define<DecorationSet>({
  create: decorate,
  update: (value, transaction) =>
    transaction.docChanged || transaction.selection !== undefined
      ? decorate(transaction.state)
      : value,
  provide: (field) => EditorView.decorations.from(field),
});
