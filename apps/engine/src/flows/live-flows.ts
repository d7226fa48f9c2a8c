/**
 * Compiles the flows of a revision. Publishing refuses a flow that does not compile,
 * so a problem found here is reported and the flow left out; what asks for it then
 * defers, as for every flow that cannot run.
 */
import {
  type BlockRegistry,
  compileFlow,
  dependsOnRecipient,
  describeOrigins,
  environmentFor,
  type Flow,
  type FlowProblem,
  probesOf,
  type SourceMap,
} from "@sluice/flow-schema";
import { compile } from "@sluice/hsl";
import type { Settings } from "@sluice/settings";
import type { LiveFlow } from "./live-flow.ts";
import { scriptFiles } from "./script-files.ts";

export type FlowFault = {
  readonly flow: string;
  readonly problems: readonly Pick<FlowProblem, "severity" | "rule" | "message" | "node">[];
};

export type LiveFlows = {
  readonly flows: ReadonlyMap<string, LiveFlow>;
  readonly problems: readonly FlowFault[];
};

/** `file` gives the text of a stored file that a script includes. */
export const buildLiveFlows = (
  settings: Settings,
  revision: number,
  blocks: BlockRegistry,
  file: (nameOrId: string) => Buffer | null = () => null,
): LiveFlows => {
  const resolve = scriptFiles(file);
  const flows = new Map<string, LiveFlow>();
  const problems: FlowFault[] = [];
  for (const [id, flow] of Object.entries(settings.flows)) {
    const compiled = compileFlow(flow, blocks, { resolve });
    if (!compiled.ok) {
      problems.push({ flow: id, problems: compiled.problems });
      continue;
    }
    const text = compiled.script.text;
    const { script, diagnostics } = compile(text, environmentFor(flow.kind, blocks), {
      probes: probesOf(compiled.origins),
      resolve,
    });
    if (script === null) {
      problems.push({
        flow: id,
        problems: diagnostics.map(({ severity, code, message }) => ({
          severity: severity === "error" ? "error" : "warning",
          rule: code,
          message,
        })),
      });
      continue;
    }
    flows.set(id, {
      id,
      kind: flow.kind,
      title: flow.title,
      revision,
      script,
      text,
      origins: compiled.origins,
      dependsOnRecipient: dependsOnRecipient(script),
      titles: titlesOf(flow, blocks, compiled.origins),
    });
  }
  return { flows, problems };
};

const titlesOf = (
  flow: Flow,
  blocks: BlockRegistry,
  origins: SourceMap,
): ReadonlyMap<string, string> => {
  const describe = describeOrigins(flow, blocks);
  return new Map(origins.map((origin) => [origin.node, describe(origin).title]));
};
