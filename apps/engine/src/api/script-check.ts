/** What the language's checker says about a script that is being typed. */
import {
  type BlockRegistry,
  environmentFor,
  type FlowKind,
  type FlowProblem,
} from "@sluice/flow-schema";
import { check, parse } from "@sluice/hsl";

export const checkScriptText = (
  kind: FlowKind,
  text: string,
  blocks: BlockRegistry,
): FlowProblem[] => {
  const { program, diagnostics } = parse(text);
  const found = diagnostics.some(({ severity }) => severity === "error")
    ? diagnostics
    : [...diagnostics, ...check(program, environmentFor(kind, blocks))];
  return found.map(({ severity, message, cure, line, column }) => ({
    severity,
    rule: "script",
    message,
    cure,
    line,
    column,
  }));
};
