/** What is wrong with one script of a flow, in the lines and columns of its own text. */
import { type Diagnostic, hasErrors, makeDiagnostic, parse, Source } from "@sluice/hsl";
import type { BlockRegistry } from "./block.ts";
import { environmentFor } from "./environment.ts";
import { expressionProblem } from "./expression.ts";
import type { Flow } from "./flow.ts";
import { flowProblems } from "./flow-problems.ts";
import { misplacedStatements } from "./misplaced.ts";
import { prepareFlow } from "./prepared-flow.ts";
import { type Piece, renderFlow } from "./render-flow.ts";
import { ownPosition, scriptDiagnostics } from "./script-problems.ts";

/**
 * What the language says of a node's script where it stands: functions and variables of the
 * scripts around it are known. While the flow cannot be written down, because of this text or
 * of another block, the text is looked at by itself, and what it may have from others is let pass.
 */
export const scriptFieldDiagnostics = (
  flow: Flow,
  node: string,
  text: string,
  blocks: BlockRegistry,
  { isExpression = false } = {},
): readonly Diagnostic[] => {
  if (text.trim() === "") return [];
  const own = ownMistakes(text, isExpression);
  if (own.length === 0) {
    const inPlace = diagnosticsInPlace(flow, node, blocks);
    if (inPlace !== null) return inPlace;
  }
  // An expression is looked at as the statement it can be: the semicolon stands behind all positions.
  const alone = scriptDiagnostics(
    isExpression ? `${text}\n;` : text,
    environmentFor(flow.kind, blocks),
  );
  const others = namesOfOthers(flow, node);
  const known = alone.filter((each) => !mayBeFromOthers(each, text, others));
  const more = own.filter(
    ({ offset, message }) =>
      !known.some((each) => each.offset === offset && each.message === message),
  );
  return [...known, ...more].toSorted((a, b) => a.offset - b.offset);
};

/** null: the flow cannot be written down yet, or without this node. */
const diagnosticsInPlace = (
  flow: Flow,
  node: string,
  blocks: BlockRegistry,
): readonly Diagnostic[] | null => {
  const prepared = prepareFlow(flow, blocks);
  if (flowProblems(prepared).some(({ severity }) => severity === "error")) return null;
  const { script, pieces } = renderFlow(prepared);
  const own = pieces.filter((piece) => piece.node === node);
  if (own.length === 0) return null;
  return scriptDiagnostics(script.text, prepared.environment).flatMap((diagnostic) => {
    const { offset } = diagnostic;
    const piece = own.find(({ start, end }) => start <= offset && offset <= end);
    return piece === undefined ? [] : [inOwnText(diagnostic, script.text, piece)];
  });
};

const inOwnText = (diagnostic: Diagnostic, whole: string, piece: Piece): Diagnostic => {
  const source = new Source(piece.text);
  const place = (offset: number): number => {
    const { line, column } = ownPosition(whole, piece, offset);
    return offsetOf(piece.text, line, column);
  };
  const { severity, code, message, cure, related = [], offset, length } = diagnostic;
  const isInside = (at: number): boolean => piece.start <= at && at <= piece.end;
  const start = place(offset);
  return makeDiagnostic(
    source,
    severity,
    code,
    { start, end: isInside(offset + length) ? place(offset + length) : piece.text.length },
    message,
    {
      cure,
      related: related
        .filter((each) => isInside(each.offset))
        .map((each) => {
          const at = place(each.offset);
          return { message: each.message, start: at, end: at };
        }),
    },
  );
};

/** What the language alone does not mind, and a flow does. */
const ownMistakes = (text: string, isExpression: boolean): readonly Diagnostic[] => {
  const hasFault = hasErrors(parse(isExpression ? `${text}\n;` : text).diagnostics);
  const found = hasFault ? [] : isExpression ? expressionProblem(text) : misplacedStatements(text);
  const source = new Source(text);
  return found.map(({ severity, rule, message, cure, line = 1, column = 1 }) => {
    const start = offsetOf(text, line, column);
    const end = start + (/^\w+/.exec(text.slice(start))?.[0].length ?? 1);
    return makeDiagnostic(source, severity, rule, { start, end }, message, { cure });
  });
};

const offsetOf = (text: string, line: number, column: number): number => {
  let start = 0;
  for (let each = 1; each < line; each += 1) start = text.indexOf("\n", start) + 1;
  return start + column - 1;
};

const word = /[A-Za-z_]\w*/g;

/** Every word in the settings of other nodes: one of them may be a name that this script uses. */
const namesOfOthers = (flow: Flow, node: string): ReadonlySet<string> =>
  new Set(
    Object.entries(flow.nodes)
      .filter(([id]) => id !== node)
      .flatMap(([, { config }]) => JSON.stringify(config).match(word) ?? []),
  );

const mayBeFromOthers = (
  { code, offset, length }: Diagnostic,
  text: string,
  others: ReadonlySet<string>,
): boolean =>
  (code === "unknown-function" || code === "undefined-variable") &&
  (text.slice(offset, offset + length).match(word) ?? []).some((name) => others.has(name));
