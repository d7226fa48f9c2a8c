/** What only a backtracking engine can do, and what to write instead. */
import { patternError } from "./regex-reader.ts";

const useGroups = "match the text around it too and take the part you need from a group";

const refusedGroups: readonly (readonly [RegExp, string])[] = [
  [/^\(\?<?[=!]/, `look-around is not supported; ${useGroups}`],
  [/^\(\?>/, "an atomic group is not supported; write (?:…), it cannot run away here"],
  [/^\(\?\|/, "a branch reset is not supported; use (…) and look which group is set"],
  [/^\(\?P=/, "a back-reference is not supported; compare two groups in the script"],
  [/^\(\?(?:R|&|P>|[+-]?[0-9])/, "recursion is not supported; match the parts one after another"],
  [/^\(\?\(/, "a condition is not supported; use two patterns and if … else"],
  [/^\(\?C/, "a callout is not supported; leave it out"],
  [/^\(\*/, 'a control verb is not supported; leave it out, or write "\\*" for the character'],
];

/** Stops at a group that is not supported; `rest` begins with its "(". */
export const refuseGroup = (rest: string, at: number): void => {
  for (const [shape, message] of refusedGroups)
    if (shape.test(rest)) throw patternError(message, at);
};

/** Stops at an escape that is not supported; `rest` begins with its backslash. */
export const refuseEscape = (rest: string, at: number): void => {
  const reference = /^\\(?:[1-9]|g|k)/.test(rest) && !/^\\[1-3][0-7]{2}/.test(rest);
  if (reference) {
    throw patternError("a back-reference is not supported; compare two groups in the script", at);
  }
  if (/^\\K/.test(rest)) throw patternError(`"\\K" is not supported; ${useGroups}`, at);
  if (/^\\[GX]/.test(rest)) throw patternError(`"${rest.slice(0, 2)}" is not supported`, at);
};
