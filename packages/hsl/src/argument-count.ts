/** How many arguments a call takes, and how a message says so. */
import type { Parameter } from "./ast.ts";
import type { Callee } from "./callee.ts";

export type Counts = { readonly name: string; readonly least: number; readonly most: number };

/** `null` when only the run can tell. */
export const countsOf = (callee: Callee): Counts | null => {
  switch (callee.kind) {
    case "host": {
      const { parameters } = callee.signature;
      const least = parameters.filter((p) => p.optional !== true && p.rest !== true).length;
      const most = parameters.some(({ rest }) => rest === true) ? Infinity : parameters.length;
      return { name: callee.name, least, most };
    }
    case "user":
      return userCounts(callee.info.name, callee.info.parameters);
    case "class":
      return userCounts(callee.info.name, callee.info.construct?.parameters ?? []);
    case "collection":
      return { name: callee.name, least: 0, most: 1 };
    case "exception":
      return { name: "Exception", least: 0, most: 1 };
    case "value":
      return null;
  }
};

const userCounts = (name: string, parameters: readonly Parameter[]): Counts => ({
  name,
  least: parameters.filter(({ fallback, isRest }) => fallback === null && !isRest).length,
  most: parameters.some(({ isRest }) => isRest) ? Infinity : parameters.length,
});

export const countWords = (least: number, most: number): string => {
  const noun = (count: number): string => (count === 1 ? "argument" : "arguments");
  if (least === most) return most === 0 ? "no arguments" : `${most} ${noun(most)}`;
  return most === Infinity ? `at least ${least} ${noun(least)}` : `${least} to ${most} arguments`;
};
