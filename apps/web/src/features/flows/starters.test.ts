import { blocks } from "@sluice/blocks/definitions";
import { compileFlow, Flow, flowKinds } from "@sluice/flow-schema";
import { expect, test } from "vitest";
import { starterFlow } from "./starters.ts";

test.each(flowKinds)("the starter of %s wires only outcomes that its blocks have", (kind) => {
  const flow = Flow.parse(starterFlow(kind, "New", "default"));
  const { problems } = compileFlow(flow, blocks);
  expect(problems.filter(({ rule }) => rule !== "config" && rule !== "outcome-unwired")).toEqual(
    problems.filter(({ severity }) => severity === "advice" && false),
  );
});
