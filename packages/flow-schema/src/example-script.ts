import { hsl, Script } from "@sluice/hsl";
import type { AnyBlock } from "./block.ts";
import type { FlowKind } from "./flow.ts";

/** The script of a block's example, each outcome shown as a comment: for its reference page. */
export const exampleScript = (
  block: AnyBlock,
  kind: FlowKind | undefined = block.flows[0],
): Script => {
  const config: unknown = block.config.parse(block.example);
  const to = (outcome: string): Script => hsl.raw(`// → ${outcome}`);
  const local = (name: string): Script => hsl.raw(`$${name}`);
  const script = block.script(config, to, local, kind ?? "content");
  const declarations = block.declarations?.(config).text ?? "";
  return Script.of(declarations === "" ? script.text : `${declarations}\n${script.text}`);
};

/** The block's outcomes for its example. */
export const exampleOutcomes = (block: AnyBlock): Readonly<Record<string, string>> =>
  typeof block.outcomes === "function"
    ? block.outcomes(block.config.parse(block.example))
    : block.outcomes;
