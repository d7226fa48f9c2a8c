import { parse } from "@sluice/hsl";
import { fieldValues } from "./describe-fields.ts";
import { environmentFor } from "./environment.ts";
import type { PreparedFlow } from "./prepared-flow.ts";
import { scriptNames } from "./script-names.ts";

/**
 * A function name for each node: the node's id, with `_` for `-`, and `_node` behind
 * it where the language, the flow kind or a script has that name already.
 */
export const makeFunctionNames = (flow: PreparedFlow): ReadonlyMap<string, string> => {
  const taken = new Set(environmentFor(flow.kind).functions.keys());
  for (const { block, config } of flow.nodes.values()) {
    if (block === undefined || config === undefined) continue;
    for (const { meta, value } of fieldValues(block.config, config)) {
      if (meta.widget !== "script" || typeof value !== "string") continue;
      for (const name of scriptNames(value).declared) taken.add(name);
    }
  }
  const names = new Map<string, string>();
  for (const id of flow.nodes.keys()) {
    let name = id.replaceAll("-", "_");
    while (taken.has(name) || !isFunctionName(name)) name += "_node";
    taken.add(name);
    names.set(id, name);
  }
  return names;
};

/** Keywords, and words of other languages, name no function. */
const isFunctionName = (name: string): boolean =>
  parse(`function ${name}() {}`).diagnostics.length === 0;
