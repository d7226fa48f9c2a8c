/** What the language's checker says about the whole script, led back to the nodes it is about. */
import { check, type Diagnostic, type Environment, parse, type Script } from "@sluice/hsl";
import { originAt, type SourceMap } from "./origin.ts";
import type { FlowProblem } from "./problem.ts";
import type { Piece } from "./render-flow.ts";

export const checkScript = (
  script: Script,
  environment: Environment,
  origins: SourceMap,
  pieces: readonly Piece[],
): { problems: FlowProblem[]; diagnostics: readonly Diagnostic[] } => {
  const parsed = parse(script.text);
  const diagnostics = parsed.diagnostics.some(({ severity }) => severity === "error")
    ? parsed.diagnostics
    : check(parsed.program, environment);
  const problems = diagnostics.flatMap((diagnostic): FlowProblem[] => {
    const { severity, message, cure, offset } = diagnostic;
    const piece = pieces.find(({ start, end }) => start <= offset && offset <= end);
    if (piece !== undefined) {
      const place = ownPosition(script.text, piece, offset);
      const { node, field } = piece;
      return [{ severity, rule: "script", message, cure, node, field: [...field], ...place }];
    }
    // Doubts about text of ours are not the administrator's business; faults are.
    if (severity !== "error") return [];
    return [{ severity, rule: "script", message, cure, node: originAt(origins, offset)?.node }];
  });
  return { problems, diagnostics };
};

/** Line and column in the text that was typed: the whole script may have indented it. */
export const ownPosition = (
  whole: string,
  piece: Piece,
  offset: number,
): { line: number; column: number } => {
  const before = whole.slice(piece.start, offset).split("\n");
  const depth = before.length - 1;
  const typedBefore = piece.text.slice(0, piece.from).split("\n");
  const line = typedBefore.length + depth;
  const within = before.at(-1)?.length ?? 0;
  if (depth === 0) return { line, column: (typedBefore.at(-1)?.length ?? 0) + within + 1 };
  const written = whole.slice(offset - within).split("\n")[0] ?? "";
  const typed = piece.text.split("\n")[line - 1] ?? "";
  const added = margin(written) - margin(typed);
  return { line, column: Math.max(within - added, 0) + 1 };
};

const margin = (line: string): number => line.length - line.trimStart().length;
