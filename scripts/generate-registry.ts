/**
 * Writes `packages/blocks/src/registry/*.gen.ts` from the folders beside it: a folder
 * with a `block.ts` is a block, and nothing else needs to know of it.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const blocksFolder = path.resolve(import.meta.dirname, "../packages/blocks/src");

/** Names of all blocks, sorted. */
export const blockFolders = (root = blocksFolder): string[] =>
  readdirSync(root)
    .filter((name) => existsSync(path.join(root, name, "block.ts")))
    .sort();

const heading = "// Written by scripts/generate-registry.ts. Do not edit.\n";

const identifier = (folder: string): string =>
  folder.replace(/-([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** Text of a registry: imports `exported` of `file` from every folder that has it. */
const registry = (root: string, { file, exported, name, type, entry, from }: Kind): string => {
  const folders = blockFolders(root).filter((folder) => existsSync(path.join(root, folder, file)));
  const imports = folders.map(
    (folder) => `import { ${exported} as ${identifier(folder)}Entry } from "../${folder}/${file}";`,
  );
  const entries = folders.map((folder) => `  ["${folder}", ${identifier(folder)}Entry],`);
  return [
    heading,
    ...imports,
    ...from,
    "",
    `export const ${name}: ${type} = new Map<string, ${entry}>([`,
    ...entries,
    "]);",
    "",
  ].join("\n");
};

type Kind = {
  readonly file: string;
  readonly exported: string;
  readonly name: string;
  readonly type: string;
  /** What the map holds. */
  readonly entry: string;
  readonly from: readonly string[];
};

const kinds: Readonly<Record<string, Kind>> = {
  "definitions.gen.ts": {
    file: "block.ts",
    exported: "block",
    name: "blocks",
    type: "BlockRegistry",
    entry: "AnyBlock",
    from: ['import type { AnyBlock, BlockRegistry } from "@sluice/flow-schema";'],
  },
  "executors.gen.ts": {
    file: "executor.ts",
    exported: "executor",
    name: "executors",
    type: "ExecutorRegistry",
    entry: "BlockExecutor<BlockFunctions>",
    from: [
      'import type { BlockFunctions } from "@sluice/flow-schema";',
      'import type { BlockExecutor, ExecutorRegistry } from "@sluice/flow-schema/execution";',
    ],
  },
  "forms.gen.ts": {
    file: "form.tsx",
    exported: "Form",
    name: "forms",
    type: "FormRegistry",
    entry: "AnyForm",
    from: [
      'import type { ComponentType } from "react";',
      "",
      "type AnyForm = ComponentType<any>;",
      "export type FormRegistry = ReadonlyMap<string, AnyForm>;",
    ],
  },
};

/** Writes the registries; a file whose text is right already keeps its time. */
export const generateRegistry = (root = blocksFolder): void => {
  const target = path.join(root, "registry");
  mkdirSync(target, { recursive: true });
  for (const [file, kind] of Object.entries(kinds)) {
    const destination = path.join(target, file);
    const text = registry(root, kind);
    const isSame = existsSync(destination) && readFileSync(destination, "utf8") === text;
    if (!isSame) writeFileSync(destination, text);
  }
};

if (import.meta.main) generateRegistry();
