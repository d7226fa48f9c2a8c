import { expect, test } from "vitest";
import { litPath, stepAfterKey } from "./trace-steps.ts";
import type { FlowTrace } from "./trace-types.ts";

const step = (node: string, outcome: string | null) => ({
  node,
  title: node,
  outcome,
  startMicroseconds: 0,
  microseconds: 1,
  lookups: [],
  log: [],
});

const trace: FlowTrace = {
  flow: "f",
  kind: "recipient",
  revision: 1,
  recipient: null,
  steps: [step("spf", "fail"), step("refuse", null)],
  ending: 'Reject("No")',
  error: null,
  microseconds: 2,
};

test("the whole way is lit, wires between its blocks too", () => {
  const lit = litPath(trace, 1, "spf");
  expect([...lit.nodes]).toEqual(["spf", "refuse"]);
  expect([...lit.wires]).toEqual(["@start::start", "spf::fail"]);
  expect(lit.last).toBe("refuse");
});

test("at the first step nothing beyond it is lit", () => {
  const lit = litPath(trace, 0, "spf");
  expect([...lit.nodes]).toEqual(["spf"]);
  expect([...lit.wires]).toEqual(["@start::start"]);
});

test("keys step through, and stop at the ends", () => {
  expect(stepAfterKey("ArrowRight", 1, 2)).toBe(1);
  expect(stepAfterKey("ArrowLeft", 0, 2)).toBe(0);
  expect(stepAfterKey("End", 0, 2)).toBe(1);
  expect(stepAfterKey("Home", 1, 2)).toBe(0);
  expect(stepAfterKey("a", 1, 2)).toBeNull();
});
