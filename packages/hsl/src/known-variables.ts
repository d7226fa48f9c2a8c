/** Which variables of one scope surely have a value, wherever a path has come to. */
import type { Expression } from "./ast.ts";
import type { State } from "./flow-state.ts";
import type { Scope } from "./scope.ts";

/** A state has a bit for each variable; beyond so many the question is not asked. */
const maxTracked = 5_000;

export class KnownVariables {
  private readonly scope: Scope;
  /** Globals that functions share with the script. */
  private readonly lent: () => ReadonlySet<string>;
  private readonly bits = new Map<string, bigint>();
  private readonly isTracked: boolean;

  constructor(scope: Scope, lent: () => ReadonlySet<string>) {
    this.scope = scope;
    this.lent = lent;
    this.isTracked = scope.assigned.size <= maxTracked;
  }

  /** The state in which these have a value. */
  given(names: readonly string[]): State {
    return this.bitsOf(names);
  }

  assign(state: State, name: string | null): State {
    if (state === null || name === null || !this.isTracked) return state;
    return state | this.bit(name);
  }

  assignAll(state: State, names: readonly string[]): State {
    let after = state;
    for (const name of names) after = this.assign(after, name);
    return after;
  }

  forget(state: State, targets: readonly Expression[]): State {
    if (state === null || !this.isTracked) return state;
    const names = targets.flatMap((target) => (target.kind === "Variable" ? [target.name] : []));
    return state & ~this.bitsOf(names);
  }

  /** Whether a variable of the script's own may have no value in this state. */
  lacks(state: State, name: string): boolean {
    if (state === null || !this.isTracked) return false;
    const bit = this.bits.get(name);
    if ((bit !== undefined && (state & bit) !== 0n) || this.isShared(name)) return false;
    const { kind } = this.scope.binding(name);
    return kind === "local" || kind === "global";
  }

  /** Whether it is assigned somewhere else too, at a time nobody knows. */
  private isShared(name: string): boolean {
    const { captured, captures, globals, isMain } = this.scope;
    if (captured.has(name) || captures.has(name) || globals.has(name)) return true;
    return isMain && this.lent().has(name);
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
    let all = 0n;
    for (const name of names) all |= this.bit(name);
    return all;
  }
}
