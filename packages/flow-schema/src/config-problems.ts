/** What is wrong with the settings of one node. */
import { parse } from "@sluice/hsl";
import type { BlockDefinition } from "./block.ts";
import { type FieldValue, fieldValues } from "./describe-fields.ts";
import { expressionProblem } from "./expression.ts";
import type { ReferenceKind } from "./field.ts";
import type { FlowKind } from "./flow.ts";
import { misplacedStatements } from "./misplaced.ts";
import type { PreparedNode } from "./prepared-flow.ts";
import type { FlowProblem } from "./problem.ts";
import { unknownNames } from "./template.ts";

type References = ((kind: ReferenceKind, id: string) => boolean) | undefined;

/** Errors of a switched-off node are advice: it is not set up yet, and does nothing. */
export const configProblems = (
  prepared: PreparedNode,
  kind: FlowKind,
  references: References,
): FlowProblem[] => {
  const { id, block, config, issues, isDisabled } = prepared;
  const problems: FlowProblem[] = issues.map((issue) => ({
    severity: "error",
    rule: "config",
    message: issue.message,
    node: id,
    field: issue.path.map((key) => (typeof key === "symbol" ? String(key) : key)),
  }));
  if (block !== undefined && config !== undefined) {
    for (const value of fieldValues(block.config as BlockDefinition["config"], config)) {
      problems.push(
        ...valueProblems(value, kind, references).map((each) => ({ ...each, node: id })),
      );
    }
  }
  return isDisabled ? problems.map((each) => ({ ...each, severity: "advice" })) : problems;
};

const valueProblems = (
  { meta, path, value }: FieldValue,
  kind: FlowKind,
  references: References,
): FlowProblem[] => {
  if (typeof value !== "string") return [];
  switch (meta.widget) {
    case "template":
      return unknownNames(value, kind, meta.secrets).map((name) => ({
        severity: "error",
        rule: "template",
        message: `There is no $${name} here.`,
        cure: "Use a variable of this flow, or take the dollar sign away.",
        field: path,
      }));
    case "reference": {
      const what = meta.reference;
      if (what === undefined || value === "" || references?.(what, value) !== false) return [];
      return [
        {
          severity: "error",
          rule: "reference",
          message: `There is no ${what} “${value}”.`,
          cure: `Choose another ${what}, or make this one.`,
          field: path,
        },
      ];
    }
    case "script":
      return scriptFieldProblems(value, meta.expression === true).map((each) => ({
        ...each,
        field: path,
      }));
    default:
      return [];
  }
};

const scriptFieldProblems = (text: string, isExpression: boolean): FlowProblem[] => {
  if (isExpression) return expressionProblem(text);
  const faults = parse(text).diagnostics.filter(({ severity }) => severity === "error");
  if (faults.length === 0) return misplacedStatements(text);
  return faults.map(({ message, cure, line, column }) => ({
    severity: "error",
    rule: "script",
    message,
    cure,
    line,
    column,
  }));
};
