/** What can stand behind `->` and `::`: members of the script's own classes, and of those it is given. */
import type { ClassDeclaration, Expression, Parameter } from "../ast.ts";
import { coreClasses } from "../class-signature.ts";
import { signatureLine } from "../library/reference.ts";
import type { ClassSignature, Environment } from "../signature.ts";
import type { Token } from "../token.ts";
import { walk } from "../walk.ts";
import type { Help } from "./docs-panel.ts";
import { enclosingClass, givenType, type Outline, outlineOf, receiverOf } from "./outline.ts";
import { isMemberOperator, type ScriptTokens, skipBlanks } from "./script-state.ts";

export type Member = {
  readonly name: string;
  readonly kind: "method" | "property";
  readonly className: string;
  /** What stands behind its name in a list: `(key[, fallback]) → any`. */
  readonly detail: string;
  readonly help: Help;
};

/**
 * Members that fit behind the operator. When nobody can tell whose they would be, those
 * of every class are offered behind `->`.
 */
export const membersBehind = (
  script: ScriptTokens,
  environment: Environment,
  operator: Token,
): readonly Member[] => {
  const index = script.tokens.indexOf(operator);
  const outline = outlineOf(script, operator.end);
  if (operator.text === "::") {
    const scope = script.tokens[index - 1];
    const own =
      scope?.text === "static"
        ? enclosingClass(outline, operator.start)
        : outline.classes.get(scope?.text ?? "");
    return own === undefined ? [] : staticMembers(outline, own);
  }
  const receiver = receiverOf(script, index);
  if (receiver === null || plainKinds.has(receiver.kind)) return [];
  const type = givenType(outline, environment, receiver, operator.start);
  if (type?.isList === true) return [];
  const inside = enclosingClass(outline, operator.start);
  const own = type === null ? undefined : outline.classes.get(type.className);
  if (own !== undefined) return ownMembers(outline, own, own === inside);
  const given = type === null ? undefined : classNamed(environment, type.className);
  if (given !== undefined) return givenMembers(given);
  return [
    ...[...outline.classes.values()].flatMap((one) => ownMembers(outline, one, one === inside)),
    ...[...coreClasses.values(), ...(environment.classes?.values() ?? [])].flatMap(givenMembers),
  ];
};

/** What has no members. */
const plainKinds: ReadonlySet<Expression["kind"]> = new Set([
  ...(["Number", "String", "Regex", "Boolean", "None", "Array", "Binary", "Unary"] as const),
]);

/** The member whose name the token is, when it is clear which one. */
export const memberNamed = (
  script: ScriptTokens,
  environment: Environment,
  name: Token,
): Member | undefined => {
  const operator = operatorBefore(script, name);
  if (operator === undefined) return undefined;
  const found = membersBehind(script, environment, operator).filter(
    (member) => member.name === (name.kind === "variable" ? `$${name.text}` : name.text),
  );
  return found.length === 1 ? found[0] : undefined;
};

/** The `->` or `::` that a word follows. */
export const operatorBefore = (script: ScriptTokens, word: Token): Token | undefined => {
  const before = script.tokens[script.tokens.indexOf(word) - 1];
  return isMemberOperator(before) && skipBlanks(script.text, word.start) === before.end
    ? before
    : undefined;
};

const classNamed = (environment: Environment, name: string): ClassSignature | undefined =>
  environment.classes?.get(name) ?? coreClasses.get(name);

const givenMembers = ({ name: className, methods }: ClassSignature): Member[] =>
  [...methods.values()].map((method) => {
    const { name, summary } = method;
    const line = signatureLine(method);
    const help = { heading: `${className}->${line}`, summary, details: [] };
    return { name, kind: "method", className, detail: line.slice(name.length), help };
  });

const ownMembers = (outline: Outline, own: ClassDeclaration, isInside: boolean): Member[] => {
  const members: Member[] = [];
  const add = (name: string, kind: Member["kind"], detail: string, start: number): void => {
    if (members.some((member) => member.name === name)) return;
    const summary = outline.commentAbove(start);
    const help = { heading: `${own.name}->${name}${detail}`, summary, details: [] };
    members.push({ name, kind, className: own.name, detail, help });
  };
  for (const member of own.members) {
    if (member.isStatic || (member.isPrivate && !isInside)) continue;
    if (member.kind === "Property") add(member.name, "property", "", member.start);
    else if (member.name !== "constructor") {
      add(member.name, "method", listOf(member.parameters), member.start);
    }
  }
  // `$this->name = …` makes one, too
  walk(own, (node) => {
    if (node.kind !== "Assignment" || node.target.kind !== "Member") return undefined;
    const { object, name } = node.target;
    const isHidden = own.members.some((one) => one.name === name && one.isPrivate) && !isInside;
    if (object.kind === "Variable" && object.name === "this" && !isHidden) {
      add(name, "property", "", node.start);
    }
    return undefined;
  });
  return members;
};

const staticMembers = (outline: Outline, own: ClassDeclaration): Member[] =>
  own.members.flatMap((member): Member[] => {
    if (!member.isStatic) return [];
    const isMethod = member.kind === "Method";
    const name = isMethod ? member.name : `$${member.name}`;
    const detail = isMethod ? listOf(member.parameters) : "";
    const heading = `${own.name}::${name}${detail}`;
    const help = { heading, summary: outline.commentAbove(member.start), details: [] };
    const kind = isMethod ? "method" : "property";
    return [{ name, kind, className: own.name, detail, help }];
  });

const listOf = (parameters: readonly Parameter[]): string => {
  const names = parameters.map(({ name, fallback, isRest }) =>
    isRest ? `...$${name}` : fallback === null ? `$${name}` : `[$${name}]`,
  );
  return `(${names.join(", ")})`;
};
