/** The tokens of the script in the editor, from the lexer that the compiler uses. */
import { type EditorState, Facet, StateField, type Text } from "@codemirror/state";
import { type Comment, lex } from "../lexer.ts";
import type { Environment } from "../signature.ts";
import type { NamePart, Token } from "../token.ts";

export type ScriptTokens = {
  readonly text: string;
  /** Without the last one, which says that the text is over. */
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
};

const emptyEnvironment: Environment = { functions: new Map(), variables: new Map() };

/** What the script of this editor may name. */
export const environmentFacet = Facet.define<Environment, Environment>({
  combine: (values) => values[0] ?? emptyEnvironment,
});

const read = (doc: Text): ScriptTokens => {
  const text = doc.toString();
  const { tokens, comments } = lex(text, () => undefined);
  return { text, tokens: tokens.filter((token) => token.kind !== "end"), comments };
};

export const scriptField = StateField.define<ScriptTokens>({
  create: (state) => read(state.doc),
  update: (value, transaction) => (transaction.docChanged ? read(transaction.newDoc) : value),
});

/** The script's tokens; read anew where the editor was made without them. */
export const scriptTokens = (state: EditorState): ScriptTokens =>
  state.field(scriptField, false) ?? read(state.doc);

type Spanned = { readonly start: number; readonly end: number };

/** The last one that begins before `position`, when it reaches as far as that. */
const covering = <Item extends Spanned>(
  items: readonly Item[],
  position: number,
  includesEnd: boolean,
): Item | undefined => {
  let low = 0;
  let high = items.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((items[middle]?.start ?? 0) <= position) low = middle;
    else high = middle - 1;
  }
  const item = items[low];
  if (item === undefined || item.start > position) return undefined;
  return position < item.end || (includesEnd && position === item.end) ? item : undefined;
};

/** The token that the character at `position` belongs to. */
export const tokenAt = (script: ScriptTokens, position: number): Token | undefined =>
  covering(script.tokens, position, false);

/** The token that the character before `position` belongs to. */
export const tokenBefore = (script: ScriptTokens, position: number): Token | undefined =>
  position === 0 ? undefined : tokenAt(script, position - 1);

export const commentBefore = (script: ScriptTokens, position: number): Comment | undefined =>
  position === 0
    ? undefined
    : script.comments.find((comment) => comment.start < position && position <= comment.end);

/** Where the blanks before a position begin. */
export const skipBlanks = (text: string, position: number): number => {
  let at = position;
  while (at > 0 && /\s/.test(text.charAt(at - 1))) at -= 1;
  return at;
};

export const isMemberOperator = (
  token: Token | undefined,
): token is Extract<Token, { kind: "operator" }> =>
  token?.kind === "operator" && (token.text === "->" || token.text === "::");

export const interpolations = (token: Token): readonly NamePart[] =>
  token.kind === "string"
    ? token.parts.filter((part): part is NamePart => typeof part !== "string")
    : [];

/** Names the script gives things itself. */
export const ownNames = (
  script: ScriptTokens,
  except: number,
): { readonly variables: ReadonlySet<string>; readonly functions: ReadonlySet<string> } => {
  const variables = new Set<string>();
  const functions = new Set<string>();
  script.tokens.forEach((token, index) => {
    if (token.kind === "variable" && token.end !== except) variables.add(token.text);
    for (const part of interpolations(token)) if (part.end !== except) variables.add(part.name);
    const before = script.tokens[index - 1];
    const declares =
      before?.kind === "keyword" && (before.text === "function" || before.text === "class");
    if (token.kind === "name" && declares) functions.add(token.text);
  });
  return { variables, functions };
};
