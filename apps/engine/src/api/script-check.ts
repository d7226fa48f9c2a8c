/** What the language's checker says about a script that is being typed. */
import {
  type BlockRegistry,
  environmentFor,
  type FlowKind,
  type FlowProblem,
  scriptDiagnostics,
} from "@sluice/flow-schema";

export const checkScriptText = (
  kind: FlowKind,
  text: string,
  blocks: BlockRegistry,
): FlowProblem[] => {
  const found = scriptDiagnostics(text, environmentFor(kind, blocks));
  return found.map(({ severity, message, cure, line, column }) => ({
    severity,
    rule: "script",
    message,
    cure,
    line,
    column,
  }));
};
