/** Squiggles while typing: the language's own parser and checker, for the flow the script runs in. */
import { blocks } from "@sluice/blocks/definitions";
import { environmentFor, type FlowKind } from "@sluice/flow-schema";
import { check, type Diagnostic, parse } from "@sluice/hsl";

export const checkInFlow =
  (flow: FlowKind, isExpression: boolean) =>
  (text: string): readonly Diagnostic[] => {
    if (text.trim() === "") return [];
    // An expression is checked as the statement it can be: the added semicolon stands behind all positions.
    const parsed = parse(isExpression ? `${text}\n;` : text);
    if (parsed.diagnostics.some(({ severity }) => severity === "error")) return parsed.diagnostics;
    return check(parsed.program, environmentFor(flow, blocks));
  };
