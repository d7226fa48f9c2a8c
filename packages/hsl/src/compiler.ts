/**
 * A script → closures. Names are resolved to slots beforehand, so nothing is
 * looked up by name while it runs, and whatever cannot wait is plain
 * synchronous code.
 */
import type { FunctionExpression, Statement } from "./ast.ts";
import { ClassCode, callValue, UserCode } from "./callable.ts";
import { analyse, checkDespiteMistakes } from "./checker.ts";
import { Context, type Shared } from "./compile-context.ts";
import { compileExpression } from "./compile-expression.ts";
import { compileBlock, compileStatement } from "./compile-statement.ts";
import { type Diagnostic, hasErrors, sortDiagnostics } from "./diagnostic.ts";
import type { Facts } from "./facts.ts";
import type { CompiledScript, Probe } from "./host.ts";
import type { Resolve } from "./link.ts";
import { runProgram } from "./machine.ts";
import type { Names } from "./names.ts";
import { parse } from "./parser.ts";
import type { Program } from "./program.ts";
import type { ClassInfo, FunctionInfo } from "./scope.ts";
import type { Environment } from "./signature.ts";
import { walk } from "./walk.ts";

export type CompileOptions = {
  /** Text of an included file. Without it, no file exists. */
  readonly resolve?: Resolve;
  readonly probes?: readonly Probe[];
};

export type Compiled = {
  /** `null` when there are errors. */
  readonly script: CompiledScript | null;
  readonly diagnostics: readonly Diagnostic[];
};

/** Checks a script and makes it ready to run. */
export const compile = (
  source: string,
  environment: Environment,
  options: CompileOptions = {},
): Compiled => {
  const parsed = parse(source);
  if (hasErrors(parsed.diagnostics)) {
    const more = checkDespiteMistakes(parsed, environment, options);
    return { script: null, diagnostics: sortDiagnostics([...parsed.diagnostics, ...more]) };
  }
  const analysis = analyse(parsed.program, environment, options);
  const diagnostics = sortDiagnostics([...parsed.diagnostics, ...analysis.diagnostics]);
  const { names, facts } = analysis;
  if (hasErrors(diagnostics) || names === null) return { script: null, diagnostics };
  const program = new Builder(names, facts, options.probes ?? []).build();
  const script: CompiledScript = {
    run: (host) => runProgram(program, host),
    reads: new Set(names.contextNames),
    calls: facts.hostNames,
  };
  return { script, diagnostics };
};

class Builder implements Shared {
  readonly names: Names;
  readonly dynamicWaits: boolean;
  readonly probes: ReadonlyMap<Statement, readonly number[]>;
  readonly rules = {
    expression: compileExpression,
    statement: compileStatement,
    block: compileBlock,
  };
  private readonly bodyNames = new Map<string, number>();
  private readonly codes = new Map<FunctionInfo, UserCode>();
  private readonly classes = new Map<ClassInfo, ClassCode>();

  constructor(names: Names, facts: Facts, probes: readonly Probe[]) {
    this.names = names;
    this.dynamicWaits = facts.dynamicWaits;
    this.probes = probes.length === 0 ? new Map() : probedStatements(names, probes);
  }

  build(): Program {
    const { main } = this.names;
    const context = new Context(this, main.scope, main.unit, null);
    const body = context.block(main.unit.program.body);
    const setUp = this.staticVariables();
    const contexts = this.names.contextNames.map((name) =>
      this.names.environment.variables.get(name),
    );
    const slotsWith = (test: "writable" | "secret"): number[] =>
      contexts.flatMap((signature, slot) => (signature?.[test] === true ? [slot] : []));
    return {
      body,
      globalCount: this.names.globalCount,
      contextNames: this.names.contextNames,
      writableContext: new Set(slotsWith("writable")),
      secrets: slotsWith("secret"),
      setUp,
      callValue,
    };
  }

  readonly userCode = (info: FunctionInfo): UserCode => {
    let code = this.codes.get(info);
    if (code === undefined) {
      const made = new UserCode(info.name, () => this.finish(info, made));
      this.codes.set(info, made);
      code = made;
    }
    return code;
  };

  private finish(info: FunctionInfo, code: UserCode): void {
    const { scope, parameters } = info;
    const context = new Context(this, scope, info.unit, info.owner);
    code.parameters = parameters.map(({ name, fallback, isRest }) => {
      const binding = scope.binding(name);
      const isCell = binding.kind === "cell";
      const slot = binding.kind === "cell" || binding.kind === "local" ? binding.slot : 0;
      return {
        isCell,
        slot,
        isRest,
        fallback: fallback === null ? null : context.expression(fallback),
      };
    });
    code.required = parameters.filter(
      ({ fallback, isRest }) => fallback === null && !isRest,
    ).length;
    code.hasRest = parameters.some(({ isRest }) => isRest);
    code.isPlain = code.parameters.every(
      ({ isCell, isRest, slot }, index) => !isCell && !isRest && slot === index,
    );
    code.body = context.block(info.body);
    code.localCount = scope.localCount;
    code.cellCount = scope.cellCount;
  }

  readonly classCode = (info: ClassInfo): ClassCode => {
    const known = this.classes.get(info);
    if (known !== undefined) return known;
    const code = new ClassCode(info.name);
    this.classes.set(info, code);
    const context = new Context(this, info.module.scope, info.unit, info);
    for (const [name, method] of info.methods) {
      if (!info.staticMethods.has(name)) code.methods.set(name, this.userCode(method));
    }
    for (const name of info.privates) code.privates.add(name);
    for (const member of info.node.members) {
      if (member.kind !== "Property" || member.isStatic) continue;
      if (member.isReadonly) code.readonlys.add(member.name);
      const initial = member.value === null ? null : context.owned(member.value);
      code.fields.push({ name: member.name, initial });
    }
    return code;
  };

  readonly closureInfo = (node: FunctionExpression): FunctionInfo => {
    const info = this.names.closures.get(node);
    if (info === undefined) throw new Error("a closure without a scope");
    return info;
  };

  readonly bodyIndex = (name: string): number => {
    const index = this.bodyNames.get(name) ?? this.bodyNames.size;
    this.bodyNames.set(name, index);
    return index;
  };

  /** Static variables begin with their values before the first statement. */
  private staticVariables(): Program["setUp"] {
    const writes = [...this.names.modules.values()].flatMap((module) =>
      [...module.classes.values()].flatMap((info) => {
        const context = new Context(this, module.scope, info.unit, info);
        return [...info.statics.values()].map(({ slot, node }) => ({
          slot,
          code: node.value === null ? null : context.owned(node.value),
        }));
      }),
    );
    return (frame) => {
      for (const { slot, code } of writes) {
        const value = code?.run(frame) ?? null;
        frame.run.globals[slot] = value instanceof Promise ? null : value;
      }
    };
  }
}

/** The statement each probe fires before: the first that begins at or after its offset. */
const probedStatements = (
  names: Names,
  probes: readonly Probe[],
): ReadonlyMap<Statement, readonly number[]> => {
  const result = new Map<Statement, number[]>();
  const statements: Statement[] = [];
  walk(names.main.unit.program, (node) => {
    if (isStatement(node) && node.kind !== "FunctionDeclaration" && node.kind !== "Class") {
      statements.push(node);
    }
    return undefined;
  });
  statements.sort((a, b) => a.start - b.start || b.end - a.end);
  for (const { id, offset } of probes) {
    const statement = statements.find(({ start }) => start >= offset);
    if (statement !== undefined) result.set(statement, [...(result.get(statement) ?? []), id]);
  }
  return result;
};

const statementKinds: ReadonlySet<string> = new Set<Statement["kind"]>([
  ...(["Expression", "Echo", "Block", "If", "While", "For", "Forever", "Foreach"] as const),
  ...(["Switch", "Break", "Continue", "Return", "Throw", "Try", "Barrier", "Global"] as const),
  ...(["FunctionDeclaration", "Class", "Include", "Import", "Empty"] as const),
]);

const isStatement = (node: { readonly kind: string }): node is Statement =>
  statementKinds.has(node.kind);
