/** What the script in the editor says about the classes of its values, as far as that can be read off. */
import type {
  AnyNode,
  Assignment,
  ClassDeclaration,
  Expression,
  FunctionDeclaration,
  Method,
  Program,
} from "../ast.ts";
import { coreClasses } from "../class-signature.ts";
import { parse } from "../parser.ts";
import type { Environment } from "../signature.ts";
import type { Token } from "../token.ts";
import { walk } from "../walk.ts";
import { isMemberOperator, type ScriptTokens } from "./script-state.ts";

export type Outline = {
  readonly program: Program;
  readonly classes: ReadonlyMap<string, ClassDeclaration>;
  readonly functions: ReadonlyMap<string, FunctionDeclaration>;
  /** The comment right above what begins at an offset; empty when there is none. */
  readonly commentAbove: (start: number) => string;
};

/** An object of a class, or a list of such. */
export type GivenType = { readonly className: string; readonly isList: boolean };

const placeholder = "member";

/** The outline as it would be with a member's name at `position`, should there be none yet. */
export const outlineOf = (script: ScriptTokens, position: number): Outline => {
  const isNamed = /^\s*[$a-zA-Z_]/.test(script.text.slice(position, position + 100));
  const text = isNamed
    ? script.text
    : `${script.text.slice(0, position)}${placeholder}${script.text.slice(position)}`;
  const { program, comments } = parse(text);
  const classes = new Map<string, ClassDeclaration>();
  const functions = new Map<string, FunctionDeclaration>();
  walk(program, (node) => {
    if (node.kind === "Class") classes.set(node.name, node);
    if (node.kind === "FunctionDeclaration") functions.set(node.name, node);
    return undefined;
  });
  const commentAbove = (start: number): string => {
    const lines: string[] = [];
    let below = start;
    for (const { start: from, end, text: words } of comments.toReversed()) {
      if (end > below || !/^[ \t]*\r?\n?[ \t]*$/.test(text.slice(end, below))) continue;
      lines.unshift(words.replace(/^[\s*]+|[\s*]+$/g, ""));
      below = from;
    }
    return lines.join(" ");
  };
  return { program, classes, functions, commentAbove };
};

export const enclosingClass = (
  { classes }: Outline,
  position: number,
): ClassDeclaration | undefined =>
  [...classes.values()].find(({ start, end }) => start < position && position <= end);

const closers: Readonly<Record<string, string>> = { ")": "(", "]": "[" };

/** The expression that ends before the token at `index`: the object whose member is named. */
export const receiverOf = ({ text, tokens }: ScriptTokens, index: number): Expression | null => {
  let at = index - 1;
  for (;;) {
    const last = tokens[at];
    if (last === undefined) return null;
    const opener = last.kind === "operator" ? closers[last.text] : undefined;
    if (opener !== undefined) {
      at = opening(tokens, at, last.text, opener);
      if (at < 0) return null;
      if (!endsValue(tokens, at - 1)) break; // parentheses, or an array
      at -= 1;
      continue;
    }
    if (last.kind === "operator") return null;
    if (!isMemberOperator(tokens[at - 1])) break;
    at -= 2;
  }
  const from = tokens[at]?.start ?? 0;
  const until = tokens[index - 1]?.end ?? 0;
  const { program, diagnostics } = parse(`${text.slice(from, until)};`);
  const [only] = program.body;
  return diagnostics.length === 0 && only?.kind === "Expression" ? only.expression : null;
};

const opening = (
  tokens: readonly Token[],
  from: number,
  closer: string,
  opener: string,
): number => {
  let depth = 0;
  for (let at = from; at >= 0; at--) {
    const token = tokens[at];
    if (token?.kind !== "operator") continue;
    if (token.text === closer) depth += 1;
    else if (token.text === opener) depth -= 1;
    if (depth === 0) return at;
  }
  return -1;
};

/** Whether a bracket behind this token calls it or takes a part of it. */
const endsValue = (tokens: readonly Token[], index: number): boolean => {
  const token = tokens[index];
  if (token === undefined) return false;
  if (token.kind === "keyword") return tokens[index - 1]?.text === "->"; // if (…), but not ->match(…)
  return token.kind === "operator" ? token.text in closers : token.kind !== "number";
};

type Questions = {
  readonly outline: Outline;
  readonly environment: Environment;
  readonly position: number;
  /** How many more may be asked: values may come from each other in circles. */
  readonly budget: { left: number };
};

/** What an expression at `position` gives; null when that cannot be told. */
export const givenType = (
  outline: Outline,
  environment: Environment,
  expression: Expression,
  position: number,
): GivenType | null =>
  typeOf({ outline, environment, position, budget: { left: 100 } }, expression);

const typeOf = (questions: Questions, node: Expression): GivenType | null => {
  const { budget } = questions;
  budget.left -= 1;
  if (budget.left < 0) return null;
  const ask = (inner: Expression): GivenType | null => typeOf(questions, inner);
  switch (node.kind) {
    case "Variable":
      return typeOfVariable(questions, node.name);
    case "Call":
      return typeOfCall(questions, node.callee);
    case "Member": {
      const owner = ask(node.object);
      const own = owner === null ? undefined : questions.outline.classes.get(owner.className);
      return own === undefined ? null : typeOfProperty(questions, own, node.name);
    }
    case "Index":
      return elementOf(ask(node.object));
    case "Slice":
      return ask(node.object);
    case "Assignment":
      return ask(node.value);
    case "Coalesce":
      return ask(node.left) ?? ask(node.right);
    case "Conditional":
      return ask(node.consequent ?? node.test) ?? ask(node.otherwise);
    default:
      return null;
  }
};

const typeOfCall = (questions: Questions, callee: Expression): GivenType | null => {
  const { outline, environment } = questions;
  if (callee.kind === "Name") {
    const { name } = callee;
    if (outline.classes.has(name) || coreClasses.has(name))
      return { className: name, isList: false };
    const own = outline.functions.get(name);
    if (own !== undefined) return typeOfResult(questions, own);
    return given(environment.functions.get(name));
  }
  if (callee.kind === "Scoped") {
    return typeOfMethod(questions, outline.classes.get(callee.scope), callee.name);
  }
  if (callee.kind !== "Member") return null;
  const owner = typeOf(questions, callee.object);
  if (owner === null || owner.isList) return null;
  const { className } = owner;
  const own = outline.classes.get(className);
  if (own !== undefined) return typeOfMethod(questions, own, callee.name);
  const known = environment.classes?.get(className) ?? coreClasses.get(className);
  return given(known?.methods.get(callee.name));
};

const given = (
  signature:
    | { readonly gives?: string; readonly returns: { readonly kinds: readonly string[] } }
    | undefined,
): GivenType | null =>
  signature?.gives === undefined
    ? null
    : { className: signature.gives, isList: signature.returns.kinds.includes("array") };

const typeOfMethod = (
  questions: Questions,
  own: ClassDeclaration | undefined,
  name: string,
): GivenType | null => {
  const method = own?.members.find((one) => one.kind === "Method" && one.name === name);
  return method?.kind === "Method" ? typeOfResult(questions, method) : null;
};

/** What the first `return` that can be read gives. */
const typeOfResult = (
  questions: Questions,
  { body, end }: FunctionDeclaration | Method,
): GivenType | null => {
  const inside = { ...questions, position: end };
  return firstOf(body, (node) =>
    node.kind === "Return" && node.value !== null ? typeOf(inside, node.value) : null,
  );
};

const typeOfProperty = (
  questions: Questions,
  own: ClassDeclaration,
  name: string,
): GivenType | null =>
  firstOf([own], (node) => {
    if (node.kind !== "Assignment" || node.target.kind !== "Member") return null;
    const { object, name: assigned } = node.target;
    if (assigned !== name || object.kind !== "Variable" || object.name !== "this") return null;
    return typeOf({ ...questions, position: node.end }, node.value);
  });

const firstOf = (
  nodes: readonly AnyNode[],
  look: (node: AnyNode) => GivenType | null,
): GivenType | null => {
  let found: GivenType | null = null;
  for (const node of nodes) {
    walk(node, (one) => {
      found ??= look(one);
      return found === null;
    });
  }
  return found;
};

/** What was put into a variable last, in the text before the position. */
const typeOfVariable = (questions: Questions, name: string): GivenType | null => {
  const { outline, position } = questions;
  if (name === "this") {
    const own = enclosingClass(outline, position);
    return own === undefined ? null : { className: own.name, isList: false };
  }
  let last: { readonly start: number; readonly type: () => GivenType | null } | null = null;
  const take = (start: number, type: () => GivenType | null): void => {
    if (start >= (last?.start ?? 0) && start < position) last = { start, type };
  };
  const earlier = (at: number, value: Expression): GivenType | null =>
    typeOf({ ...questions, position: at }, value);
  walk(scopeAt(outline.program, position), (node) => {
    if (node.kind === "Assignment" && isVariable(node, name)) {
      take(node.start, () => earlier(node.start, node.value));
    } else if (node.kind === "Foreach" && node.value.name === name) {
      take(node.start, () => elementOf(earlier(node.start, node.subject)));
    } else if (node.kind === "Try" && node.variable?.name === name) {
      take(node.variable.start, () => ({ className: "Exception", isList: false }));
    }
    return undefined;
  });
  return (last as { readonly type: () => GivenType | null } | null)?.type() ?? null;
};

const elementOf = (list: GivenType | null): GivenType | null =>
  list?.isList === true ? { ...list, isList: false } : null;

const isVariable = ({ target }: Assignment, name: string): boolean =>
  target.kind === "Variable" && target.name === name;

/** The innermost function around a position, or the whole script. */
const scopeAt = (program: Program, position: number): AnyNode => {
  let found: AnyNode = program;
  walk(program, (node) => {
    const isAround = node.start < position && position <= node.end;
    if (!isAround) return node.kind === "Program";
    if (node.kind === "FunctionDeclaration" || node.kind === "Method" || node.kind === "Function") {
      found = node;
    }
    return undefined;
  });
  return found;
};
