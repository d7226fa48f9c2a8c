/** What the language's checker says about the whole script, led back to the nodes it is about. */
import {
  check,
  checkDespiteMistakes,
  type Diagnostic,
  type Environment,
  hasErrors,
  parse,
  type Script,
} from "@sluice/hsl";
import { type Origin, originAt, type SourceMap } from "./origin.ts";
import type { FlowProblem } from "./problem.ts";
import type { Piece } from "./render-flow.ts";
import type { Resolve } from "./script-names.ts";

type Checked = {
  readonly problems: FlowProblem[];
  readonly diagnostics: readonly Diagnostic[];
  /** Outcomes that no run can take. */
  readonly unreached: readonly Origin[];
};

export const checkScript = (
  script: Script,
  environment: Environment,
  { origins, pieces }: { origins: SourceMap; pieces: readonly Piece[] },
  resolve?: Resolve,
): Checked => {
  const diagnostics = scriptDiagnostics(script.text, environment, resolve);
  const problems: FlowProblem[] = [];
  const unreached: Origin[] = [];
  for (const { severity, code, message, cure, offset } of diagnostics) {
    const piece = pieces.find(({ start, end }) => start <= offset && offset <= end);
    const origin = originAt(origins, offset);
    if (code === "unreachable" && origin?.outcome !== undefined) unreached.push(origin);
    if (piece !== undefined) {
      const place = ownPosition(script.text, piece, offset);
      const { node, field } = piece;
      problems.push({ severity, rule: "script", message, cure, node, field: [...field], ...place });
    } else if (severity === "error") {
      problems.push({ severity, rule: "script", message, cure, node: origin?.node });
    }
    // Doubts about text of ours are not the administrator's business; faults are.
  }
  return { problems, diagnostics, unreached };
};

/** Everything the language says of a script in its place; files it includes are looked at where `resolve` knows them. */
export const scriptDiagnostics = (
  text: string,
  environment: Environment,
  resolve?: Resolve,
): readonly Diagnostic[] => {
  const parsed = parse(text);
  if (hasErrors(parsed.diagnostics)) {
    const options = resolve === undefined ? {} : { resolve };
    const more = checkDespiteMistakes(parsed, environment, options).filter(
      ({ code }) => resolve !== undefined || code !== "unknown-file",
    );
    return [...parsed.diagnostics, ...more].toSorted((a, b) => a.offset - b.offset);
  }
  const checked =
    resolve === undefined
      ? check(parsed.program, environment).map(inADraft)
      : check(parsed.program, environment, { resolve });
  return [...parsed.diagnostics, ...checked].toSorted((a, b) => a.offset - b.offset);
};

/** Without the file store nothing is known of files; that is no mistake. */
const inADraft = (each: Diagnostic): Diagnostic =>
  each.code === "unknown-file"
    ? {
        ...each,
        severity: "advice",
        message:
          "The file, and what it means for the script, is looked at when the flow is published.",
      }
    : each;

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
