/**
 * What every name of a script means: functions, classes, modules, and for each
 * variable the slot it lives in. Checker and compiler both ask here, so they
 * cannot disagree.
 */

import { collectVariables } from "./assigned-names.ts";
import type { AnyNode, ClassDeclaration, FunctionExpression, Parameter, Statement } from "./ast.ts";
import { Bodies, type Linked } from "./link.ts";
import { type Binding, ClassInfo, FunctionInfo, Module, Scope } from "./scope.ts";
import type { Environment } from "./signature.ts";
import { closestName } from "./suggest.ts";
import type { Unit } from "./unit.ts";

const maxSuggestions = 50;

export class Names {
  readonly environment: Environment;
  readonly linked: Linked;
  readonly bodies: Bodies;
  readonly modules = new Map<Unit, Module>();
  readonly main: Module;
  /** Every function of the script that has a body, closures included. */
  readonly functions: FunctionInfo[] = [];
  readonly closures = new Map<FunctionExpression, FunctionInfo>();
  readonly contextNames: string[] = [];
  private readonly contexts = new Map<string, Binding>();
  private globals = 0;
  private suggestions = 0;

  constructor(linked: Linked, environment: Environment) {
    this.linked = linked;
    this.bodies = new Bodies(linked);
    this.environment = environment;
    this.main = this.module(linked.main);
  }

  /** "Did you mean": only for the first mistakes, since looking through all names takes its time. */
  closest(wrong: string, known: Iterable<string>): string | undefined {
    this.suggestions += 1;
    return this.suggestions > maxSuggestions || wrong.length > 100
      ? undefined
      : closestName(wrong, known);
  }

  get globalCount(): number {
    return this.globals;
  }

  newGlobal(): number {
    return this.globals++;
  }

  context(name: string): Binding | undefined {
    const signature = this.environment.variables.get(name);
    if (signature === undefined) return undefined;
    let binding = this.contexts.get(name);
    if (binding === undefined) {
      binding = { kind: "context", slot: this.contextNames.length, signature };
      this.contextNames.push(name);
      this.contexts.set(name, binding);
    }
    return binding;
  }

  private module(unit: Unit): Module {
    const known = this.modules.get(unit);
    if (known !== undefined) return known;
    const module = new Module(unit, this);
    this.modules.set(unit, module);
    this.declareNames(module);
    this.collectVariables(module.scope, unit.program.body, unit);
    return module;
  }

  /** Functions and classes are known before the first statement runs. */
  private declareNames(module: Module): void {
    this.declareWithin(module.unit.program.body, module, module.unit);
    this.declareClosures(module);
  }

  private collectVariables(scope: Scope, body: readonly AnyNode[], unit: Unit): void {
    this.bodies.each(body, unit, (node) => collectVariables(scope, node));
  }

  /** Declarations stand at the top, and may stand inside each other. */
  private declareWithin(body: readonly AnyNode[], module: Module, from: Unit): void {
    this.bodies.eachDeclaration(body, from, (node, unit) => {
      switch (node.kind) {
        case "FunctionDeclaration":
          this.declareFunction(node, module, unit);
          this.declareWithin(node.body, module, unit);
          break;
        case "Class":
          this.declareClass(node, module, unit);
          for (const member of node.members) {
            if (member.kind === "Method") this.declareWithin(member.body, module, unit);
          }
          break;
        case "Function":
          this.declareWithin(node.body, module, unit);
          break;
        case "Import":
          this.declareImport(node, module, unit);
          break;
      }
    });
  }

  private declareFunction(
    node: Extract<AnyNode, { kind: "FunctionDeclaration" }>,
    module: Module,
    unit: Unit,
  ): void {
    const other = module.functions.get(node.name);
    if (other !== undefined || module.classes.has(node.name)) {
      // a file that is included twice declares its functions twice; that is no mistake
      if (other === undefined || other.unit.name !== unit.name || unit.name === null) {
        unit.report(
          "error",
          "duplicate-name",
          node.nameSpan,
          `\`${node.name}\` is declared twice.`,
        );
      }
      return;
    }
    module.functions.set(node.name, this.functionInfo(node, node.name, module, unit, null, null));
  }

  private functionInfo(
    node: { readonly parameters: readonly Parameter[]; readonly body: readonly Statement[] },
    name: string,
    module: Module,
    unit: Unit,
    owner: ClassInfo | null,
    closure: { readonly parent: Scope; readonly captures: ReadonlySet<string> } | null,
  ): FunctionInfo {
    const scope = new Scope(
      module,
      this,
      closure?.parent ?? null,
      closure?.captures ?? new Set(),
      false,
    );
    for (const parameter of node.parameters) scope.assigned.add(parameter.name);
    this.collectVariables(scope, node.body, unit);
    for (const parameter of node.parameters) scope.binding(parameter.name);
    const info = new FunctionInfo(node, name, module, unit, scope, owner);
    this.functions.push(info);
    return info;
  }

  private declareClass(node: ClassDeclaration, module: Module, unit: Unit): void {
    if (module.classes.has(node.name) || module.functions.has(node.name)) {
      if (unit.name === null || module.classes.get(node.name)?.unit.name !== unit.name) {
        unit.report(
          "error",
          "duplicate-name",
          node.nameSpan,
          `\`${node.name}\` is declared twice.`,
        );
      }
      return;
    }
    const info = new ClassInfo(node, unit, module);
    module.classes.set(node.name, info);
    const taken = new Set<string>();
    for (const member of node.members) {
      // C::$name and C::name() are two names
      const spelled =
        member.kind === "Property" && member.isStatic ? `$${member.name}` : member.name;
      if (taken.has(spelled)) {
        unit.report("error", "duplicate-name", member, `\`${member.name}\` is declared twice.`);
        continue;
      }
      taken.add(spelled);
      if (member.isPrivate) info.privates.add(spelled);
      if (member.kind === "Method") {
        info.methods.set(
          member.name,
          this.functionInfo(member, `${node.name}::${member.name}`, module, unit, info, null),
        );
        if (member.isStatic) info.staticMethods.add(member.name);
      } else if (member.isStatic) {
        info.statics.set(member.name, { slot: this.newGlobal(), node: member });
      }
    }
  }

  private declareImport(
    node: Extract<AnyNode, { kind: "Import" }>,
    module: Module,
    unit: Unit,
  ): void {
    const imported = this.linked.modules.get(node);
    if (imported === undefined) return;
    const other = this.module(imported);
    if (node.what.kind === "ImportNamespace") module.namespaces.set(node.what.local, other);
    if (node.what.kind !== "ImportList") return;
    const locals = new Set<string>();
    for (const item of node.what.items) {
      const local = `${item.isVariable ? "$" : ""}${item.local}`;
      if (locals.has(local)) {
        unit.report("error", "duplicate-name", item, `\`${local}\` is imported twice.`);
      }
      locals.add(local);
      if (item.isVariable) {
        const binding = other.scope.binding(item.name);
        if (binding.kind === "global") module.globals.set(item.local, binding.slot);
        continue;
      }
      const fn = other.functions.get(item.name);
      const type = other.classes.get(item.name);
      if (fn !== undefined) module.functions.set(item.local, fn);
      else if (type !== undefined) module.classes.set(item.local, type);
      else unit.report("error", "unknown-function", item, `The module has no \`${item.name}\`.`);
    }
  }

  /** Closures take variables from where they are written, so the outer ones go first. */
  private declareClosures(module: Module): void {
    const within = (
      body: readonly AnyNode[],
      scope: Scope,
      from: Unit,
      owner: ClassInfo | null,
    ): void => {
      this.bodies.eachDeclaration(body, from, (node, unit) => {
        if (node.kind !== "Function") return;
        const captures = new Set(node.captures.map(({ name }) => name));
        const closure = { parent: scope, captures };
        const info = this.functionInfo(node, "", module, unit, owner, closure);
        this.closures.set(node, info);
        within(node.body, info.scope, unit, owner);
      });
    };
    for (const info of [...this.functions]) {
      if (info.module === module) within(info.body, info.scope, info.unit, info.owner);
    }
    within(module.unit.program.body, module.scope, module.unit, null);
  }
}
