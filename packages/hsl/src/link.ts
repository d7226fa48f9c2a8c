/**
 * Finds the texts a script brings in. An included file is spliced where it is
 * named, as often as it is named; a module is read once, whoever imports it.
 */
import type { AnyNode, Import, Include, Program, StringLiteral } from "./ast.ts";
import { type DataFormat, dataFormatOf, readData } from "./data-file.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { fileUnit, mainUnit, type Unit } from "./unit.ts";
import type { Value } from "./values/value.ts";
import { pushChildren, walk } from "./walk.ts";

/** The text of a file of the file store, or null when there is none. */
export type Resolve = (name: string) => string | null;

export type Linked = {
  readonly main: Unit;
  readonly includes: ReadonlyMap<Include, Unit>;
  /** A module's unit for each import of functions or variables. */
  readonly modules: ReadonlyMap<Import, Unit>;
  /** The value for each import of a data file. */
  readonly data: ReadonlyMap<Import, Value>;
};

const maxFiles = 100; // files that include files twice grow exponentially

export const link = (program: Program, resolve: Resolve, diagnostics: Diagnostic[]): Linked => {
  const linker = new Linker(resolve);
  const main = mainUnit(program, diagnostics);
  linker.linkUnit(main, []);
  return { main, includes: linker.includes, modules: linker.modules, data: linker.data };
};

class Linker {
  readonly includes = new Map<Include, Unit>();
  readonly modules = new Map<Import, Unit>();
  readonly data = new Map<Import, Value>();
  private readonly unitOfModule = new Map<string, Unit>();
  private readonly seen = new Set<string>();
  private readonly resolve: Resolve;
  private files = 0;

  constructor(resolve: Resolve) {
    this.resolve = resolve;
  }

  linkUnit(unit: Unit, chain: readonly string[]): void {
    if (!/include|import/.test(unit.program.source.text)) return;
    walk(unit.program, (node) => {
      if (node.kind === "Include") this.linkInclude(node, unit, chain);
      if (node.kind === "Import") this.linkImport(node, unit, chain);
      return isStatementLike(node);
    });
  }

  private linkInclude(node: Include, unit: Unit, chain: readonly string[]): void {
    const name = literalText(node.path);
    if (node.isOnce && this.seen.has(name)) return;
    this.seen.add(name);
    const text = this.read(node.path, unit, chain);
    if (text === null) return;
    const included = fileUnit(name, text, unit, node);
    this.includes.set(node, included);
    this.linkUnit(included, [...chain, name]);
  }

  private linkImport(node: Import, unit: Unit, chain: readonly string[]): void {
    if (!unit.program.body.includes(node)) {
      unit.report(
        "error",
        "bad-import",
        node,
        "`import` stands at the top level of a script only.",
      );
      return;
    }
    const name = literalText(node.path);
    if (node.what.kind === "ImportData") {
      const format = dataFormatOf(name);
      if (format === null) {
        unit.report(
          "error",
          "bad-import",
          node.path,
          "Only .json, .csv, .yaml and .txt files hold data.",
        );
        return;
      }
      this.linkData(node, unit, format, chain);
      return;
    }
    const known = this.unitOfModule.get(name);
    if (known !== undefined && !chain.includes(name)) {
      this.modules.set(node, known);
      return;
    }
    const text = this.read(node.path, unit, chain);
    if (text === null) return;
    const module = fileUnit(name, text, unit, node);
    this.unitOfModule.set(name, module);
    this.modules.set(node, module);
    this.linkUnit(module, [...chain, name]);
  }

  private linkData(node: Import, unit: Unit, format: DataFormat, chain: readonly string[]): void {
    const text = this.read(node.path, unit, chain);
    if (text === null) return;
    const read = readData(text, format);
    if (read.ok) this.data.set(node, read.value);
    else unit.report("error", "bad-import", node.path, read.reason);
  }

  private read(path: StringLiteral, unit: Unit, chain: readonly string[]): string | null {
    const name = literalText(path);
    if (chain.includes(name)) {
      const circle = [...chain.slice(chain.indexOf(name)), name].join(" → ");
      unit.report("error", "include-cycle", path, `These files include each other: ${circle}.`);
      return null;
    }
    this.files += 1;
    if (this.files > maxFiles) {
      unit.report("error", "too-many-files", path, `More than ${maxFiles} files are included.`);
      return null;
    }
    const text = this.resolve(name);
    if (text === null) {
      unit.report("error", "unknown-file", path, `There is no file \`${name}\`.`, {
        cure: 'Names are "file:1" or "file://name".',
      });
    }
    return text;
  }
}

export const literalText = (path: StringLiteral): string =>
  path.parts.map((part) => (typeof part === "string" ? part : "")).join("");

const isStatementLike = (node: AnyNode): boolean => node.kind !== "Import";

/** The kinds that some pass asks about; all others only hold these. */
const tellingKinds = [
  ...(["FunctionDeclaration", "Class", "Function", "Global", "Include", "Import"] as const),
  ...([
    "ImportData",
    "ImportItem",
    "Assignment",
    "PatternItem",
    "Update",
    "Unset",
    "Isset",
  ] as const),
  ...(["Coalesce", "Foreach", "Try", "Barrier", "Variable", "String", "Index", "Call"] as const),
  ...(["Name", "Scoped", "Regex", "Binary", "Cache"] as const),
] as const;

export type TellingNode = Extract<AnyNode, { readonly kind: (typeof tellingKinds)[number] }>;

const telling: ReadonlySet<AnyNode["kind"]> = new Set(tellingKinds);

const isTelling = (node: AnyNode): node is TellingNode => telling.has(node.kind);

/** Nodes that give a name a meaning, or that have a body of their own. */
const declaringKinds = ["FunctionDeclaration", "Class", "Function", "Import"] as const;

export type DeclaringNode = Extract<
  TellingNode,
  { readonly kind: (typeof declaringKinds)[number] }
>;

const declaring: ReadonlySet<AnyNode["kind"]> = new Set(declaringKinds);

const isDeclaring = (node: TellingNode): node is DeclaringNode => declaring.has(node.kind);

/** What one body says in one text. */
type Stretch = {
  readonly unit: Unit;
  readonly nodes: TellingNode[];
  /** Those of the nodes. */
  readonly declarations: DeclaringNode[];
};

const emptyStretch = (unit: Unit): Stretch => ({ unit, nodes: [], declarations: [] });

/**
 * The telling nodes of a body in the order of the text, with included files in
 * place of what includes them. What stands inside functions and classes is theirs; they
 * are in the list themselves. Several passes ask for it, and one makes it.
 */
export class Bodies {
  private readonly includes: Linked["includes"];
  private readonly known = new Map<readonly AnyNode[], readonly Stretch[]>();

  constructor({ includes }: Linked) {
    this.includes = includes;
  }

  /** Calls `look` for each telling node of a body in `unit`, with the text it stands in. */
  each(body: readonly AnyNode[], unit: Unit, look: (node: TellingNode, unit: Unit) => void): void {
    for (const { nodes, unit: from } of this.of(body, unit)) {
      // every pass comes by here with every node, so no iterator
      for (let i = 0; i < nodes.length; i++) look(nodes[i] as TellingNode, from);
    }
  }

  /** Likewise, for those that declare something. */
  eachDeclaration(
    body: readonly AnyNode[],
    unit: Unit,
    look: (node: DeclaringNode, unit: Unit) => void,
  ): void {
    for (const { declarations, unit: from } of this.of(body, unit)) {
      for (const node of declarations) look(node, from);
    }
  }

  private of(body: readonly AnyNode[], unit: Unit): readonly Stretch[] {
    let stretches = this.known.get(body);
    if (stretches === undefined) {
      stretches = this.read(body, unit);
      this.known.set(body, stretches);
    }
    return stretches;
  }

  private read(body: readonly AnyNode[], unit: Unit): readonly Stretch[] {
    let stretch = emptyStretch(unit);
    const stretches = [stretch];
    const pending = body.toReversed();
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (isTelling(node)) {
        stretch.nodes.push(node);
        if (isDeclaring(node)) stretch.declarations.push(node);
      }
      if (node.kind === "Include") {
        const included = this.includes.get(node);
        if (included === undefined) continue;
        stretch = emptyStretch(unit);
        stretches.push(...this.of(included.program.body, included), stretch);
      } else if (!closed.has(node.kind)) {
        pushChildren(node, pending);
      }
    }
    return stretches;
  }
}

/** Nothing below these belongs to the body they stand in; the names after `global` are read by nobody. */
const closed: ReadonlySet<AnyNode["kind"]> = new Set([
  ...(["FunctionDeclaration", "Class", "Function", "Global"] as const),
]);
