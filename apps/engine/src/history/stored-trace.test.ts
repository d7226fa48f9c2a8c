import { expect, test } from "vitest";
import type { FlowTrace, TraceStep } from "../flows/trace.ts";
import { readTrace, storedTrace } from "./stored-trace.ts";

const step = (more: Partial<TraceStep>): TraceStep => ({
  node: "spf",
  title: "SPF",
  outcome: null,
  startMicroseconds: 3,
  microseconds: 40,
  lookups: [],
  log: [],
  ...more,
});
const lookup = {
  function: "spf_query",
  question: '"192.0.2.1"',
  answer: '"pass"',
  microseconds: 9,
};

test("a trace that was stored reads as it was, whatever is empty in it", () => {
  const trace: FlowTrace = {
    flow: "known-users",
    kind: "recipient",
    revision: 7,
    recipient: null,
    ending: "Accept()",
    error: null,
    microseconds: 55,
    steps: [
      step({}),
      step({ outcome: "pass", lookups: [lookup] }),
      step({ log: ["hello"] }),
      step({ lookups: [lookup, lookup], log: ["a", "b"] }),
    ],
  };
  const error = { code: "host-error", message: "failed", line: 1, column: 2, node: "spf" };
  for (const one of [trace, { ...trace, recipient: "ann@example.org" }, { ...trace, error }]) {
    expect(readTrace(JSON.parse(JSON.stringify(storedTrace(one))))).toEqual(one);
  }
});

test("what is empty takes no room", () => {
  const trace: FlowTrace = {
    ...{ flow: "f", kind: "content", revision: 1, recipient: null, ending: "Deliver()" },
    ...{ error: null, microseconds: 1, steps: [step({})] },
  };
  expect(JSON.stringify(storedTrace(trace))).not.toMatch(/lookups|log|error|recipient/);
});
