/** What each function calls, and so which may have to wait and which call themselves. */
import type { AnyNode } from "./ast.ts";
import { resolveCallee } from "./callee.ts";
import type { Names } from "./names.ts";
import type { ClassInfo, FunctionInfo, Module } from "./scope.ts";
import type { Span } from "./source.ts";
import type { Unit } from "./unit.ts";

export type CallFact = { readonly info: FunctionInfo; readonly span: Span; readonly unit: Unit };

export type Facts = {
  /** Calls by name, from inside each function. */
  readonly calls: ReadonlyMap<FunctionInfo, readonly CallFact[]>;
  /** Host functions named anywhere. */
  readonly hostNames: ReadonlySet<string>;
  /** Whether a function value, whoever made it, may have to wait. */
  readonly dynamicWaits: boolean;
};

/** Also settles `waits` of every function. */
export const collectFacts = (names: Names): Facts => {
  const collector = new Collector(names);
  for (const module of names.modules.values()) {
    collector.look(module.unit.program.body, module, null, module.unit, null);
  }
  for (const info of names.functions) {
    const defaults = info.parameters.flatMap(({ fallback }) =>
      fallback === null ? [] : [fallback],
    );
    for (const body of [defaults, info.body]) {
      collector.look(body, info.module, info.owner, info.unit, info);
    }
  }
  collector.settleWaits();
  return collector;
};

class Collector implements Facts {
  readonly calls = new Map<FunctionInfo, CallFact[]>();
  readonly hostNames = new Set<string>();
  dynamicWaits = false;
  private readonly names: Names;
  private readonly dynamicCallers = new Set<FunctionInfo>();
  private readonly waiters = new Set<FunctionInfo>();

  constructor(names: Names) {
    this.names = names;
  }

  look(
    body: readonly AnyNode[],
    module: Module,
    owner: ClassInfo | null,
    from: Unit,
    inside: FunctionInfo | null,
  ): void {
    this.names.bodies.each(body, from, (node, unit) => {
      if (node.kind === "Call") this.addCall(node, module, owner, unit, inside);
      else if (node.kind === "Name") this.addName(node, module, owner, inside);
      else if (node.kind === "Barrier") this.waitsIn(inside);
    });
  }

  private addCall(
    node: Extract<AnyNode, { kind: "Call" }>,
    module: Module,
    owner: ClassInfo | null,
    unit: Unit,
    inside: FunctionInfo | null,
  ): void {
    const callee = resolveCallee(this.names, module, owner, node.callee);
    const info =
      callee.kind === "user"
        ? callee.info
        : callee.kind === "class"
          ? callee.info.construct
          : undefined;
    if (inside === null) return;
    if (info !== undefined) {
      const known = this.calls.get(inside) ?? [];
      known.push({ info, span: node, unit });
      this.calls.set(inside, known);
    }
    const callsBack =
      callee.kind === "host" &&
      callee.signature.parameters.some((p) => p.kinds.includes("function"));
    if (callee.kind === "value" || callsBack) this.dynamicCallers.add(inside);
  }

  private addName(
    node: Extract<AnyNode, { kind: "Name" }>,
    module: Module,
    owner: ClassInfo | null,
    inside: FunctionInfo | null,
  ): void {
    const callee = resolveCallee(this.names, module, owner, node);
    if (callee.kind !== "host") return;
    this.hostNames.add(callee.name);
    if (callee.signature.mayWait === true) this.waitsIn(inside);
  }

  private waitsIn(inside: FunctionInfo | null): void {
    this.dynamicWaits = true;
    if (inside !== null) this.waiters.add(inside);
  }

  /** Whoever calls a function that waits, waits. */
  settleWaits(): void {
    if (this.dynamicWaits) for (const info of this.dynamicCallers) this.waiters.add(info);
    for (let grew = true; grew; ) {
      grew = false;
      for (const [caller, calls] of this.calls) {
        if (this.waiters.has(caller) || !calls.some(({ info }) => this.waiters.has(info))) continue;
        this.waiters.add(caller);
        grew = true;
      }
    }
    for (const info of this.waiters) info.waits = true;
  }
}
