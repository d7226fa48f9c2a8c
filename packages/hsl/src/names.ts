/**
 * What every name of a script means: functions, classes, modules, and for each
 * variable the slot it lives in. Checker and compiler both ask here, so they
 * cannot disagree.
 */
import type {
  AnyNode,
  ClassDeclaration,
  Expression,
  FunctionExpression,
  Parameter,
  Property,
  Statement,
} from "./ast.ts";
import { type Linked, walkLinked } from "./link.ts";
import type { Environment, VariableSignature } from "./signature.ts";
import type { Unit } from "./unit.ts";

/** Where a variable's value is at run time. */
export type Binding =
  | { readonly kind: "local"; readonly slot: number }
  /** Shared with closures. */
  | { readonly kind: "cell"; readonly slot: number }
  | { readonly kind: "global"; readonly slot: number }
  /** Given by the place the script runs in. */
  | { readonly kind: "context"; readonly slot: number; readonly signature: VariableSignature }
  | { readonly kind: "this" };

/** A text with globals of its own: the script, or an imported module. */
export class Module {
  readonly unit: Unit;
  readonly functions = new Map<string, FunctionInfo>();
  readonly classes = new Map<string, ClassInfo>();
  readonly namespaces = new Map<string, Module>();
  /** Names whose slot is another module's. */
  readonly globals = new Map<string, number>();
  readonly scope: Scope;
  /** Slot that says whether the module's statements ran already. */
  readonly ranSlot: number;

  constructor(unit: Unit, names: Names) {
    this.unit = unit;
    this.scope = new Scope(this, names, null, new Set());
    this.ranSlot = names.newGlobal();
  }
}

export class FunctionInfo {
  readonly name: string;
  readonly module: Module;
  readonly unit: Unit;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
  readonly scope: Scope;
  /** The class a method belongs to. */
  readonly owner: ClassInfo | null;
  /** Whether a call may have to wait; settled before code is made. */
  waits = false;

  constructor(
    node: { readonly parameters: readonly Parameter[]; readonly body: readonly Statement[] },
    name: string,
    module: Module,
    unit: Unit,
    scope: Scope,
    owner: ClassInfo | null,
  ) {
    this.name = name;
    this.module = module;
    this.unit = unit;
    this.parameters = node.parameters;
    this.body = node.body;
    this.scope = scope;
    this.owner = owner;
  }
}

export class ClassInfo {
  readonly node: ClassDeclaration;
  readonly unit: Unit;
  readonly module: Module;
  readonly methods = new Map<string, FunctionInfo>();
  readonly privates = new Set<string>();
  /** Static variables: their slots among the globals. */
  readonly statics = new Map<string, { readonly slot: number; readonly node: Property }>();
  readonly staticMethods = new Set<string>();

  constructor(node: ClassDeclaration, unit: Unit, module: Module) {
    this.node = node;
    this.unit = unit;
    this.module = module;
  }

  get name(): string {
    return this.node.name;
  }

  get construct(): FunctionInfo | undefined {
    return this.methods.get("constructor");
  }
}

/** The variables of the script, of a module, or of one function. */
export class Scope {
  readonly module: Module;
  readonly names: Names;
  /** Where a closure was written; `null` for the script and for named functions. */
  readonly parent: Scope | null;
  /** Taken from the parent by reference. */
  readonly captures: ReadonlySet<string>;
  /** Names that `global` binds to the module's. */
  readonly globals = new Set<string>();
  readonly isMain: boolean;
  readonly assigned = new Set<string>();
  readonly captured = new Set<string>();
  private readonly bindings = new Map<string, Binding>();
  localCount = 0;
  cellCount = 0;

  constructor(
    module: Module,
    names: Names,
    parent: Scope | null,
    captures: ReadonlySet<string>,
    isMain = true,
  ) {
    this.module = module;
    this.names = names;
    this.parent = parent;
    this.captures = captures;
    this.isMain = isMain;
  }

  /** The binding of a name; the first question settles it. */
  binding(name: string): Binding {
    let binding = this.bindings.get(name);
    if (binding === undefined) {
      binding = this.bind(name);
      this.bindings.set(name, binding);
    }
    return binding;
  }

  private bind(name: string): Binding {
    if (name === "this") return { kind: "this" };
    if (this.isMain) return this.names.context(name) ?? this.bindGlobal(name);
    if (this.globals.has(name)) return this.module.scope.binding(name);
    if (this.captures.has(name)) {
      const outer = this.parent?.binding(name);
      if (outer !== undefined && outer.kind !== "cell") return outer;
      return { kind: "cell", slot: this.cellCount++ };
    }
    const context = this.assigned.has(name) ? undefined : this.names.context(name);
    if (context !== undefined) return context;
    if (this.captured.has(name)) return { kind: "cell", slot: this.cellCount++ };
    return { kind: "local", slot: this.localCount++ };
  }

  private bindGlobal(name: string): Binding {
    const { globals } = this.module;
    const slot = globals.get(name) ?? this.names.newGlobal();
    globals.set(name, slot);
    return { kind: "global", slot };
  }
}

export class Names {
  readonly environment: Environment;
  readonly linked: Linked;
  readonly modules = new Map<Unit, Module>();
  readonly main: Module;
  /** Every function of the script that has a body, closures included. */
  readonly functions: FunctionInfo[] = [];
  readonly closures = new Map<FunctionExpression, FunctionInfo>();
  readonly contextNames: string[] = [];
  private readonly contexts = new Map<string, Binding>();
  private globals = 0;

  constructor(linked: Linked, environment: Environment) {
    this.linked = linked;
    this.environment = environment;
    this.main = this.module(linked.main);
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
    collectVariables(module.scope, unit.program.body, unit, this.linked);
    return module;
  }

  /** Functions and classes are known before the first statement runs. */
  private declareNames(module: Module): void {
    walkLinked(module.unit.program, module.unit, this.linked, (node, unit) => {
      if (node.kind === "FunctionDeclaration") this.declareFunction(node, module, unit);
      else if (node.kind === "Class") this.declareClass(node, module, unit);
      else if (node.kind === "Import") {
        this.declareImport(node, module, unit);
        return false;
      }
      return undefined;
    });
    this.declareClosures(module);
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
    collectVariables(scope, node.body, unit, this.linked);
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
      if (taken.has(member.name)) {
        unit.report("error", "duplicate-name", member, `\`${member.name}\` is declared twice.`);
        continue;
      }
      taken.add(member.name);
      if (member.isPrivate) info.privates.add(member.name);
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
    for (const item of node.what.items) {
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
      unit: Unit,
      owner: ClassInfo | null,
    ): void => {
      for (const statement of body) {
        walkLinked(statement, unit, this.linked, (node, at) => {
          if (node.kind === "FunctionDeclaration" || node.kind === "Class") return false;
          if (node.kind !== "Function") return undefined;
          const captures = new Set(node.captures.map(({ name }) => name));
          const info = this.functionInfo(node, "", module, at, owner, { parent: scope, captures });
          this.closures.set(node, info);
          within(node.body, info.scope, at, owner);
          return false;
        });
      }
    };
    for (const info of [...this.functions]) {
      if (info.module === module) within(info.body, info.scope, info.unit, info.owner);
    }
    within(module.unit.program.body, module.scope, module.unit, null);
  }
}

/** Finds out which names a function assigns, binds with `global`, and lends to closures. */
const collectVariables = (
  scope: Scope,
  body: readonly Statement[],
  unit: Unit,
  linked: Linked,
): void => {
  for (const statement of body) {
    walkLinked(statement, unit, linked, (node) => {
      switch (node.kind) {
        case "FunctionDeclaration":
        case "Class":
          return false;
        case "Function":
          for (const { name } of node.captures) scope.captured.add(name);
          return false;
        case "Global":
          for (const { name } of node.variables) scope.globals.add(name);
          return false;
        case "Assignment":
          if (node.target.kind !== "Pattern") addRoot(scope, node.target);
          return undefined;
        case "PatternItem":
          if (node.target.kind !== "Pattern") addRoot(scope, node.target);
          return undefined;
        case "Update":
          addRoot(scope, node.target);
          return undefined;
        case "Unset":
          for (const target of node.targets) addRoot(scope, target);
          return undefined;
        case "Foreach":
          scope.assigned.add(node.value.name);
          if (node.key !== null) scope.assigned.add(node.key.name);
          return undefined;
        case "Try":
          if (node.variable !== null) scope.assigned.add(node.variable.name);
          return undefined;
        case "Barrier":
          if (node.shared !== null) scope.assigned.add(node.shared.name);
          return undefined;
        case "Import":
          if (node.what.kind === "ImportData") scope.assigned.add(node.what.variable.name);
          else if (node.what.kind === "ImportList") {
            for (const item of node.what.items) if (item.isVariable) scope.assigned.add(item.local);
          }
          return false;
        default:
          return undefined;
      }
    });
  }
};

/** Assigning to `$a[1]->b` assigns to `$a`. */
const addRoot = (scope: Scope, target: Expression): void => {
  const root = rootVariable(target);
  if (root !== null) scope.assigned.add(root);
};

export const rootVariable = (target: Expression): string | null => {
  let place = target;
  while (place.kind === "Index" || place.kind === "Slice") place = place.object;
  return place.kind === "Variable" ? place.name : null;
};
