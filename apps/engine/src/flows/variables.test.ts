import { flowKindDefinitions, flowKinds } from "@sluice/flow-schema";
import { expect, test } from "vitest";
import { variablesOf } from "./variables.ts";

test.each(flowKinds)("every variable of a flow of the kind %s has a value", (kind) => {
  const promised = flowKindDefinitions[kind].variables.map(({ name }) => name);
  const missing = promised.filter((name) => name !== "context" && !variablesOf[kind].has(name));
  expect(missing).toEqual([]);
});
