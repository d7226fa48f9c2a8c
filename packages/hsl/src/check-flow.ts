/**
 * Follows every path through a script: which variables surely have a value, and
 * which statements no path reaches. Both give warnings, since a path that looks
 * possible may never be taken.
 */

import { rootVariable } from "./assigned-names.ts";
import type {
  Assignment,
  Binary,
  Call,
  Conditional,
  Expression,
  For,
  Foreach,
  If,
  Import,
  Include,
  Match,
  Statement,
  Switch,
  Try,
  While,
} from "./ast.ts";
import { resolveCallee } from "./callee.ts";
import type { Facts } from "./facts.ts";
import { isHarmless, issetIn, isTrue, join, patternTargets, type State } from "./flow-state.ts";
import { KnownVariables } from "./known-variables.ts";
import type { Names } from "./names.ts";
import type { ClassInfo, FunctionInfo, Scope } from "./scope.ts";
import type { Span } from "./source.ts";
import type { Unit } from "./unit.ts";
import { childrenOf } from "./walk.ts";

export const checkFlow = (names: Names, { calls }: Facts): void => {
  const endings = new Endings(names);
  for (const info of calleesFirst(names.functions, calls)) endings.never(info);
  for (const module of names.modules.values()) {
    new FlowChecker(names, endings, module.scope, null, module.unit).run(
      module.unit.program.body,
      [],
    );
  }
};

/** So that nobody's check has to wait for another's: a long chain of calls would be a deep one of checks. */
const calleesFirst = (
  functions: readonly FunctionInfo[],
  calls: Facts["calls"],
): ReadonlySet<FunctionInfo> => {
  const seen = new Set<FunctionInfo>();
  const order = new Set<FunctionInfo>();
  for (const root of functions) {
    const pending = [root];
    for (let info = pending.at(-1); info !== undefined; info = pending.at(-1)) {
      if (seen.has(info)) {
        order.add(info);
        pending.pop();
        continue;
      }
      seen.add(info);
      for (const call of calls.get(info) ?? []) if (!seen.has(call.info)) pending.push(call.info);
    }
  }
  return order;
};

/** Which functions never return, because every path ends in a final action. */
class Endings {
  private readonly names: Names;
  private readonly known = new Map<FunctionInfo, boolean>();
  private lentNames: ReadonlySet<string> | undefined;

  constructor(names: Names) {
    this.names = names;
  }

  /** Globals that functions share with the script. */
  readonly lent = (): ReadonlySet<string> => {
    this.lentNames ??= new Set(this.names.functions.flatMap(({ scope }) => [...scope.globals]));
    return this.lentNames;
  };

  /** The first question about a function checks it. */
  never(info: FunctionInfo): boolean {
    const known = this.known.get(info);
    if (known !== undefined) return known;
    this.known.set(info, false);
    const flow = new FlowChecker(this.names, this, info.scope, info.owner, info.unit);
    const given = info.parameters.map(({ name }) => name);
    const ends = flow.run(info.body, given) === null && !flow.returns;
    this.known.set(info, ends);
    return ends;
  }
}

type Loop = { breaks: State; readonly isSwitch: boolean };

class FlowChecker {
  returns = false;
  private readonly names: Names;
  private readonly endings: Endings;
  private readonly scope: Scope;
  private readonly variables: KnownVariables;
  private readonly owner: ClassInfo | null;
  private unit: Unit;
  private readonly loops: Loop[] = [];
  private readonly warned = new Set<string>();

  constructor(names: Names, endings: Endings, scope: Scope, owner: ClassInfo | null, unit: Unit) {
    this.names = names;
    this.endings = endings;
    this.scope = scope;
    this.owner = owner;
    this.unit = unit;
    this.variables = new KnownVariables(scope, endings.lent);
  }

  run(body: readonly Statement[], given: readonly string[]): State {
    return this.list(body, this.variables.given(given));
  }

  private list(body: readonly Statement[], before: State): State {
    let state = before;
    let isReported = before === null;
    for (const statement of body) {
      if (state === null && !isReported && !isHarmless(statement)) {
        isReported = true;
        this.unit.report("warning", "unreachable", statement, "This is never reached.", {
          cure: "What stands before it ends the script or the loop in every case.",
        });
      }
      state = this.statement(statement, state);
    }
    return state;
  }

  private statement(node: Statement, state: State): State {
    switch (node.kind) {
      case "Expression":
        this.checkEffect(node.expression);
        return this.expression(node.expression, state);
      case "Echo":
        return this.expression(node.value, state);
      case "Throw":
        this.expression(node.value, state);
        return null;
      case "Return":
        if (node.value !== null) this.expression(node.value, state);
        if (state !== null) this.returns = true;
        return null;
      case "Block":
        return this.list(node.body, state);
      case "If":
        return this.branches(node, state);
      case "While":
        return this.while(node, state);
      case "Forever":
        return this.loop(state, node.body, true);
      case "For":
        return this.for(node, state);
      case "Foreach":
        return this.foreach(node, state);
      case "Switch":
        return this.switch(node, state);
      case "Break":
      case "Continue":
        this.leave(node, state);
        return null;
      case "Try":
        return this.try(node, state);
      case "Barrier":
        // the shared variable is unset the first time
        return this.list(node.body, this.expression(node.name, state));
      case "Include":
        return this.include(node, state);
      case "Import":
        return this.import(node, state);
      default:
        return state;
    }
  }

  /** These do nothing as statements: an action without its parentheses, or == for =. */
  private checkEffect(node: Expression): void {
    if (node.kind === "Name") {
      const message = `\`${node.name}\` is only named here, and not called.`;
      this.unit.report("warning", "no-effect", node, message, { cure: `Write ${node.name}().` });
    } else if (node.kind === "Binary" && node.operator === "==" && node.left.kind === "Variable") {
      const message = "This compares, and nothing comes of it.";
      this.unit.report("warning", "no-effect", node, message, { cure: "Write = to give a value." });
    }
  }

  private branches(node: If, before: State): State {
    let after: State = null;
    let state = before;
    for (const { test, body } of node.arms) {
      state = this.expression(test, state);
      after = join(after, this.statement(body, this.variables.assignAll(state, issetIn(test))));
    }
    return join(after, node.otherwise === null ? state : this.statement(node.otherwise, state));
  }

  private while({ test, body }: While, state: State): State {
    return this.loop(this.expression(test, state), body, isTrue(test));
  }

  private for({ init, test, step, body }: For, state: State): State {
    let begun = state;
    for (const one of init) begun = this.expression(one, begun);
    if (test !== null) begun = this.expression(test, begun);
    return this.loop(begun, body, test === null, step);
  }

  private foreach({ subject, key, value, body }: Foreach, state: State): State {
    const names = key === null ? [value.name] : [value.name, key.name];
    return this.loop(this.expression(subject, state), body, false, [], names);
  }

  /** `tested` is what is known where the body begins, and where the loop ends by itself. */
  private loop(
    tested: State,
    body: Statement,
    isEndless: boolean,
    step: readonly Expression[] = [],
    assigned: readonly string[] = [],
  ): State {
    const loop: Loop = { breaks: null, isSwitch: false };
    this.loops.push(loop);
    const inside = this.variables.assignAll(tested, assigned);
    let ended = this.statement(body, inside) ?? inside;
    // after `continue` the step may see less; it is looked at with what is sure before the body
    for (const one of step) ended = this.expression(one, ended);
    this.loops.pop();
    return isEndless ? loop.breaks : join(tested, loop.breaks);
  }

  private try({ body, variable, handler }: Try, state: State): State {
    const tried = this.list(body, state);
    return join(tried, this.list(handler, this.variables.assign(state, variable?.name ?? null)));
  }

  private include(node: Include, state: State): State {
    const unit = this.names.linked.includes.get(node);
    if (unit === undefined) return state;
    const outer = this.unit;
    this.unit = unit;
    const after = this.list(unit.program.body, state);
    this.unit = outer;
    return after;
  }

  private import({ what }: Import, state: State): State {
    if (what.kind === "ImportData") return this.variables.assign(state, what.variable.name);
    if (what.kind !== "ImportList") return state;
    return this.variables.assignAll(
      state,
      what.items.map(({ local }) => local),
    );
  }

  private switch(node: Switch, before: State): State {
    const loop: Loop = { breaks: null, isSwitch: true };
    const entered = this.expression(node.subject, before);
    this.loops.push(loop);
    let falling: State = null;
    let tested = entered;
    for (const { test, body } of node.cases) {
      if (test !== null) tested = this.expression(test, tested);
      falling = this.list(body, join(tested, falling));
    }
    this.loops.pop();
    const hasDefault = node.cases.some(({ test }) => test === null);
    return join(join(falling, loop.breaks), hasDefault ? null : tested);
  }

  private leave(node: Statement, state: State): void {
    const loop = this.loops.findLast(({ isSwitch }) => node.kind === "Break" || !isSwitch);
    if (loop === undefined) {
      const word = node.kind === "Break" ? "break" : "continue";
      this.unit.report("error", "misplaced", node, `\`${word}\` stands inside loops only.`);
    } else if (node.kind === "Break") {
      loop.breaks = join(loop.breaks, state);
    }
  }

  private expression(node: Expression, state: State): State {
    switch (node.kind) {
      case "Variable":
        this.read(node.name, node, state);
        return state;
      case "Number":
      case "Boolean":
      case "Name":
        return state;
      case "String":
        for (const part of node.parts)
          if (typeof part !== "string") this.read(part.name, part, state);
        return state;
      case "Assignment":
        return this.assignment(node, state);
      case "Binary":
        return this.binary(node, state);
      case "Call":
        return this.call(node, state);
      case "Coalesce":
        this.expression(node.right, state);
        return state;
      case "Conditional":
        return this.conditional(node, state);
      case "Isset":
      case "Function":
        return state;
      case "Unset":
        return this.variables.forget(state, node.targets);
      case "Match":
        return this.match(node, state);
      default: {
        let after = state;
        for (const child of childrenOf(node)) {
          const value = child.kind === "Item" || child.kind === "Argument" ? child.value : child;
          after = this.expression(value as Expression, after); // only those two wrap an expression here
        }
        return after;
      }
    }
  }

  private assignment({ target, operator, value }: Assignment, state: State): State {
    if (target.kind !== "Pattern") {
      const after = this.expression(value, this.insideTarget(target, state, operator));
      return this.variables.assign(after, rootVariable(target));
    }
    const targets = patternTargets(target);
    let after = state;
    for (const place of targets) after = this.insideTarget(place, after, operator);
    after = this.expression(value, after);
    for (const place of targets) after = this.variables.assign(after, rootVariable(place));
    return after;
  }

  private binary({ operator, left, right }: Binary, state: State): State {
    const after = this.expression(left, state);
    if (operator !== "and" && operator !== "or") return this.expression(right, after);
    this.expression(
      right,
      operator === "and" ? this.variables.assignAll(after, issetIn(left)) : after,
    );
    return after; // the right side may not have run
  }

  private call({ callee, args }: Call, state: State): State {
    let after = state;
    for (const { value } of args) after = this.expression(value, after);
    if (callee.kind !== "Name") return this.expression(callee, after);
    return this.ends(callee) ? null : after;
  }

  private conditional({ test, consequent, otherwise }: Conditional, state: State): State {
    const tested = this.expression(test, state);
    const known = this.variables.assignAll(tested, issetIn(test));
    const chosen = consequent === null ? tested : this.expression(consequent, known);
    return join(chosen, this.expression(otherwise, tested));
  }

  private match({ subject, arms }: Match, state: State): State {
    const after = this.expression(subject, state);
    for (const { tests, value } of arms) {
      for (const test of tests ?? []) this.expression(test, after);
      this.expression(value, after);
    }
    return after;
  }

  /** The place is about to get a value; its subscripts are read. */
  private insideTarget(target: Expression, state: State, operator: string): State {
    if (operator !== "=" && operator !== "??=") return this.expression(target, state);
    if (target.kind === "Variable" || target.kind === "Scoped") return state;
    if (target.kind === "Index") {
      const inner = this.insideTarget(target.object, state, operator);
      return target.index === null ? inner : this.expression(target.index, inner);
    }
    return target.kind === "Member" ? this.expression(target.object, state) : state;
  }

  private ends(callee: Expression): boolean {
    const found = resolveCallee(this.names, this.scope.module, this.owner, callee);
    if (found.kind === "host") return found.signature.role === "action";
    return found.kind === "user" && this.endings.never(found.info);
  }

  private read(name: string, span: Span, state: State): void {
    if (!this.variables.lacks(state, name) || this.warned.has(name)) return;
    this.warned.add(name);
    const message = `\`$${name}\` may have no value here.`;
    this.unit.report("warning", "undefined-variable", span, message, {
      cure: `Give it one on every path, or ask isset($${name}).`,
    });
  }
}
