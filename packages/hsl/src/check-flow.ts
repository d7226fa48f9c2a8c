/**
 * Follows every path through a script: which variables surely have a value, and
 * which statements no path reaches. Both give warnings, since a path that looks
 * possible may never be taken.
 */

import { rootVariable } from "./assigned-names.ts";
import type { Expression, If, Statement, Switch } from "./ast.ts";
import { resolveCallee } from "./callee.ts";
import type { Facts } from "./facts.ts";
import { isHarmless, issetIn, isTrue, join, patternTargets, type State } from "./flow-state.ts";
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

  constructor(names: Names) {
    this.names = names;
  }

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

/** A state has a bit for each variable; beyond so many the question is not asked. */
const maxTracked = 5_000;

type Loop = { breaks: State; readonly isSwitch: boolean };

class FlowChecker {
  returns = false;
  private readonly names: Names;
  private readonly endings: Endings;
  private readonly scope: Scope;
  private readonly owner: ClassInfo | null;
  private unit: Unit;
  private readonly loops: Loop[] = [];
  private readonly warned = new Set<string>();
  /** Assigned somewhere else too, at a time nobody knows. */
  private readonly shared: ReadonlySet<string>;
  private readonly bits = new Map<string, bigint>();
  private readonly isTracked: boolean;

  constructor(names: Names, endings: Endings, scope: Scope, owner: ClassInfo | null, unit: Unit) {
    this.names = names;
    this.endings = endings;
    this.scope = scope;
    this.owner = owner;
    this.unit = unit;
    this.isTracked = scope.assigned.size <= maxTracked;
    const lent = scope.isMain ? names.functions.flatMap((info) => [...info.scope.globals]) : [];
    this.shared = new Set([...scope.captured, ...scope.captures, ...scope.globals, ...lent]);
  }

  run(body: readonly Statement[], given: readonly string[]): State {
    return this.list(body, this.bitsOf(given));
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
        return this.loop(state, (s) => this.expression(node.test, s), node.body, isTrue(node.test));
      case "Forever":
        return this.loop(state, (s) => s, node.body, true);
      case "For": {
        const begun = node.init.reduce((s, e) => this.expression(e, s), state);
        const test = (s: State): State => (node.test === null ? s : this.expression(node.test, s));
        const after = this.loop(begun, test, node.body, node.test === null, node.step);
        return after;
      }
      case "Foreach": {
        const source = this.expression(node.subject, state);
        const names = node.key === null ? [node.value.name] : [node.value.name, node.key.name];
        return this.loop(source, (s) => s, node.body, false, [], names);
      }
      case "Switch":
        return this.switch(node, state);
      case "Break":
      case "Continue":
        this.leave(node, state);
        return null;
      case "Try": {
        const tried = this.list(node.body, state);
        const caught = node.variable === null ? state : this.assign(state, node.variable.name);
        return join(tried, this.list(node.handler, caught));
      }
      case "Barrier": {
        const named = this.expression(node.name, state);
        // the shared variable is unset the first time
        return this.list(node.body, named);
      }
      case "Include": {
        const unit = this.names.linked.includes.get(node);
        if (unit === undefined) return state;
        const outer = this.unit;
        this.unit = unit;
        const after = this.list(unit.program.body, state);
        this.unit = outer;
        return after;
      }
      case "Import":
        if (node.what.kind === "ImportData") return this.assign(state, node.what.variable.name);
        if (node.what.kind !== "ImportList") return state;
        return node.what.items.reduce((s, { local }) => this.assign(s, local), state);
      default:
        return state;
    }
  }

  private branches(node: If, before: State): State {
    let after: State = null;
    let state = before;
    for (const { test, body } of node.arms) {
      state = this.expression(test, state);
      const known = issetIn(test).reduce((s, name) => this.assign(s, name), state);
      after = join(after, this.statement(body, known));
    }
    return join(after, node.otherwise === null ? state : this.statement(node.otherwise, state));
  }

  private loop(
    before: State,
    test: (state: State) => State,
    body: Statement,
    isEndless: boolean,
    step: readonly Expression[] = [],
    assigned: readonly string[] = [],
  ): State {
    const loop: Loop = { breaks: null, isSwitch: false };
    this.loops.push(loop);
    const tested = test(before);
    const inside = assigned.reduce((s, name) => this.assign(s, name), tested);
    const ended = this.statement(body, inside);
    // after `continue` the step may see less; it is looked at with what is sure before the body
    step.reduce((s, e) => this.expression(e, s), ended ?? inside);
    this.loops.pop();
    return isEndless ? loop.breaks : join(tested, loop.breaks);
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
      case "Assignment": {
        const targets =
          node.target.kind === "Pattern" ? patternTargets(node.target) : [node.target];
        let after = targets.reduce(
          (s, target) => this.insideTarget(target, s, node.operator),
          state,
        );
        after = this.expression(node.value, after);
        for (const target of targets) after = this.assign(after, rootVariable(target));
        return after;
      }
      case "Binary": {
        const left = this.expression(node.left, state);
        if (node.operator !== "and" && node.operator !== "or")
          return this.expression(node.right, left);
        const known = node.operator === "and" ? issetIn(node.left) : [];
        this.expression(
          node.right,
          known.reduce((s, name) => this.assign(s, name), left),
        );
        return left; // the right side may not have run
      }
      case "Coalesce":
        this.expression(node.right, state);
        return state;
      case "Conditional": {
        const tested = this.expression(node.test, state);
        const known = issetIn(node.test).reduce((s, name) => this.assign(s, name), tested);
        const chosen = node.consequent === null ? tested : this.expression(node.consequent, known);
        return join(chosen, this.expression(node.otherwise, tested));
      }
      case "Isset":
      case "Function":
        return state;
      case "Unset":
        return this.forget(node.targets, state);
      case "Match": {
        const subject = this.expression(node.subject, state);
        for (const { tests, value } of node.arms) {
          for (const test of tests ?? []) this.expression(test, subject);
          this.expression(value, subject);
        }
        return subject;
      }
      case "Call": {
        const inner = node.args.reduce((s, { value }) => this.expression(value, s), state);
        if (node.callee.kind !== "Name") return this.expression(node.callee, inner);
        return this.ends(node.callee) ? null : inner;
      }
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

  private bit(name: string): bigint {
    let bit = this.bits.get(name);
    if (bit === undefined) {
      bit = 1n << BigInt(this.bits.size);
      this.bits.set(name, bit);
    }
    return bit;
  }

  private bitsOf(names: readonly string[]): bigint {
    return names.reduce((all, name) => all | this.bit(name), 0n);
  }

  private assign(state: State, name: string | null): State {
    if (state === null || name === null || !this.isTracked) return state;
    return state | this.bit(name);
  }

  private forget(targets: readonly Expression[], state: State): State {
    if (state === null || !this.isTracked) return state;
    const names = targets.flatMap((target) => (target.kind === "Variable" ? [target.name] : []));
    return state & ~this.bitsOf(names);
  }

  private read(name: string, span: Span, state: State): void {
    if (state === null || !this.isTracked || this.shared.has(name)) return;
    const bit = this.bits.get(name);
    if (bit !== undefined && (state & bit) !== 0n) return;
    const { kind } = this.scope.binding(name);
    if ((kind !== "local" && kind !== "global") || this.warned.has(name)) return;
    this.warned.add(name);
    this.unit.report(
      "warning",
      "undefined-variable",
      span,
      `\`$${name}\` may have no value here.`,
      {
        cure: `Give it one on every path, or ask isset($${name}).`,
      },
    );
  }
}
