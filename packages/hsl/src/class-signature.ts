/** A short form for what the objects of a class can be asked, and the classes of the language itself. */
import type { ClassSignature, MethodSignature, ValueKind } from "./signature.ts";

type Row = readonly [
  /** `name(first, second?)`; a question mark: it may be left out. */
  spelled: string,
  kinds: ValueKind | readonly ValueKind[],
  summary: string,
  gives?: string,
];

const methodOf = ([spelled, kinds, summary, gives]: Row): MethodSignature => {
  const [, name = "", inner = ""] = /^(\w+)\((.*)\)$/.exec(spelled) ?? [];
  if (name === "") throw new Error(`no method: ${spelled}`);
  const parameters = inner
    .split(", ")
    .filter((one) => one !== "")
    .map((one) => (one.endsWith("?") ? { name: one.slice(0, -1), optional: true } : { name: one }));
  const returns = { kinds: typeof kinds === "string" ? [kinds] : kinds };
  return { name, summary, parameters, returns, ...(gives === undefined ? {} : { gives }) };
};

export const classSignature = (name: string, rows: readonly Row[]): ClassSignature => ({
  name,
  methods: new Map(rows.map(methodOf).map((method) => [method.name, method])),
});

const shared: readonly Row[] = [
  ["has(key)", "boolean", "Whether it is in there."],
  ["delete(key)", "boolean", "Takes it out; whether it was there."],
  ["clear()", "none", "Takes everything out."],
  ["size()", "number", "How many there are."],
  ["values()", "array", "The values, in the order in which they came."],
];

/** The classes every script has. */
export const coreClasses: ReadonlyMap<string, ClassSignature> = new Map(
  [
    classSignature("Map", [
      ...shared,
      ["keys()", "array", "The keys, in the order in which they came."],
      ["entries()", "array", "Pairs of key and value, in the order in which they came."],
      ["get(key, fallback?)", "any", "The value of a key; without one the fallback, or none."],
      ["set(key, value)", "object", "Puts a value in, and gives the map back.", "Map"],
    ]),
    classSignature("Set", [
      ...shared,
      ["add(value)", "object", "Puts a value in, and gives the set back.", "Set"],
    ]),
    classSignature("Exception", [
      ["message()", "string", "What went wrong."],
      ["toString()", "string", "The same."],
      ["file()", "string", "The file it happened in; empty for the script itself."],
      ["line()", "number", "The line it happened on."],
      ["column()", "number", "The column it happened at."],
    ]),
  ].map((one) => [one.name, one]),
);
