/**
 * What the machine borrows from whoever runs a script. The language itself
 * touches nothing: no clock, no random source, no network, no log.
 */
import type { Value } from "./values/value.ts";

/** The part of `AbortSignal` a run needs; this package is typed without DOM and Node. */
export type CancelSignal = {
  readonly aborted: boolean;
  readonly addEventListener: (
    type: "abort",
    listener: () => void,
    options?: { once?: boolean },
  ) => void;
  readonly removeEventListener: (type: "abort", listener: () => void) => void;
};

/** Returned by the body of an action: the run is over. */
export class Ending {
  readonly action: string;
  readonly args: readonly Value[];
  constructor(action: string, args: readonly Value[]) {
    this.action = action;
    this.args = args;
  }
}

export type CallSite = { readonly line: number; readonly column: number };

/** A body gets its arguments by value. It may throw `ScriptError` for a wrong argument. */
export type FunctionBody = (
  args: Value[],
  run: RunContext,
) => Value | Ending | Promise<Value | Ending>;

/** What a body may use of the run that calls it. */
export type RunContext = {
  readonly host: Host;
  /** Calls a function value that was given as an argument (array_map's callback). */
  readonly call: (fn: Value, args: Value[]) => Value | Promise<Value>;
  /** Counts steps and memory made by a body; throws when the budget is used up. */
  readonly charge: (steps: number, bytes: number) => void;
  /** Throws when the run's time is over; for a body that works long in one piece. */
  readonly checkTime?: (() => void) | undefined;
  readonly site: CallSite;
};

export type Limits = {
  readonly steps: number; // default 5_000_000
  readonly wallMilliseconds: number; // default 10_000
  readonly cpuMilliseconds: number; // between two waits; default 100
  readonly memoryBytes: number; // default 32 MiB
  readonly stringBytes: number; // default 8 MiB
  readonly arrayItems: number; // default 100_000
  readonly depth: number; // default 200
  readonly outputLines: number; // default 1_000
  readonly outputBytes: number; // of one line; default 4_096
};

export type Host = {
  readonly functions: ReadonlyMap<string, FunctionBody>;
  /** Value of a context variable; `undefined` when this run has none. Asked once a run, and again after a modifier. */
  readonly variable: (name: string) => Value | undefined;
  readonly setVariable?: (name: string, value: Value) => void; // writable ones
  readonly echo: (line: string) => void; // a byte string, cut to the limit
  /** What a script does and its writer hardly meant; told once for each place of a run. */
  readonly warn?: (message: string, site: CallSite) => void;
  readonly probe?: (id: number) => void;
  readonly now: () => number; // unix seconds with fraction
  readonly monotonic: () => number; // seconds
  readonly random: () => number; // 0 ≤ x < 1
  readonly signal?: CancelSignal;
  readonly limits?: Partial<Limits>;
  /** `cache […] f()` and `barrier` live outside the run. Absent: every call is made, no lock. */
  readonly cache?: ScriptCache;
  readonly barriers?: Barriers;
};

export type ScriptCache = {
  readonly get: (space: string, key: string) => Value | undefined;
  readonly set: (
    space: string,
    key: string,
    value: Value,
    options: { ttlSeconds: number; size: number; lru: boolean },
  ) => void;
};

export type Barriers = {
  /** Waits for the lock; `release` gets the new shared value (`undefined` = unchanged). */
  readonly acquire: (
    name: string,
    signal: CancelSignal | undefined,
  ) => Promise<{ readonly shared: Value | undefined; readonly release: (shared?: Value) => void }>;
};

/** Where something went wrong; `line` and `column` count from 1, `offset` from 0, in the compiled text. */
export type ScriptFault = {
  readonly code: string; // "budget-steps", "undefined-variable", "wrong-argument", "uncaught-exception", …
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly offset: number;
};

export type RunResult =
  | {
      readonly kind: "action";
      readonly action: string;
      readonly args: readonly Value[];
      readonly steps: number;
    }
  | { readonly kind: "end"; readonly value: Value; readonly steps: number } // fell off the end, or `return`
  | { readonly kind: "error"; readonly error: ScriptFault; readonly steps: number };

/** A probe fires when the first statement that begins at or after `offset` is about to run. */
export type Probe = { readonly id: number; readonly offset: number };

export type CompiledScript = {
  /** Synchronous unless something waits. Never throws for what a script does. */
  readonly run: (host: Host) => RunResult | Promise<RunResult>;
  /** Context variables the script can read, for static analysis (does it depend on the recipient?). */
  readonly reads: ReadonlySet<string>;
  readonly calls: ReadonlySet<string>;
};
