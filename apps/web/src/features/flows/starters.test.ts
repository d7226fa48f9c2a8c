import { blocks } from "@sluice/blocks/definitions";
import { compileFlow, Flow, flowKinds } from "@sluice/flow-schema";
import { expect, test } from "vitest";
import { starterFlow } from "./starters.ts";

test.each(flowKinds)("the starter of %s wires only outcomes that its blocks have", (kind) => {
  const flow = Flow.parse(starterFlow(kind, "New", "default"));
  const { problems } = compileFlow(flow, blocks);
  // What is left to the administrator is to choose files and directories.
  const others = problems.filter(({ rule }) => !["config", "outcome-unwired"].includes(rule));
  expect(others).toEqual([]);
});
