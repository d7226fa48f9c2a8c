/** What is known at one point of a script, and small questions about its statements. */
import { rootVariable } from "./assigned-names.ts";
import type { Expression, Pattern, Statement } from "./ast.ts";

/** A bit for each variable with a value; `null` where no path leads. */
export type State = bigint | null;

export const join = (a: State, b: State): State => {
  if (a === null) return b;
  if (b === null) return a;
  return a & b;
};

export const isHarmless = ({ kind }: Statement): boolean =>
  ["Break", "Continue", "Return", "Empty", "FunctionDeclaration", "Class", "Global"].includes(kind);

export const isTrue = (test: Expression): boolean =>
  (test.kind === "Boolean" && test.value) || (test.kind === "Number" && test.value !== 0);

/** Variables that surely have a value when the test holds. */
export const issetIn = (test: Expression): readonly string[] => {
  if (test.kind === "Isset") {
    return test.targets.flatMap((target) => {
      const root = rootVariable(target);
      return root === null ? [] : [root];
    });
  }
  if (test.kind !== "Binary" || test.operator !== "and") return [];
  return [...issetIn(test.left), ...issetIn(test.right)];
};

export const patternTargets = ({ items }: Pattern): Expression[] =>
  items.flatMap(({ target }) => (target.kind === "Pattern" ? patternTargets(target) : [target]));
