/**
 * A flow becomes one HSL script. A node with one way in is written where it is
 * reached; a node with several becomes a function, so the text grows with the
 * flow and not with its paths.
 */
import type { Diagnostic, Script } from "@sluice/hsl";
import type { BlockRegistry } from "./block.ts";
import type { ReferenceKind } from "./field.ts";
import type { Flow } from "./flow.ts";
import { flowProblems } from "./flow-problems.ts";
import type { SourceMap } from "./origin.ts";
import { prepareFlow } from "./prepared-flow.ts";
import type { FlowProblem } from "./problem.ts";
import { renderFlow } from "./render-flow.ts";
import type { Resolve } from "./script-names.ts";
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
  /** Text of a file that a script includes. Absent: included files are not looked at. */
  readonly resolve?: Resolve;
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
  const { script, origins, pieces } = renderFlow(prepared, options.resolve);
  const checked = checkScript(script, prepared.environment, { origins, pieces }, options.resolve);
  const all = [
    ...problems.filter((problem) => !isAboutNothing(problem, checked.unreached)),
    ...checked.problems,
  ];
  return hasErrors(checked.problems)
    ? { ok: false, problems: all }
    : { ok: true, script, origins, problems: all, diagnostics: checked.diagnostics };
};

/** A script that always ends by itself needs no wire behind it. */
const isAboutNothing = (
  { rule, node, outcome }: FlowProblem,
  unreached: readonly { node: string; outcome?: string | undefined }[],
): boolean =>
  rule === "outcome-unwired" &&
  unreached.some((each) => each.node === node && each.outcome === outcome);

const hasErrors = (problems: readonly FlowProblem[]): boolean =>
  problems.some(({ severity }) => severity === "error");
