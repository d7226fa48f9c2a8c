import { compileFlow, environmentFor } from "@sluice/flow-schema";
import { compile } from "@sluice/hsl";
import { describe, expect, test } from "vitest";
import { defaultFlows, defaultLayouts } from "./default-flows.ts";
import { blocks } from "./registry/definitions.gen.ts";

describe.each(Object.entries(defaultFlows))("%s", (id, flow) => {
  test("compiles without an error, and its script too", () => {
    const compiled = compileFlow(flow, blocks);
    expect(compiled.problems.filter(({ severity }) => severity === "error")).toEqual([]);
    if (!compiled.ok) throw new Error("does not compile");
    const { script, diagnostics } = compile(
      compiled.script.text,
      environmentFor(flow.kind, blocks),
    );
    expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(script).not.toBeNull();
  });

  test("has a place for every block, and a note for every check", () => {
    expect(Object.keys(defaultLayouts[id] ?? {}).sort()).toEqual(Object.keys(flow.nodes).sort());
    for (const node of Object.values(flow.nodes)) {
      if (Object.keys(node.outcomes).length > 0) expect(node.note).toBeTruthy();
    }
  });
});
