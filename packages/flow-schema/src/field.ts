/** Form fields of a block or of a settings object: a zod type that cannot exist without words. */
import { z } from "zod";

export type Widget =
  | "text"
  | "secret"
  | "template"
  | "multiline"
  | "number"
  | "switch"
  | "select"
  | "list"
  | "reference"
  | "script";

export const referenceKinds = [
  "listener",
  "domain",
  "transport",
  "directory",
  "file",
  "quarantine",
  "certificate",
  "signer",
  "flow",
] as const;
export type ReferenceKind = (typeof referenceKinds)[number];

export type FieldMeta = {
  readonly label: string;
  readonly help: string;
  readonly widget: Widget;
  readonly placeholder?: string | undefined;
  readonly section?: string | undefined;
  readonly unit?: string | undefined;
  readonly reference?: ReferenceKind | undefined;
  /** Words for the values of a choice. */
  readonly choices?: Readonly<Record<string, string>> | undefined;
  /** A template that may name secret variables, for its text goes to a check and nowhere else. */
  readonly secrets?: boolean | undefined;
  /** A script that is one expression. */
  readonly expression?: boolean | undefined;
};

export const fieldMeta = z.registry<FieldMeta>();

type Words = {
  readonly label: string;
  readonly help: string;
  readonly placeholder?: string;
  readonly section?: string;
};

const withMeta = <T extends z.ZodType>(
  type: T,
  widget: Widget,
  words: Words,
  more: Partial<FieldMeta> = {},
): T => {
  fieldMeta.add(type, { ...words, ...more, widget });
  return type;
};

export const field = {
  text: (words: Words & { min?: number; max?: number; pattern?: RegExp; patternHelp?: string }) => {
    const { min, max = 1000, pattern, patternHelp, ...rest } = words;
    let type = z.string().max(max);
    if (min !== undefined) type = type.min(min, "Fill this in.");
    if (pattern !== undefined) type = type.regex(pattern, patternHelp);
    return withMeta(type, "text", rest);
  },
  /** Text in which `$variables` of the flow kind are replaced at run time. */
  template: (words: Words & { min?: number; max?: number; secrets?: boolean }) => {
    const { min, max = 2000, secrets, ...rest } = words;
    let type = z.string().max(max);
    if (min !== undefined) type = type.min(min, "Fill this in.");
    return withMeta(type, "template", rest, { secrets });
  },
  multiline: (words: Words & { max?: number }) => {
    const { max = 100_000, ...rest } = words;
    return withMeta(z.string().max(max), "multiline", rest);
  },
  script: (words: Words) => withMeta(z.string().max(500_000), "script", words),
  /** One HSL expression. */
  expression: (words: Words) =>
    withMeta(z.string().trim().min(1, "Fill this in.").max(10_000), "script", words, {
      expression: true,
    }),
  number: (words: Words & { min?: number; max?: number; unit?: string; whole?: boolean }) => {
    const { min, max, unit, whole = false, ...rest } = words;
    let type = whole ? z.int() : z.number();
    if (min !== undefined) type = type.min(min);
    if (max !== undefined) type = type.max(max);
    return withMeta(type, "number", rest, { unit });
  },
  toggle: (words: Words) => withMeta(z.boolean(), "switch", words),
  choice: <const Values extends readonly [string, ...string[]]>(
    values: Values,
    words: Words & { choices: Readonly<Record<Values[number], string>> },
  ) => {
    const { choices, ...rest } = words;
    return withMeta(z.enum(values), "select", rest, { choices });
  },
  /** The id of another object; its existence is checked when the draft is published. */
  reference: (kind: ReferenceKind, words: Words) =>
    withMeta(z.string().min(1, "Choose one."), "reference", words, { reference: kind }),
  list: <Item extends z.ZodType>(item: Item, words: Words & { min?: number; max?: number }) => {
    const { min, max = 10_000, ...rest } = words;
    let type = z.array(item).max(max);
    if (min !== undefined) type = type.min(min, "Add at least one.");
    return withMeta(type, "list", rest);
  },
} as const;
