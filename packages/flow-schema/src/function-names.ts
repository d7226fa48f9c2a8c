import { parse } from "@sluice/hsl";
import { fieldValues } from "./describe-fields.ts";
import type { PreparedFlow } from "./prepared-flow.ts";
import { scriptNames } from "./script-names.ts";

/** All script text that administrators wrote into the flow's blocks. */
export const typedScripts = (flow: PreparedFlow): string[] =>
  [...flow.nodes.values()].flatMap(({ block, config }) =>
    block === undefined || config === undefined
      ? []
      : fieldValues(block.config, config).flatMap(({ meta, value }) =>
          meta.widget === "script" && typeof value === "string" ? [value] : [],
        ),
  );

/**
 * A function name for each node: the node's id, with `_` for `-`, and `_node` behind
 * it where the language, the flow kind or a script has that name already.
 */
export const makeFunctionNames = (flow: PreparedFlow): ReadonlyMap<string, string> => {
  const taken = new Set(flow.environment.functions.keys());
  for (const text of typedScripts(flow)) {
    for (const name of scriptNames(text).declared) taken.add(name);
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
