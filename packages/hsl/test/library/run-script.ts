import {
  compile,
  decodeBytes,
  type Environment,
  type Host,
  type RunResult,
  renderDiagnostic,
} from "../../src/index.ts";
import { coreLibrary } from "../../src/library/index.ts";

export const environment: Environment = {
  functions: coreLibrary.signatures,
  variables: new Map(),
};

export type Ran = { readonly log: readonly string[]; readonly result: RunResult };

/** A random source that gives the same numbers each time. */
const seeded = (): (() => number) => {
  let state = 12345;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
};

/** Compiles and runs a script with the core library, and a clock that stands still. */
export const runScript = async (script: string, more: Partial<Host> = {}): Promise<Ran> => {
  const { script: compiled, diagnostics } = compile(script, environment);
  if (compiled === null) {
    throw new Error(diagnostics.map((one) => renderDiagnostic(script, one)).join("\n"));
  }
  const log: string[] = [];
  const result = await compiled.run({
    functions: coreLibrary.bodies,
    variable: () => undefined,
    echo: (line) => log.push(decodeBytes(line)),
    now: () => 1_700_000_000.25,
    monotonic: () => 5,
    random: seeded(),
    ...more,
  });
  return { log, result };
};
