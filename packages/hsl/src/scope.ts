/** What names can stand for: variables in their slots, functions, classes, and the texts they live in. */
import type { ClassDeclaration, Parameter, Property, Statement } from "./ast.ts";
import type { Names } from "./names.ts";
import type { VariableSignature } from "./signature.ts";
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
  /** Names of private members; a static variable's begins with $. */
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
