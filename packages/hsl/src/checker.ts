/**
 * What can be known without running: that names exist, calls fit, read-only
 * stays read-only, no function calls itself, and what can never be reached.
 */
import type { Program } from "./ast.ts";
import { checkFlow } from "./check-flow.ts";
import { checkNames } from "./check-names.ts";
import { type Diagnostic, hasErrors, sortDiagnostics } from "./diagnostic.ts";
import { collectFacts, type Facts } from "./facts.ts";
import { lex } from "./lexer.ts";
import { link, type Resolve } from "./link.ts";
import { Names } from "./names.ts";
import type { Parsed } from "./parser.ts";
import type { FunctionInfo } from "./scope.ts";
import type { Environment } from "./signature.ts";
import { maxTreeHeight, treeHeight } from "./walk.ts";

export type CheckOptions = {
  /** Text of an included file. Without it, no file exists. */
  readonly resolve?: Resolve;
};

export type Analysis = {
  /** `null` when a file that is missing leaves too much unknown. */
  readonly names: Names | null;
  readonly facts: Facts;
  readonly diagnostics: readonly Diagnostic[];
};

const noFacts: Facts = { calls: new Map(), hostNames: new Set(), dynamicWaits: false };

export const analyse = (
  program: Program,
  environment: Environment,
  options: CheckOptions,
): Analysis => {
  const diagnostics: Diagnostic[] = [];
  const linked = link(program, options.resolve ?? (() => null), diagnostics);
  if (hasErrors(diagnostics)) return { names: null, facts: noFacts, diagnostics };
  const names = new Names(linked, environment);
  const facts = collectFacts(names);
  checkNames(names);
  if (facts.calls.size > 0) checkRecursion(names, facts);
  if (!hasErrors(diagnostics)) checkFlow(names, facts);
  return { names, facts, diagnostics };
};

/** What is wrong with a parsed script in the place it is meant for. */
export const check = (
  program: Program,
  environment: Environment,
  options: CheckOptions = {},
): readonly Diagnostic[] => sortDiagnostics(analyse(program, environment, options).diagnostics);

/**
 * What is surely wrong besides the mistakes that kept parts of the script from being read.
 * Those parts may have declared what the rest seems to lack, so names count as missing only
 * when the text has them nowhere else.
 */
export const checkDespiteMistakes = (
  { program, diagnostics }: Pick<Parsed, "program" | "diagnostics">,
  environment: Environment,
  options: CheckOptions = {},
): readonly Diagnostic[] => {
  if (treeHeight(program) > maxTreeHeight) return [];
  const { text } = program.source;
  const uses = new Map<string, number>();
  for (const token of lex(text, () => undefined).tokens) {
    const names =
      token.kind === "string"
        ? token.parts.flatMap((part) => (typeof part === "string" ? [] : [`$${part.name}`]))
        : token.kind === "variable"
          ? [`$${token.text}`]
          : token.kind === "name"
            ? [token.text]
            : [];
    for (const name of names) uses.set(name, (uses.get(name) ?? 0) + 1);
  }
  const told = new Set(diagnostics.map(({ offset }) => offset));
  return check(program, environment, options).filter(({ severity, code, offset }) => {
    if (severity !== "error" || told.has(offset)) return false;
    if (code !== "undefined-variable" && code !== "unknown-function") return sure.has(code);
    const name = /^(?:\$\{?)?[a-zA-Z_][a-zA-Z0-9_]*/.exec(text.slice(offset, offset + 200))?.[0];
    return name !== undefined && uses.get(name.replace("{", "")) === 1;
  });
};

const sure: ReadonlySet<string> = new Set([
  ...["wrong-argument-count", "read-only", "bad-pattern", "unknown-file", "include-cycle"],
  ...["not-cacheable", "recursion", "duplicate-name", "bad-import"],
  ...["not-constant"],
]);

/** Calling oneself, directly or around a corner, is refused where the circle closes. */
const checkRecursion = (names: Names, facts: Facts): void => {
  const finished = new Set<FunctionInfo>();
  const chain: FunctionInfo[] = [];
  const visit = (info: FunctionInfo): void => {
    chain.push(info);
    for (const { info: callee, span, unit } of facts.calls.get(info) ?? []) {
      const at = chain.indexOf(callee);
      if (at >= 0) {
        const circle = [...chain.slice(at), callee].map(({ name }) => name).join(" → ");
        const message =
          callee === info
            ? `\`${info.name}\` calls itself.`
            : `These functions call each other: ${circle}.`;
        unit.report("error", "recursion", span, message, { cure: "Use a loop instead." });
      } else if (!finished.has(callee) && chain.length < 1000) {
        visit(callee);
      }
    }
    chain.pop();
    finished.add(info);
  };
  for (const info of names.functions) if (!finished.has(info)) visit(info);
};
