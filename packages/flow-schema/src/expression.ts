import { parse } from "@sluice/hsl";
import type { FlowProblem } from "./problem.ts";

/** What keeps a text from being one expression; nothing when it is one. */
export const expressionProblem = (text: string): FlowProblem[] => {
  // On a line of its own the semicolon cannot hide behind a comment.
  const { program, diagnostics } = parse(`${text}\n;`);
  const fault = diagnostics.find(({ severity }) => severity === "error");
  if (fault !== undefined) {
    const { message, cure, line, column } = fault;
    return [{ severity: "error", rule: "script", message, cure, line, column }];
  }
  const [statement] = program.body;
  const isOne = program.body.length === 1 && statement?.kind === "Expression";
  if (isOne && statement.end === text.length + 2) return [];
  return [
    {
      severity: "error",
      rule: "script",
      message: "This is not one expression.",
      cure: "Write one condition, without a semicolon.",
      line: 1,
      column: 1,
    },
  ];
};
