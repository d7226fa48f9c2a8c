/** What is wrong with a value, and what to write instead, in words. */
import { z } from "zod";
import { type ObjectKind, objectSchemas } from "../settings.ts";

const isSecretField = (path: readonly PropertyKey[]): boolean =>
  path.some((step) => ["password", "bindPassword", "privateKey", "srsKey"].includes(String(step)));

const secretCure =
  "A secret is never written into these files: use “secret: stored” and set it in the web app, or “secret: env NAME”.";

export const messageFor = (issue: z.core.$ZodIssue): string => {
  if (isSecretField(issue.path)) return "This is not a reference to a secret.";
  if (issue.code === "invalid_type" && issue.input === undefined) {
    return `“${String(issue.path.at(-1) ?? "it")}” is missing.`;
  }
  return issue.message;
};

export const cureFor = (kind: ObjectKind, issue: z.core.$ZodIssue, key?: string): string => {
  if (isSecretField(issue.path)) return secretCure;
  switch (issue.code) {
    case "unrecognized_keys": {
      const known = keysAt(objectSchemas[kind], issue.path);
      const near = key === undefined ? undefined : nearest(key, known);
      if (near !== undefined) return `Did you mean “${near}”?`;
      return known.length === 0 ? "Remove it." : `Known here: ${known.join(", ")}.`;
    }
    case "invalid_type":
      return typeCures[issue.expected] ?? `Write a value of the type ${issue.expected}.`;
    case "invalid_value":
      return `Write one of: ${issue.values.map(String).join(", ")}.`;
    case "too_small":
      return `Write at least ${issue.minimum}.`;
    case "too_big":
      return `Write at most ${issue.maximum}.`;
    case "invalid_key":
      return "Use small letters, digits, dots and dashes, at most 64.";
    default:
      return "Correct the value.";
  }
};

const typeCures: Readonly<Record<string, string>> = {
  string: "Write text; quote it when it looks like a number or like true and false.",
  number: "Write a number without quotes.",
  int: "Write a whole number without quotes.",
  boolean: "Write true or false.",
  array: "Write a list: one “- item” a line, or [a, b].",
  object: "Write “key: value” lines below it.",
  record: "Write “name: value” lines below it.",
};

/** The names a map at this path may have. */
const keysAt = (schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] => {
  let type: z.core.$ZodType = schema;
  const unwrap = (): void => {
    while ("innerType" in type._zod.def) {
      const { innerType } = type._zod.def;
      if (!(innerType instanceof z.core.$ZodType)) return;
      type = innerType;
    }
  };
  for (const step of path) {
    unwrap();
    if (type instanceof z.ZodObject) {
      const next: unknown = type.shape[String(step)];
      if (!(next instanceof z.core.$ZodType)) return [];
      type = next;
    } else if (type instanceof z.ZodRecord) type = type.valueType;
    else if (type instanceof z.ZodArray) type = type.element;
    else return [];
  }
  unwrap();
  return type instanceof z.ZodObject ? Object.keys(type.shape).sort() : [];
};

const nearest = (word: string, known: readonly string[]): string | undefined => {
  const best = known
    .map((candidate) => ({
      candidate,
      distance: editDistance(word.toLowerCase(), candidate.toLowerCase()),
    }))
    .sort((a, b) => a.distance - b.distance)[0];
  return best !== undefined && best.distance <= Math.max(1, word.length / 3)
    ? best.candidate
    : undefined;
};

const editDistance = (a: string, b: string): number => {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitute = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(
        Math.min(substitute, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1),
      );
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
};
