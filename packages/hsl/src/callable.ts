/** Functions and classes at run time, and how they are called. */
import { countWords } from "./argument-count.ts";
import { after, type Code, type MaybeWait, type Signal, type Step, signal } from "./program.ts";
import { type Cell, Frame, type Run, type Slots } from "./run.ts";
import { HslArray } from "./values/array.ts";
import { ScriptError, type Site } from "./values/errors.ts";
import { HslFunction, HslObject } from "./values/object.ts";
import type { Value } from "./values/value.ts";

export type ParameterSlot = {
  readonly isCell: boolean;
  readonly slot: number;
  /** Default, for a parameter that may be left out. */
  readonly fallback: Code | null;
  readonly isRest: boolean;
};

/** A function of the script. Its code is made at the first call: many scripts bring more than one run needs. */
export class UserCode {
  readonly name: string;
  /** Fills in all that follows; `null` once it has. */
  make: (() => void) | null;
  parameters: readonly ParameterSlot[] = [];
  required = 0;
  hasRest = false;
  /** Every parameter has the slot of its position, so the arguments can be the slots. */
  isPlain = false;
  localCount = 0;
  cellCount = 0;
  body: Step = { waits: false, run: () => signal.next };

  constructor(name: string, make: () => void) {
    this.name = name;
    this.make = make;
  }
}

/** A function value of the script: its code, the variables it took along, its object. */
export class Closure {
  readonly code: UserCode;
  /** Cells by their slot in the closure's own frame. */
  readonly captured: readonly { readonly slot: number; readonly cell: Cell }[];
  readonly self: HslObject | null;

  constructor(code: UserCode, captured: Closure["captured"], self: HslObject | null) {
    this.code = code;
    this.captured = captured;
    this.self = self;
  }
}

/** A function value that is not the script's: a host function, a class, an exception's method. */
export class Native {
  readonly invoke: (run: Run, args: Value[], site: Site) => MaybeWait<Value>;

  constructor(invoke: Native["invoke"]) {
    this.invoke = invoke;
  }
}

export class ClassCode {
  readonly name: string;
  readonly methods = new Map<string, UserCode>();
  readonly natives = new Map<string, (self: HslObject) => Value>();
  readonly privates = new Set<string>();
  readonly readonlys = new Set<string>();
  /** Instance variables with what they begin as. */
  readonly fields: { readonly name: string; readonly initial: Code | null }[] = [];

  constructor(name: string) {
    this.name = name;
  }
}

const noCaptures: Closure["captured"] = [];

/** Calls a function of the script with its arguments; the list becomes the callee's. */
export const invoke = (
  run: Run,
  code: UserCode,
  args: Value[],
  self: HslObject | null,
  captured: Closure["captured"] = noCaptures,
): MaybeWait<Value> =>
  after(frameFor(run, code, args, self, captured), (frame) =>
    after(enter(run, code, frame), (ended) => {
      if (ended === signal.end) throw run.ending; // past the expression that the call is in
      return frame.result;
    }),
  );

/** As a statement: its value is for nobody, and an action in it ends the statement. */
export const invokeStep = (
  run: Run,
  code: UserCode,
  args: Value[],
  self: HslObject | null,
): MaybeWait<Signal> =>
  after(frameFor(run, code, args, self, noCaptures), (frame) =>
    after(enter(run, code, frame), (ended) => (ended === signal.end ? ended : signal.next)),
  );

const frameFor = (
  run: Run,
  code: UserCode,
  args: Value[],
  self: HslObject | null,
  captured: Closure["captured"],
): MaybeWait<Frame> => {
  if (code.make !== null) {
    code.make();
    code.make = null;
  }
  if (args.length !== code.parameters.length || code.hasRest) checkCount(run, code, args);
  const isPlain = code.isPlain && args.length === code.parameters.length;
  const slots: Slots = isPlain ? args : [];
  while (slots.length < code.localCount) slots.push(undefined);
  const frame = new Frame(run, slots, [], self, run.top);
  for (let i = 0; i < code.cellCount; i++) frame.cells.push({ value: undefined });
  for (const { slot, cell } of captured) frame.cells[slot] = cell;
  if (!isPlain) {
    const bound = bindArguments(frame, code, args);
    if (bound instanceof Promise) return bound.then(() => frame);
  }
  return frame;
};

const enter = (run: Run, code: UserCode, frame: Frame): MaybeWait<Signal> => {
  run.depth += 1;
  if (run.depth > run.limits.depth) {
    run.depth -= 1;
    throw run.exceeded("depth", `calls are nested more than ${run.limits.depth} deep`);
  }
  run.step();
  run.top = frame;
  let pending: MaybeWait<Signal> = signal.next;
  try {
    pending = code.body.run(frame);
  } finally {
    if (!(pending instanceof Promise)) leave(run, frame);
  }
  if (!(pending instanceof Promise)) return pending;
  return pending.then(
    (ended) => {
      leave(run, frame);
      return ended;
    },
    (error: unknown) => {
      leave(run, frame);
      throw error;
    },
  );
};

const leave = (run: Run, frame: Frame): void => {
  run.depth -= 1;
  if (frame.caller !== null) run.top = frame.caller;
};

const checkCount = (run: Run, code: UserCode, args: readonly Value[]): void => {
  const most = code.hasRest ? Number.POSITIVE_INFINITY : code.parameters.length;
  if (args.length >= code.required && args.length <= most) return;
  const wanted = countWords(code.required, most);
  throw new ScriptError(
    "wrong-argument-count",
    `${code.name === "" ? "the function" : code.name} takes ${wanted}, not ${args.length}`,
    run.site,
  );
};

const bindArguments = (
  frame: Frame,
  code: UserCode,
  args: readonly Value[],
  from = 0,
): MaybeWait<void> => {
  for (let i = from; i < code.parameters.length; i++) {
    const parameter = code.parameters[i];
    if (parameter === undefined) continue;
    const value = parameter.isRest
      ? HslArray.fromList(args.slice(i))
      : i < args.length
        ? (args[i] ?? null)
        : (parameter.fallback?.run(frame) ?? null);
    if (value instanceof Promise) {
      return value.then((later) => {
        bindArgument(frame, parameter, later);
        return bindArguments(frame, code, args, i + 1);
      });
    }
    bindArgument(frame, parameter, value);
  }
};

const bindArgument = (frame: Frame, parameter: ParameterSlot, value: Value): void => {
  if (parameter.isCell) frame.cells[parameter.slot] = { value };
  else frame.slots[parameter.slot] = value;
};

/** Calls any value that is a function. */
export const callValue = (run: Run, fn: Value, args: Value[], site: Site): MaybeWait<Value> => {
  if (!(fn instanceof HslFunction)) {
    throw new ScriptError("not-callable", "this value is not a function", site);
  }
  run.site = site;
  const { code } = fn;
  if (code instanceof Closure) return invoke(run, code.code, args, code.self, code.captured);
  if (code instanceof Native) return code.invoke(run, args, site);
  throw new ScriptError("not-callable", "this function belongs to another run", site);
};

/** Makes an instance: instance variables first, then the constructor. */
export const construct = (
  run: Run,
  type: ClassCode,
  code: UserCode | undefined,
  args: Value[],
  site: Site,
): MaybeWait<Value> => {
  const object = new HslObject(type.name, type);
  run.allocate(160);
  const frame = new Frame(run, [], [], object, run.top);
  for (const { name, initial } of type.fields) {
    if (initial !== null || !type.readonlys.has(name)) {
      const value = initial?.run(frame) ?? null;
      object.members.set(name, value instanceof Promise ? null : value);
    }
  }
  run.site = site;
  if (code === undefined) {
    if (args.length === 0) return object;
    throw new ScriptError("wrong-argument-count", `${type.name} takes no arguments`, site);
  }
  return after(invoke(run, code, args, object), () => object);
};

const exceptionCode = new ClassCode("Exception");
for (const name of ["message", "file", "line", "column"]) {
  exceptionCode.natives.set(name, (self) => self.members.get(name) ?? null);
}
exceptionCode.natives.set("toString", (self) => self.members.get("message") ?? null);

/** What `catch` gets for an error of the machine, and what `Exception("…")` makes. */
export const makeException = (message: string, site: Site): HslObject =>
  new HslObject(
    "Exception",
    exceptionCode,
    new Map<string, Value>([
      ["message", message],
      ["file", site.inside ?? ""],
      ["line", site.line],
      ["column", site.column],
    ]),
  );

/** Something a script threw, on its way to a `catch`. */
export class Thrown {
  readonly value: Value;
  readonly site: Site;

  constructor(value: Value, site: Site) {
    this.value = value;
    this.site = site;
  }
}
