/** What a schema finds wrong, in words that say what to do. */
import type { z } from "zod";
import type { Issue } from "../../ui/form/widget-props.ts";

export const issuesOf = (error: z.ZodError): readonly Issue[] =>
  error.issues.map((issue) => ({
    path: issue.path.map((key) => (typeof key === "symbol" ? String(key) : key)),
    message: messageOf(issue),
  }));

const ofTheLibrary =
  /^(Too (small|big)|Invalid (input|option|string|number|email|URL)|Unrecognized)/;

/** Messages written for a field stand; those of the library become instructions. */
const messageOf = (issue: z.core.$ZodIssue): string => {
  if (!ofTheLibrary.test(issue.message)) return issue.message;
  switch (issue.code) {
    case "too_small":
      if (issue.origin === "number" || issue.origin === "int")
        return `Take ${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}.`;
      return Number(issue.minimum) <= 1 ? "Fill this in." : `Give at least ${issue.minimum}.`;
    case "too_big":
      if (issue.origin === "number" || issue.origin === "int")
        return `Take at most ${issue.maximum}.`;
      return `Too long: at most ${issue.maximum}.`;
    case "invalid_type":
      return issue.expected === "number" || issue.expected === "int"
        ? "Type a number."
        : "Fill this in.";
    case "invalid_value":
      return "Choose one of the list.";
    default:
      return "This is not in the right form.";
  }
};
