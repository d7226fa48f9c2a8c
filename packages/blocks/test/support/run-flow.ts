/** Flows in short form, and runs of them without a gateway. */
import {
  type CompiledFlow,
  compileFlow,
  environmentFor,
  type Flow,
  type FlowKind,
  probesOf,
} from "@sluice/flow-schema";
import { compile, coreLibrary, Ending, type FunctionBody, HslArray, type Value } from "@sluice/hsl";
import { blocks } from "../../src/registry/definitions.gen.ts";

export type Nodes = Record<
  string,
  [block: string, config?: object, wires?: Record<string, string>]
>;

export const makeFlow = (kind: FlowKind, nodes: Nodes): Flow => ({
  kind,
  title: "Test",
  entry: Object.keys(nodes)[0],
  nodes: Object.fromEntries(
    Object.entries(nodes).map(([id, [block, config = {}, outcomes = {}]]) => [
      id,
      { block, version: 1, config: { ...config }, outcomes },
    ]),
  ),
});

export const compiledOf = (flow: Flow): CompiledFlow & { ok: true } => {
  const compiled = compileFlow(flow, blocks);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.problems));
  return compiled;
};

const bodiesFor = (
  kind: FlowKind,
  given: Record<string, FunctionBody>,
): Map<string, FunctionBody> => {
  const bodies = new Map(coreLibrary.bodies);
  for (const [name, signature] of environmentFor(kind, blocks).functions) {
    if (signature.role === "action" || signature.role === "action-or-modifier") {
      bodies.set(name, (args) => new Ending(signature.name, args));
    }
  }
  for (const [name, body] of Object.entries(given)) bodies.set(name, body);
  return bodies;
};

/** How a run ends, and the nodes and outcomes it passes. */
export const run = async (
  flow: Flow,
  variables: Record<string, Value> = {},
  functions: Record<string, FunctionBody> = {},
) => {
  const { script, origins } = compiledOf(flow);
  const environment = environmentFor(flow.kind, blocks);
  const ready = compile(script.text, environment, { probes: probesOf(origins) }).script;
  const steps: string[] = [];
  const lines: string[] = [];
  const result = await ready?.run({
    functions: bodiesFor(flow.kind, functions),
    variable: (name) => variables[name] ?? "",
    echo: (line) => lines.push(line),
    probe: (id) => {
      const origin = origins.find((each) => each.id === id);
      if (origin !== undefined) steps.push([origin.node, origin.outcome].filter(Boolean).join("."));
    },
    now: () => 0,
    monotonic: () => 0,
    random: () => 0,
  });
  if (result === undefined) throw new Error("does not compile");
  const end =
    result.kind === "action"
      ? [result.action, ...result.args].join(" ")
      : result.kind === "error"
        ? result.error.message
        : "end";
  return { end, steps, lines };
};

export const spfAnswer =
  (result: string): FunctionBody =>
  () =>
    HslArray.fromEntries([["result", result]]);
export const noEntries: FunctionBody = () => new HslArray();
