/** Runs a program against a host. Nothing a script does gets out of here as an exception. */
import { Thrown } from "./callable.ts";
import { Ending, type Host, type RunResult, type ScriptFault } from "./host.ts";
import { type Program, signal } from "./program.ts";
import { Run } from "./run.ts";
import { HslArray } from "./values/array.ts";
import { decodeBytes } from "./values/bytes.ts";
import { toText } from "./values/convert.ts";
import { ScriptError, type Site } from "./values/errors.ts";
import { meterFor } from "./values/meter.ts";
import { HslObject } from "./values/object.ts";

export const runProgram = (program: Program, host: Host): RunResult | Promise<RunResult> => {
  let run: Run | undefined;
  try {
    run = new Run(program, host);
    program.setUp(run.top);
    const ended = program.body.run(run.top);
    const state = run;
    if (ended instanceof Promise) {
      return ended.then(
        (value) => endOf(state, value),
        (error: unknown) => resultOf(state, error),
      );
    }
    return endOf(run, ended);
  } catch (error) {
    return resultOf(run, error);
  }
};

const endOf = (run: Run, ended: number): RunResult => {
  if (ended === signal.end) return resultOf(run, run.ending);
  meterFor(null);
  return {
    kind: "end",
    value: ended === signal.return ? run.rootResult : null,
    steps: run.steps,
  };
};

const resultOf = (run: Run | undefined, thrown: unknown): RunResult => {
  const site = run?.site ?? { line: 1, column: 1, offset: 0 };
  try {
    if (!(thrown instanceof Ending)) return failed(run, thrown, site);
    // whoever reads the arguments later writes them as text, and is no script that may fail
    meterFor(run ?? null);
    for (const value of thrown.args) if (value instanceof HslArray) toText(value);
    return { kind: "action", action: thrown.action, args: thrown.args, steps: run?.steps ?? 0 };
  } catch (error) {
    return failed(run, error, site);
  } finally {
    meterFor(null);
  }
};

const failed = (run: Run | undefined, thrown: unknown, site: Site): RunResult => {
  meterFor(null); // what was thrown is told, whatever that takes
  return { kind: "error", error: faultOf(thrown, site), steps: run?.steps ?? 0 };
};

const faultOf = (thrown: unknown, last: Site): ScriptFault => {
  if (thrown instanceof ScriptError) return fault(thrown.code, thrown.message, thrown.site ?? last);
  if (thrown instanceof Thrown) {
    return fault("uncaught-exception", `uncaught: ${decodeBytes(describe(thrown))}`, thrown.site);
  }
  // the stack of the host ran out before a counted limit did
  if (thrown instanceof RangeError)
    return fault("budget-depth", "the script is nested too deeply", last);
  return fault("host-error", thrown instanceof Error ? thrown.message : "a function failed", last);
};

const describe = ({ value }: Thrown): string => {
  if (!(value instanceof HslObject)) return toText(value).slice(0, 1000);
  return toText(value.members.get("message") ?? `[${value.className}]`).slice(0, 1000);
};

const fault = (code: string, message: string, site: Site): ScriptFault => ({
  code,
  message: site.inside === undefined ? message : `${site.inside}: ${message}`,
  line: site.line,
  column: site.column,
  offset: site.offset,
});
