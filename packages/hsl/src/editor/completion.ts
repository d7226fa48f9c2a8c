/** What can be written next: functions, actions, variables, members, words of the language. */
import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  type CompletionSource,
} from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import { signatureLine } from "../library/reference.ts";
import type { Environment, FunctionSignature } from "../signature.ts";
import { keywords, type Token } from "../token.ts";
import { functionHelp, helpPanel, variableHelp } from "./docs-panel.ts";
import { membersBehind, operatorBefore } from "./members.ts";
import {
  commentBefore,
  isMemberOperator,
  ownNames,
  type ScriptTokens,
  scriptTokens,
  skipBlanks,
  tokenBefore,
} from "./script-state.ts";

/** The completions for an environment; for `autocompletion({ override: […] })` and for tests. */
export const hslCompletionSource =
  (environment: Environment): CompletionSource =>
  (context: CompletionContext): CompletionResult | null => {
    const script = scriptTokens(context.state);
    if (commentBefore(script, context.pos) !== undefined) return null;
    const token = tokenBefore(script, context.pos);
    const variable = context.matchBefore(/\$\{?[a-zA-Z_]*[a-zA-Z0-9_]*$/);
    const inString = token?.kind === "string" && isInside(script, token, context.pos);
    if (inString && (variable === null || script.text[token.start] !== '"')) return null;
    if (token?.kind === "regex" || token?.kind === "number") return null;
    const behind = inString ? undefined : memberOperator(script, context.pos, token);
    if (behind !== undefined) return members(script, environment, behind, context.pos);
    if (variable !== null) {
      const from = variable.from + (variable.text.startsWith("${") ? 2 : 1);
      return { from, options: variables(script, environment, context.pos), validFor: /^\w*$/ };
    }
    return names(context, script, environment, token);
  };

/** Behind the closing quote is outside; a string that nothing closes ends with the text. */
const isInside = (script: ScriptTokens, token: Token, position: number): boolean => {
  if (position < token.end) return true;
  const quote = script.text[token.start];
  const isClosed = token.text.length > 1 && token.text.endsWith(quote ?? "");
  return !isClosed;
};

/** The `->` or `::` whose member is being named. */
const memberOperator = (
  script: ScriptTokens,
  position: number,
  token: Token | undefined,
): Token | undefined => {
  if (token === undefined) return undefined;
  if (isMemberOperator(token)) return token.end === position ? token : undefined;
  return isWord(token) || token.kind === "variable" ? operatorBefore(script, token) : undefined;
};

const members = (
  script: ScriptTokens,
  environment: Environment,
  operator: Token,
  position: number,
): CompletionResult | null => {
  const typed = script.text.slice(operator.end, position);
  const found = membersBehind(script, environment, operator);
  const isOneClass = found.every(({ className }) => className === found[0]?.className);
  const options = found.map(
    ({ name, kind, className, detail, help }): Completion => ({
      label: name,
      type: kind,
      detail,
      info: () => helpPanel(help),
      ...(isOneClass ? {} : { section: className }),
      ...(kind === "method" ? { apply: call(name) } : {}),
    }),
  );
  const from = position - typed.trimStart().length;
  return options.length === 0 ? null : { from, options, validFor: /^\$?\w*$/ };
};

const isWord = ({ kind }: Token): boolean => kind === "name" || kind === "keyword";

const variables = (
  script: ScriptTokens,
  environment: Environment,
  position: number,
): Completion[] => {
  const own = [...ownNames(script, position).variables].filter(
    (name) => !environment.variables.has(name),
  );
  return [
    ...own.map((name): Completion => ({ label: name, type: "variable", boost: 1 })),
    ...[...environment.variables.values()].map(
      (signature): Completion => ({
        label: signature.name,
        type: "constant",
        detail: signature.kinds.join(" or "),
        info: () => helpPanel(variableHelp(signature)),
      }),
    ),
  ];
};

const names = (
  context: CompletionContext,
  script: ScriptTokens,
  environment: Environment,
  token: Token | undefined,
): CompletionResult | null => {
  const word = context.matchBefore(/[a-zA-Z_][a-zA-Z0-9_]*$/);
  if (word === null && !context.explicit) return null;
  const before =
    token !== undefined && isWord(token)
      ? tokenBefore(script, skipBlanks(script.text, token.start))
      : token;
  if (before?.kind === "keyword" && (before.text === "function" || before.text === "class")) {
    return null; // a new name is being given
  }
  const own = [...ownNames(script, context.pos).functions];
  const options: Completion[] = [
    ...own.map(
      (name): Completion => ({ label: name, type: "function", boost: 2, apply: call(name) }),
    ),
    ...[...environment.functions].filter(([name]) => !own.includes(name)).map(functionOption),
    ...[...keywords].map((label): Completion => ({ label, type: "keyword", boost: -1 })),
    { label: "$", type: "variable", detail: "a variable", boost: -2 },
  ];
  return { from: word?.from ?? context.pos, options, validFor: /^\w*$/ };
};

const functionOption = ([name, signature]: readonly [string, FunctionSignature]): Completion => {
  const isAction = signature.role === "action" || signature.role === "action-or-modifier";
  return {
    label: name,
    type: isAction ? "action" : "function",
    detail: signatureLine(signature).slice(signature.name.length),
    info: () => helpPanel(functionHelp(signature)),
    boost: isAction ? 1 : 0,
    apply: call(name),
  };
};

/** Writes `name()` with the cursor between the brackets, or the name where they are. */
const call =
  (name: string) =>
  (view: EditorView, _completion: Completion, from: number, to: number): void => {
    const hasBrackets = view.state.sliceDoc(to, to + 1) === "(";
    view.dispatch({
      changes: { from, to, insert: hasBrackets ? name : `${name}()` },
      selection: { anchor: from + name.length + 1 },
      userEvent: "input.complete",
    });
  };

/** Completion with a docs panel. */
export const hslCompletion = (environment: Environment): Extension =>
  autocompletion({ override: [hslCompletionSource(environment)] });
