/**
 * The state of one run: variables, counters, and the place it is at.
 *
 * Memory is charged as it is made and never given back piece by piece. When the
 * charge reaches the limit, what the script can still reach is counted, and
 * only that decides; a long loop of short-lived strings costs a few counts.
 */
import type { Ending, FunctionBody, Host, Limits, RunContext } from "./host.ts";
import { bytesOf, withDefaults } from "./limits.ts";
import { MemoryCounter } from "./memory-counter.ts";
import type { Program } from "./program.ts";
import { ScriptError, type Site } from "./values/errors.ts";
import { meterFor } from "./values/meter.ts";
import type { HslObject } from "./values/object.ts";
import type { Value } from "./values/value.ts";

/** A variable that closures share. */
export type Cell = { value: Value | undefined };

export type Slots = (Value | undefined)[];

/** The variables of one call. The script's own frame holds the globals. */
export class Frame {
  readonly run: Run;
  readonly slots: Slots;
  readonly cells: Cell[];
  readonly self: HslObject | null;
  readonly caller: Frame | null;
  /** What `return` gave. */
  result: Value = null;

  constructor(run: Run, slots: Slots, cells: Cell[], self: HslObject | null, caller: Frame | null) {
    this.run = run;
    this.slots = slots;
    this.cells = cells;
    this.self = self;
    this.caller = caller;
  }
}

const stepsBetweenClockReadings = 2_000;
const mostWarnings = 100;
const startSite: Site = { line: 1, column: 1, offset: 0 };

export class Run implements RunContext {
  readonly host: Host;
  readonly limits: Limits;
  readonly program: Program;
  readonly globals: Slots;
  readonly context: Slots;
  readonly bodies: (FunctionBody | undefined)[] = [];
  readonly perMessageCache = new Map<string, Value>();
  site: Site = startSite;
  steps = 0;
  /** Step at which somebody looks at clock and limits again. */
  checkpoint = 0;
  memory = 0;
  depth = 0;
  lines = 0;
  /** The action that a statement ended the run with. */
  ending: Ending | null = null;
  /** The innermost call, from which everything reachable is found. */
  top: Frame;
  private readonly root: Frame;
  /** Bodies of host functions that are calling back: what they hold cannot be counted. */
  unseen = 0;
  /** Places that a warning has been told of; made with the first. */
  private warned: Set<Site> | undefined;
  private readonly startedAt: number;
  private burstStartedAt: number;

  constructor(program: Program, host: Host) {
    this.program = program;
    this.host = host;
    this.limits = withDefaults(host.limits);
    this.globals = new Array<Value | undefined>(program.globalCount).fill(undefined);
    this.context = new Array<Value | undefined>(program.contextNames.length).fill(undefined);
    this.root = new Frame(this, this.globals, [], null, null);
    this.top = this.root;
    this.startedAt = host.monotonic();
    this.burstStartedAt = this.startedAt;
    this.checkpoint = Math.min(stepsBetweenClockReadings, this.limits.steps + 1);
    meterFor(this);
  }

  /** What `return` at the top level gave. */
  get rootResult(): Value {
    return this.root.result;
  }

  step(): void {
    this.steps += 1;
    if (this.steps >= this.checkpoint) this.check();
  }

  /** A statement begins: whatever budget it spends is spent there. */
  enter(site: Site): void {
    this.site = site;
    this.steps += 1;
    if (this.steps >= this.checkpoint) this.check();
  }

  /** Steps and clock against their limits. */
  check(): void {
    if (this.steps > this.limits.steps) {
      throw this.exceeded("steps", `the script took more than ${this.limits.steps} steps`);
    }
    this.checkpoint = Math.min(this.steps + stepsBetweenClockReadings, this.limits.steps + 1);
    const now = this.host.monotonic();
    this.checkWall(now);
    if ((now - this.burstStartedAt) * 1000 > this.limits.cpuMilliseconds) {
      throw this.exceeded(
        "cpu",
        `the script ran for more than ${this.limits.cpuMilliseconds} ms without a pause`,
      );
    }
  }

  /** After a wait: a new stretch of computing begins. */
  resumed(): void {
    meterFor(this);
    const now = this.host.monotonic();
    this.burstStartedAt = now;
    this.checkWall(now);
  }

  private checkWall(now: number): void {
    if (this.host.signal?.aborted === true) throw this.exceeded("wall", "the run was cancelled");
    if ((now - this.startedAt) * 1000 > this.limits.wallMilliseconds) {
      throw this.exceeded("wall", `the script took more than ${this.limits.wallMilliseconds} ms`);
    }
  }

  exceeded(budget: string, message: string): ScriptError {
    return new ScriptError(`budget-${budget}`, message, this.site);
  }

  allocate(bytes: number): void {
    this.memory += bytes;
    if (this.memory > this.limits.memoryBytes) this.recount();
  }

  /** A new string: its own limit, then the budget. */
  allocateString(length: number): void {
    if (length > this.limits.stringBytes) throw this.stringTooLong();
    this.allocate(length + bytesOf.string);
  }

  stringTooLong(): ScriptError {
    return this.exceeded("string", `a string grew beyond ${this.limits.stringBytes} bytes`);
  }

  checkItems(count: number): void {
    if (count > this.limits.arrayItems) {
      throw this.exceeded("array", `an array grew beyond ${this.limits.arrayItems} items`);
    }
  }

  readonly charge = (steps: number, bytes: number): void => {
    this.steps += steps;
    if (this.steps >= this.checkpoint) this.check();
    this.allocate(bytes);
  };

  readonly checkTime = (): void => this.check();

  readonly call = (fn: Value, args: Value[]): Value | Promise<Value> => {
    const { unseen } = this;
    this.unseen = unseen + 1;
    let result: Value | Promise<Value> = null;
    try {
      result = this.program.callValue(this, fn, args, this.site);
    } finally {
      if (!(result instanceof Promise)) this.unseen = unseen;
    }
    if (!(result instanceof Promise)) return result;
    return result.finally(() => {
      this.unseen = unseen;
    });
  };

  /** Tells the host of something odd at a place, the first time the run is there. */
  warnOnce(message: string, site: Site): void {
    this.warned ??= new Set();
    if (this.warned.has(site) || this.warned.size >= mostWarnings) return;
    this.warned.add(site);
    this.host.warn?.(site.inside === undefined ? message : `${site.inside}: ${message}`, site);
  }

  /** A modifier may have changed what the context's variables say: ask again. */
  forgetContext(): void {
    const { writableContext } = this.program;
    for (let i = 0; i < this.context.length; i++) {
      if (!writableContext.has(i)) this.context[i] = undefined;
    }
  }

  private recount(): void {
    if (this.unseen > 0) throw this.memoryExceeded();
    const counter = new MemoryCounter();
    counter.addAll(this.globals);
    for (let frame: Frame | null = this.top; frame !== null; frame = frame.caller) {
      counter.addAll(frame.slots);
      for (const { value } of frame.cells) counter.add(value);
      if (frame.self !== null) counter.add(frame.self);
    }
    const { bytes, items } = counter.count(this.limits.memoryBytes);
    this.steps += items >> 4;
    this.memory = bytes;
    if (bytes > this.limits.memoryBytes) throw this.memoryExceeded();
  }

  private memoryExceeded(): ScriptError {
    return this.exceeded("memory", `the script used more than ${this.limits.memoryBytes} bytes`);
  }
}
