/** The words of the language (hsl.md §1). The lexer, the parser, the printer and `grammar.ebnf` share these tables. */
import type { Span } from "./source.ts";

export type NamePart = Span & { readonly name: string };

/** Literal bytes, or a variable to put in. */
export type StringPart = string | NamePart;

export type Token = Span &
  (
    | { readonly kind: "number"; readonly text: string; readonly value: number }
    | { readonly kind: "string"; readonly text: string; readonly parts: readonly StringPart[] }
    | {
        readonly kind: "regex";
        readonly text: string;
        readonly pattern: string;
        readonly flags: string;
      }
    /** `text` without the dollar sign. */
    | { readonly kind: "variable"; readonly text: string }
    | { readonly kind: "name"; readonly text: string }
    | { readonly kind: "keyword"; readonly text: string }
    | { readonly kind: "operator"; readonly text: string }
    | { readonly kind: "end"; readonly text: "" }
  );

export type TokenKind = Token["kind"];

export const keywords: ReadonlySet<string> = new Set(
  `and array as barrier break builtin cache case catch class closure constructor continue default
  echo else false for foreach forever from function global if import include include_once isset
  match none not or private readonly return static switch throw true try unset while with yield`.split(
    /\s+/,
  ),
);

/** Words of other languages; using one as a name is refused with a cure. */
export const foreignWords: ReadonlySet<string> = new Set(
  `this self public protected struct clone final const goto namespace new interface in extends print
  trait assert finally lambda pass destroy export use elseif elif`.split(/\s+/),
);

/** The lexer takes the longest that fits. */
export const operators: readonly string[] = [
  ...[">>>", "===", "!==", "**=", "??=", "..."],
  ...["=>", "->", "::", "==", "!=", "=~", "!~", "<=", ">=", "<<", ">>", "**", "++", "--"],
  ...["+=", "-=", "*=", "/=", "%=", ".=", "??", "?:"],
  ...["+", "-", "*", "/", "%", ".", "!", "~", "<", ">", "=", "&", "^", "|", "?", ":"],
  ...["(", ")", "[", "]", "{", "}", ",", ";"],
];

export const assignmentOperators: ReadonlySet<string> = new Set([
  ...["=", "+=", "-=", "*=", "/=", "%=", "**=", ".=", "??="],
]);

/** Loosest to tightest among the left-associative operators (hsl.md §4). */
export const binaryPrecedence: ReadonlyMap<string, number> = new Map(
  [
    ["or"],
    ["and"],
    ["|"],
    ["^"],
    ["&"],
    ["==", "!=", "===", "!==", "=~", "!~"],
    ["<", "<=", ">", ">="],
    ["<<", ">>", ">>>"],
    ["."],
    ["+", "-"],
    ["*", "/", "%"],
  ].flatMap((level, index) => level.map((operator) => [operator, index + 3] as const)),
);

/** Assignment 0, `?:` 1, `??` 2, then `binaryPrecedence`, then these. */
export const precedence = {
  assignment: 0,
  conditional: 1,
  coalesce: 2,
  binary: 3,
  unary: 14,
  power: 15,
  postfix: 16,
} as const;

/** How a token is named in a message. */
export const describeToken = (token: Token): string => {
  if (token.kind === "end") return "the end of the script";
  if (token.kind === "variable") return `\`$${token.text}\``;
  if (token.kind === "string") return "a string";
  if (token.kind === "regex") return "a regular expression";
  return `\`${token.text}\``;
};
