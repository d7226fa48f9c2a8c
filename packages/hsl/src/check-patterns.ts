/** Patterns that are written out are compiled while a script is checked, so that a mistake in one is told at once. */
import type { Call, Expression } from "./ast.ts";
import type { FunctionSignature } from "./signature.ts";
import type { Span } from "./source.ts";
import { ScriptError } from "./values/errors.ts";
import { compilePattern, patternFromText } from "./values/regex.ts";
import { plainText } from "./walk.ts";

export type PatternMistake = { readonly span: Span; readonly message: string };

/** Of `#/…/flags`; the lexer has told of flags that are none. */
export const literalMistake = (
  node: Extract<Expression, { kind: "Regex" }>,
): PatternMistake | null =>
  mistakeIn(node, () => compilePattern(node.pattern, node.flags.replace(/[^imsuxUX]/g, "")));

/** Of a text that stands where a pattern is expected, such as on the right of `=~`. */
export const textMistake = (node: Expression): PatternMistake | null => {
  const text = plainText(node);
  return text === null ? null : mistakeIn(node, () => patternFromText(text));
};

/** Of the arguments that a function reads as patterns. */
export const argumentMistakes = (
  { args }: Call,
  { parameters }: FunctionSignature,
): readonly PatternMistake[] =>
  args.flatMap(({ value }, index) => {
    if (parameters[index]?.kinds.includes("regex") !== true) return [];
    const flags = parameters[index + 1]?.name === "flags" ? args[index + 1]?.value : undefined;
    const mistake = flags === undefined ? textMistake(value) : flaggedMistake(value, flags);
    return mistake === null ? [] : [mistake];
  });

const flaggedMistake = (node: Expression, flagsNode: Expression): PatternMistake | null => {
  const [text, flags] = [plainText(node), plainText(flagsNode)];
  if (text === null || flags === null) return null;
  return mistakeIn(node, () => compilePattern(text, flags));
};

const mistakeIn = (span: Span, compile: () => unknown): PatternMistake | null => {
  try {
    compile();
    return null;
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    return { span, message: error.message };
  }
};
