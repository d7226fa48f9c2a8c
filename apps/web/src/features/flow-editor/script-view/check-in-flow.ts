/** Squiggles while typing: the language's own parser and checker, for the flow the script runs in. */
import { blocks } from "@sluice/blocks/definitions";
import { environmentFor, type FlowKind, scriptDiagnostics } from "@sluice/flow-schema";
import type { Diagnostic } from "@sluice/hsl";

export const checkInFlow =
  (flow: FlowKind, isExpression: boolean) =>
  (text: string): readonly Diagnostic[] => {
    if (text.trim() === "") return [];
    // An expression is checked as the statement it can be: the added semicolon stands behind all positions.
    return scriptDiagnostics(isExpression ? `${text}\n;` : text, environmentFor(flow, blocks));
  };
