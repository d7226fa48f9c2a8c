/**
 * Statements that would mean something else where a script is spliced in: a `break`
 * could end a `switch` of the block before it, a `global` work in one place only.
 */
import { parse } from "@sluice/hsl";
import type { FlowProblem } from "./problem.ts";

type Tree = Readonly<Record<string, unknown>> & { readonly kind: string; readonly start: number };

const loops: ReadonlySet<string> = new Set(["While", "For", "Forever", "Foreach"]);
const bodies: ReadonlySet<string> = new Set(["FunctionDeclaration", "Function", "Method"]);

export const misplacedStatements = (text: string): FlowProblem[] => {
  const problems: FlowProblem[] = [];
  const visit = (node: Tree, isInLoop: boolean, isInSwitch: boolean, isInBody: boolean): void => {
    const word = wordOf(node, isInLoop, isInSwitch, isInBody);
    if (word !== null) problems.push({ ...word, ...positionOf(text, node.start) });
    const isBody = bodies.has(node.kind);
    const loop = !isBody && (isInLoop || loops.has(node.kind));
    const isSwitch = !isBody && (isInSwitch || node.kind === "Switch");
    for (const value of Object.values(node)) {
      for (const child of Array.isArray(value) ? value : [value]) {
        if (isTree(child)) visit(child, loop, isSwitch, isInBody || isBody);
      }
    }
  };
  for (const statement of parse(text).program.body) {
    if (isTree(statement)) visit(statement, false, false, false);
  }
  return problems;
};

const wordOf = (
  { kind }: Tree,
  isInLoop: boolean,
  isInSwitch: boolean,
  isInBody: boolean,
): Pick<FlowProblem, "severity" | "rule" | "message"> | null => {
  const error = (message: string) => ({ severity: "error", rule: "script", message }) as const;
  if (kind === "Break" && !isInLoop && !isInSwitch)
    return error("`break` stands inside loops only.");
  if (kind === "Continue" && !isInLoop) return error("`continue` stands inside loops only.");
  if (kind === "Global" && !isInBody) return error("`global` stands inside functions only.");
  return null;
};

const positionOf = (text: string, offset: number): { line: number; column: number } => {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
};

const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && "kind" in value;
