/** Which variables and functions a piece of a flow's script names, found in its tree. */
import { type Parsed, parse } from "@sluice/hsl";

type Statement = Parsed["program"]["body"][number];
type Tree = Readonly<Record<string, unknown>> & { readonly kind: string };

export type ScriptNames = {
  /** Read or written in the text itself, not in functions declared in it. */
  readonly named: ReadonlySet<string>;
  /** Written in it, or bound by a `global` of a function in it. */
  readonly assigned: ReadonlySet<string>;
  /** Functions declared in it. */
  readonly declared: ReadonlySet<string>;
};

/** Text of a stored file; `null` when there is none of that name. */
export type Resolve = (name: string) => string | null;

/** Reads the names of a script that parses, and of the files it includes. */
export const scriptNames = (text: string, resolve: Resolve = () => null): ScriptNames => {
  const names = {
    named: new Set<string>(),
    assigned: new Set<string>(),
    declared: new Set<string>(),
  };
  readInto(names, text, resolve, new Set());
  return names;
};

const readInto = (found: Found, text: string, resolve: Resolve, seen: Set<string>): void => {
  for (const statement of parse(text).program.body) {
    visit(statement, found, true, (name) => {
      const included = seen.has(name) ? null : resolve(name);
      seen.add(name);
      if (included !== null) readInto(found, included, resolve, seen);
    });
  }
};

type Found = { named: Set<string>; assigned: Set<string>; declared: Set<string> };

const visit = (
  node: Statement | Tree,
  found: Found,
  isOwn: boolean,
  include: (name: string) => void,
): void => {
  const tree = node as Tree; // nodes are plain data; their members are looked at one by one
  if (tree.kind === "FunctionDeclaration" || tree.kind === "Class") {
    found.declared.add(String(tree["name"]));
    isOwn = false;
  }
  if (tree.kind === "Global")
    for (const name of namesIn(tree["variables"])) found.assigned.add(name);
  if (tree.kind === "Include" && isOwn) include(literalText(tree["path"]));
  if (isOwn) note(tree, found);
  for (const value of Object.values(tree)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (isTree(child)) visit(child, found, isOwn && tree.kind !== "Function", include);
      // a part of a string: `"… $name"`
      else if (isOwn && isNamePart(child)) found.named.add(child.name);
    }
  }
};

const note = (tree: Tree, { named, assigned }: Found): void => {
  if (tree.kind === "Variable") named.add(String(tree["name"]));
  const targets = targetsOf(tree);
  for (const name of targets) {
    named.add(name);
    assigned.add(name);
  }
};

const targetsOf = (tree: Tree): string[] => {
  switch (tree.kind) {
    case "Assignment":
    case "PatternItem":
    case "Update":
      return rootsOf(tree["target"]);
    case "Foreach":
      return namesIn([tree["key"], tree["value"]]);
    case "Try":
      return namesIn([tree["variable"]]);
    case "Barrier":
      return namesIn([tree["shared"]]);
    case "ImportData":
      return namesIn([tree["variable"]]);
    case "ImportItem":
      return tree["isVariable"] === true ? [String(tree["local"])] : [];
    default:
      return [];
  }
};

/** Assigning to `$a[1]->b` assigns to `$a`. */
const rootsOf = (target: unknown): string[] => {
  let place = target;
  while (isTree(place) && place.kind !== "Variable") place = place["object"];
  return namesIn([place]);
};

const namesIn = (values: unknown): string[] =>
  (Array.isArray(values) ? values : []).flatMap((value: unknown) =>
    isTree(value) && value.kind === "Variable" ? [String(value["name"])] : [],
  );

/** A string without variables, such as the name of a file. */
const literalText = (string: unknown): string =>
  isTree(string) && Array.isArray(string["parts"]) ? string["parts"].map(String).join("") : "";

const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && "kind" in value;

const isNamePart = (value: unknown): value is { readonly name: string } =>
  typeof value === "object" && value !== null && "name" in value && !("kind" in value);
