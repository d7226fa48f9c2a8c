/** What a script may name in each kind of flow. */
import { coreSignatures, type Environment, type FunctionSignature } from "@sluice/hsl";
import { absentFunction } from "./absent-functions.ts";
import type { AnyBlock, BlockRegistry } from "./block.ts";
import type { FlowKind } from "./flow.ts";
import { flowKindDefinitions } from "./flows/flow-kinds.ts";
import { hostClasses } from "./host-functions/classes.ts";
import { cryptographyFunctions } from "./host-functions/cryptography.ts";
import { withExample } from "./host-functions/examples.ts";
import { fileStoreFunctions } from "./host-functions/file-store.ts";
import { networkFunctions } from "./host-functions/network.ts";
import { objectFunctions } from "./host-functions/objects.ts";
import { sharedMemoryFunctions } from "./host-functions/shared-memory.ts";
import { signInServerFunctions } from "./host-functions/sign-in-servers.ts";
import { systemFunctions } from "./host-functions/system.ts";
import type { HostFunction } from "./signature-table.ts";

/** Functions that every kind of flow has and the engine provides. */
export const hostFunctions: readonly HostFunction[] = [
  ...systemFunctions,
  ...networkFunctions,
  ...signInServerFunctions,
  ...sharedMemoryFunctions,
  ...objectFunctions,
  ...fileStoreFunctions,
  ...cryptographyFunctions,
];

const known = new WeakMap<BlockRegistry, Map<FlowKind, Environment>>();
const noBlocks: BlockRegistry = new Map();

/** The core library, the host's functions, those of the kind and those its blocks bring. */
export const environmentFor = (kind: FlowKind, blocks: BlockRegistry = noBlocks): Environment => {
  const byKind = known.get(blocks) ?? new Map<FlowKind, Environment>();
  known.set(blocks, byKind);
  const environment = byKind.get(kind) ?? makeEnvironment(kind, blocks);
  byKind.set(kind, environment);
  return environment;
};

const makeEnvironment = (kind: FlowKind, blocks: BlockRegistry): Environment => {
  const functions = new Map<string, FunctionSignature>(coreSignatures);
  const add = (signature: FunctionSignature): void => {
    for (const name of [signature.name, ...(signature.aliases ?? [])]) {
      functions.set(name, signature);
    }
  };
  const definition = flowKindDefinitions[kind];
  for (const signature of [...hostFunctions, ...definition.actions]) {
    add(withExample(signature, kind));
  }
  for (const block of blocks.values()) {
    if (!(block as AnyBlock).flows.includes(kind)) continue;
    for (const signature of Object.values((block as AnyBlock).functions)) {
      add(signature as FunctionSignature);
    }
  }
  const variables = new Map(definition.variables.map((variable) => [variable.name, variable]));
  return {
    functions,
    variables,
    classes: hostClasses,
    elsewhere: (what, name) => {
      const absent = what === "function" ? absentFunction(name) : undefined;
      if (absent !== undefined) return absent;
      const titles = Object.entries(flowKindDefinitions).flatMap(([other, { title }]) => {
        const there = environmentFor(other as FlowKind, blocks);
        return (what === "function" ? there.functions : there.variables).has(name) ? [title] : [];
      });
      if (titles.length === 0) return undefined;
      const list = new Intl.ListFormat("en").format(titles);
      return `It exists in ${titles.length === 1 ? "flows of the kind" : "flows of the kinds"} ${list}.`;
    },
  };
};
