/**
 * A flow becomes one HSL script. A node with one way in is written where it is
 * reached; a node with several becomes a function, so the text grows with the
 * flow and not with its paths.
 */
import type { Diagnostic, Script } from "@sluice/hsl";
import type { BlockRegistry } from "./block.ts";
import { environmentFor } from "./environment.ts";
import type { ReferenceKind } from "./field.ts";
import type { Flow } from "./flow.ts";
import { flowProblems } from "./flow-problems.ts";
import type { SourceMap } from "./origin.ts";
import { prepareFlow } from "./prepared-flow.ts";
import type { FlowProblem } from "./problem.ts";
import { renderFlow } from "./render-flow.ts";
import { checkScript } from "./script-problems.ts";

export type CompiledFlow =
  | {
      readonly ok: true;
      readonly script: Script;
      readonly origins: SourceMap;
      readonly problems: readonly FlowProblem[]; // warnings and advice
      readonly diagnostics: readonly Diagnostic[];
    }
  | { readonly ok: false; readonly problems: readonly FlowProblem[] };

export type CompileOptions = {
  /** Whether an object exists. Absent: nothing is known of other objects, and none is missed. */
  readonly references?: (kind: ReferenceKind, id: string) => boolean;
};

/** Compiles a flow, or says what is wrong with it. The same flow gives the same text, always. */
export const compileFlow = (
  flow: Flow,
  blocks: BlockRegistry,
  options: CompileOptions = {},
): CompiledFlow => {
  const prepared = prepareFlow(flow, blocks);
  const problems = flowProblems(prepared, options.references);
  if (hasErrors(problems)) return { ok: false, problems };
  const { script, origins, pieces } = renderFlow(prepared);
  const environment = environmentFor(flow.kind, blocks);
  const checked = checkScript(script, environment, origins, pieces);
  const all = [...problems, ...checked.problems];
  return hasErrors(checked.problems)
    ? { ok: false, problems: all }
    : { ok: true, script, origins, problems: all, diagnostics: checked.diagnostics };
};

const hasErrors = (problems: readonly FlowProblem[]): boolean =>
  problems.some(({ severity }) => severity === "error");
