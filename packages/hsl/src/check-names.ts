/** One look at every node of a script: names, argument counts, targets, patterns. */

import { countsOf, countWords } from "./argument-count.ts";
import { rootVariable } from "./assigned-names.ts";
import type { AnyNode, Binary, Call, Expression, Parameter } from "./ast.ts";
import { type Callee, resolveCallee } from "./callee.ts";
import {
  argumentMistakes,
  literalMistake,
  type PatternMistake,
  textMistake,
} from "./check-patterns.ts";
import { foreignCure } from "./foreign-names.ts";
import type { TellingNode } from "./link.ts";
import type { Names } from "./names.ts";
import type { ClassInfo, FunctionInfo, Scope } from "./scope.ts";
import type { Span } from "./source.ts";
import type { Unit } from "./unit.ts";
import { plainText, walk } from "./walk.ts";

export const checkNames = (names: Names): void => {
  const assignedGlobals = globalsAssignedByFunctions(names);
  for (const module of names.modules.values()) {
    const checker = new NameChecker(names, module.scope, null, assignedGlobals);
    checker.checkBody(module.unit.program.body, module.unit);
    for (const info of module.classes.values()) checker.checkClass(info);
  }
  for (const info of names.functions) {
    const checker = new NameChecker(names, info.scope, info.owner, assignedGlobals);
    checker.checkParameters(info.parameters, info.unit);
    checker.checkBody(info.body, info.unit);
    checker.checkOverride(info);
  }
};

/** Names that some function binds with `global` and assigns. */
const globalsAssignedByFunctions = (names: Names): ReadonlySet<string> => {
  const assigned = new Set<string>();
  for (const { scope } of names.functions) {
    for (const name of scope.globals) if (scope.assigned.has(name)) assigned.add(name);
    for (const name of scope.captures) if (scope.assigned.has(name)) assigned.add(name);
  }
  return assigned;
};

class NameChecker {
  private readonly names: Names;
  private readonly scope: Scope;
  private readonly owner: ClassInfo | null;
  private readonly assignedElsewhere: ReadonlySet<string>;
  private unit: Unit;
  /** Nodes inside a target, where a name may be new and `[]` may stand. */
  private readonly targets = new Set<AnyNode>();
  private readonly callees = new Set<AnyNode>();
  private readonly behindDots = new Set<AnyNode>();
  /** Variables that the text so far has assigned. */
  private readonly written = new Set<string>();

  constructor(
    names: Names,
    scope: Scope,
    owner: ClassInfo | null,
    assignedElsewhere: ReadonlySet<string>,
  ) {
    this.names = names;
    this.scope = scope;
    this.owner = owner;
    this.assignedElsewhere = assignedElsewhere;
    this.unit = scope.module.unit;
  }

  checkBody(body: readonly AnyNode[], from: Unit): void {
    this.names.bodies.each(body, from, (node, unit) => {
      this.unit = unit;
      this.checkNode(node);
    });
  }

  checkClass(info: ClassInfo): void {
    this.unit = info.unit;
    for (const member of info.node.members) {
      if (member.kind === "Property" && member.value !== null) this.requireConstant(member.value);
      if (member.name === "__construct") {
        const message = "A method of this name is not called when an object is made.";
        this.unit.report("warning", "foreign-word", member, message, {
          cure: "Write constructor(…) { … }, without `function`.",
        });
      }
    }
  }

  checkParameters(parameters: readonly Parameter[], unit: Unit): void {
    this.unit = unit;
    for (const { fallback } of parameters) if (fallback !== null) this.requireConstant(fallback);
    for (const parameter of parameters) {
      if (this.scope.globals.has(parameter.name)) {
        const message = `\`$${parameter.name}\` is a parameter and cannot be global.`;
        unit.report("error", "duplicate-name", parameter, message);
      }
    }
  }

  checkOverride(info: FunctionInfo): void {
    const role = this.names.environment.functions.get(info.name)?.role;
    if (info.owner !== null || (role !== "action" && role !== "action-or-modifier")) return;
    const span = info.body[0] ?? { start: 0, end: 0 };
    const message = `\`${info.name}\` replaces an action, which will not end the script any more.`;
    info.unit.report("warning", "replaced-action", span, message, {
      cure: `builtin ${info.name}(…) is still the action.`,
    });
  }

  private requireConstant(value: Expression): void {
    walk(value, (node) => {
      if (node.kind === "Variable" || node.kind === "Call" || node.kind === "Function") {
        this.unit.report("error", "not-constant", node, "A default is a constant.");
        return false;
      }
      return undefined;
    });
    this.checkBody([value], this.unit);
  }

  /** The commonest kinds come first. */
  private checkNode(node: TellingNode): void {
    switch (node.kind) {
      case "Variable":
        // every name is bound here, before the code of functions is made one by one
        if (this.targets.has(node)) this.scope.binding(node.name);
        else this.checkRead(node.name, node);
        break;
      case "Binary":
        if (node.operator === ".") this.noteDot(node);
        if (node.operator === "=~" || node.operator === "!~") {
          this.reportPattern(textMistake(node.right));
        }
        break;
      case "Call":
        this.checkCall(node);
        break;
      case "Name":
        if (!this.callees.has(node)) this.checkName(node, false);
        break;
      case "Assignment":
      case "PatternItem":
        if (node.target.kind !== "Pattern") this.checkTarget(node.target);
        break;
      case "String":
        for (const part of node.parts)
          if (typeof part !== "string") this.checkRead(part.name, part);
        break;
      case "Function":
        for (const { name, start, end } of node.captures) this.checkRead(name, { start, end });
        break;
      case "Global":
        if (this.scope.isMain) {
          this.unit.report("error", "misplaced", node, "`global` stands inside functions only.");
        }
        for (const variable of node.variables) {
          if (!this.written.has(variable.name)) continue;
          const message = `\`$${variable.name}\` has a value of its own here, and cannot be global.`;
          this.unit.report("error", "duplicate-name", variable, message, {
            cure: "Write `global` before the first assignment.",
          });
        }
        break;
      case "Update":
        this.checkTarget(node.target);
        break;
      case "Unset":
      case "Isset":
        for (const target of node.targets) {
          if (node.kind === "Unset") this.checkTarget(target);
          else this.allowMissing(target);
        }
        break;
      case "Coalesce":
        this.allowMissing(node.left);
        break;
      case "Foreach":
        this.checkWritable(node.value.name, node.value);
        if (node.key !== null) this.checkWritable(node.key.name, node.key);
        this.targets.add(node.value);
        if (node.key !== null) this.targets.add(node.key);
        break;
      case "Try":
        if (node.variable !== null) this.checkTarget(node.variable);
        break;
      case "Barrier":
        if (node.shared !== null) this.checkTarget(node.shared);
        break;
      case "ImportData":
        this.checkTarget(node.variable);
        break;
      case "Index":
        if (node.index === null && !this.targets.has(node)) {
          this.unit.report("error", "bad-target", node, "`[]` can only be assigned.");
        }
        break;
      case "Scoped":
        this.checkScoped(node);
        break;
      case "Regex":
        this.reportPattern(literalMistake(node));
        break;
      case "Cache":
        this.checkCache(node.call);
        this.checkCacheOptions(node.options);
        break;
    }
  }

  /** `$a.b` and `$a.b()` are how other languages name a member. */
  private noteDot({ left, right }: Binary): void {
    const name = right.kind === "Call" ? right.callee : right;
    const isTight = right.start === left.end + 1;
    if (isTight && left.kind === "Variable" && name.kind === "Name") this.behindDots.add(name);
  }

  /** Nothing on the way to the place has to exist; what its subscripts read does. */
  private allowMissing(target: Expression): void {
    for (let place = target; ; place = place.object) {
      if (place.kind !== "Index" || place.index !== null) this.targets.add(place);
      if (place.kind !== "Index" && place.kind !== "Member") return;
    }
  }

  /** The place itself may be new; what its subscripts read must exist. */
  private checkTarget(target: Expression): void {
    for (let place = target; ; place = place.object) {
      this.targets.add(place);
      if (place.kind !== "Index" && place.kind !== "Slice") break;
    }
    const root = rootVariable(target);
    if (root === null) return;
    this.checkWritable(root, target);
    this.written.add(root);
  }

  private checkWritable(name: string, span: Span): void {
    const binding = this.scope.binding(name);
    if (binding.kind === "this") {
      this.unit.report("error", "read-only", span, "`$this` cannot be assigned.");
    } else if (binding.kind === "context" && binding.signature.writable !== true) {
      this.unit.report("error", "read-only", span, `\`$${name}\` is read-only.`, {
        cure: "Use a variable of your own.",
      });
    }
  }

  private checkRead(name: string, span: Span): void {
    const binding = this.scope.binding(name);
    if (binding.kind === "context") return;
    if (binding.kind === "this") {
      if (this.owner !== null) return;
      this.unit.report("error", "misplaced", span, "`$this` exists inside classes only.");
      return;
    }
    if (this.isAssigned(name)) return;
    this.unit.report("error", "undefined-variable", span, `\`$${name}\` is never given a value.`, {
      cure: this.variableCure(name),
    });
  }

  private isAssigned(name: string): boolean {
    const { scope } = this;
    if (scope.assigned.has(name)) return true;
    const isGlobal = scope.isMain || scope.globals.has(name);
    if (isGlobal && this.assignedElsewhere.has(name)) return true;
    if (scope.globals.has(name)) return scope.module.scope.assigned.has(name);
    if (scope.captured.has(name) && this.assignedElsewhere.has(name)) return true;
    if (!scope.captures.has(name)) return false;
    for (let outer = scope.parent; outer !== null; outer = outer.parent) {
      if (outer.assigned.has(name) || this.assignedElsewhere.has(name)) return true;
    }
    return false;
  }

  private variableCure(name: string): string | undefined {
    const known = new Set([...this.scope.assigned, ...this.names.environment.variables.keys()]);
    const main = this.scope.module.scope;
    if (!this.scope.isMain && main.assigned.has(name)) {
      return `A function has variables of its own; write global $${name}; first.`;
    }
    const longest = [...known]
      .filter((other) => name.startsWith(`${other}_`))
      .toSorted(byLength)[0];
    if (longest !== undefined) return `For $${longest} and text after it, write \${${longest}}.`;
    const elsewhere = this.names.environment.elsewhere?.("variable", name);
    if (elsewhere !== undefined) return elsewhere;
    const close = this.names.closest(name, known);
    return close === undefined ? undefined : `Did you mean $${close}?`;
  }

  private callee(node: Expression): Callee {
    return resolveCallee(this.names, this.scope.module, this.owner, node);
  }

  private checkCall(node: Call): void {
    this.callees.add(node.callee);
    const callee = this.callee(node.callee);
    if (node.callee.kind === "Name" && callee.kind === "value") {
      this.checkName(node.callee, true);
      return;
    }
    const counts = countsOf(callee);
    if (counts === null || node.args.some(({ isSpread }) => isSpread)) return;
    if (callee.kind === "host") {
      for (const one of argumentMistakes(node, callee.signature)) this.reportPattern(one);
    }
    const given = node.args.length;
    if (given >= counts.least && given <= counts.most) return;
    this.unit.report(
      "error",
      "wrong-argument-count",
      node,
      `\`${counts.name}\` takes ${countWords(counts.least, counts.most)}, not ${given}.`,
    );
  }

  private checkName(node: Extract<Expression, { kind: "Name" }>, isCalled: boolean): void {
    if (this.callee(node).kind !== "value") return;
    const { name } = node;
    const message =
      name === "eval" || name === "get_defined_functions"
        ? `\`${name}\` is not part of this language.`
        : isCalled
          ? `There is no function \`${name}\` here.`
          : `\`${name}\` means nothing here.`;
    const cure = this.behindDots.has(node)
      ? `A member is named with an arrow: ->${name}${isCalled ? "" : `; an element with brackets: ["${name}"]`}.`
      : this.nameCure(name, isCalled);
    this.unit.report("error", "unknown-function", node, message, { cure });
  }

  private nameCure(name: string, isCalled: boolean): string | undefined {
    const { environment } = this.names;
    if (!isCalled && (this.scope.assigned.has(name) || environment.variables.has(name))) {
      return `Write $${name}.`;
    }
    const told = foreignCure(name, isCalled) ?? environment.elsewhere?.("function", name);
    if (told !== undefined) return told;
    const { module } = this.scope;
    const known = [
      ...environment.functions.keys(),
      ...module.functions.keys(),
      ...module.classes.keys(),
    ];
    const close = this.names.closest(name, known);
    if (close !== undefined) return `Did you mean ${close}?`;
    return isCalled ? undefined : "A variable begins with $, a text stands between quotes.";
  }

  private checkScoped(node: Extract<Expression, { kind: "Scoped" }>): void {
    const { module } = this.scope;
    const type = node.scope === "static" ? this.owner : module.classes.get(node.scope);
    const space = module.namespaces.get(node.scope);
    if (type === undefined || type === null) {
      if (space === undefined) {
        const message =
          node.scope === "static"
            ? "`static::` stands inside classes only."
            : `There is no class \`${node.scope}\`.`;
        this.unit.report("error", "unknown-class", node, message);
        return;
      }
      const isKnown = node.isVariable
        ? space.scope.assigned.has(node.name)
        : space.functions.has(node.name) || space.classes.has(node.name);
      if (!isKnown) this.reportMember(node, `The module has no \`${node.name}\`.`);
      return;
    }
    const isKnown = node.isVariable ? type.statics.has(node.name) : type.methods.has(node.name);
    if (!isKnown) this.reportMember(node, `\`${type.name}\` has no static \`${node.name}\`.`);
    else if (
      type.privates.has(node.isVariable ? `$${node.name}` : node.name) &&
      type !== this.owner
    ) {
      this.unit.report(
        "error",
        "private",
        node,
        `\`${node.name}\` of \`${type.name}\` is private.`,
      );
    }
  }

  private reportMember(span: Span, message: string): void {
    this.unit.report("error", "unknown-member", span, message);
  }

  private reportPattern(mistake: PatternMistake | null): void {
    if (mistake !== null) this.unit.report("error", "bad-pattern", mistake.span, mistake.message);
  }

  private checkCacheOptions(options: Expression): void {
    if (options.kind !== "Array") return;
    for (const { key } of options.items) {
      const name = key === null ? null : plainText(key);
      if (name === null || cacheOptions.has(name)) continue;
      const close = this.names.closest(name, cacheOptions);
      this.unit.report(
        "warning",
        "unknown-option",
        key ?? options,
        `\`cache\` has no \`${name}\`.`,
        {
          cure:
            close === undefined
              ? `It takes ${[...cacheOptions].join(", ")}.`
              : `Did you mean ${close}?`,
        },
      );
    }
  }

  private checkCache(call: Call): void {
    const callee = this.callee(call.callee);
    const isAllowed =
      callee.kind === "user" ||
      (callee.kind === "host" &&
        (callee.signature.role === "function" || callee.signature.role === "lookup") &&
        !callee.name.startsWith("Scan"));
    if (isAllowed || callee.kind === "value") return;
    const name = call.callee.kind === "Name" ? call.callee.name : "this";
    this.unit.report("error", "not-cacheable", call, `\`${name}\` cannot be cached.`, {
      cure: "Only functions that answer without changing anything can.",
    });
  }
}

/** hsl.md §5. */
const cacheOptions: ReadonlySet<string> = new Set([
  ...["ttl", "ttl_override", "ttl_function", "update_function", "argv_filter"],
  ...["force", "size", "namespace", "per_message", "lru"],
]);

const byLength = (a: string, b: string): number => b.length - a.length;
