import { expect, test } from "vitest";
import type { HistoryRecord, Outcome } from "./event.ts";
import { type Result, withResults } from "./with-results.ts";

const record = (...recipients: string[]): HistoryRecord => ({
  ...{ messageId: "m", at: new Date(0), outcome: "queued", stage: "data", listener: "inbound" },
  ...{ clientAddress: "", helo: "", signIn: null, sender: "", recipients, subject: "", size: 0 },
  ...{ revision: 1, flow: null, node: null, reply: "", traces: [], events: [] },
});

const result = (recipient: string, outcome: Outcome | null): Result => ({
  recipient,
  outcome,
  event: { at: new Date(1), kind: "attempt-delivered", queueId: "1", recipient, detail: {} },
});

test.each([
  [["a"], [], "queued", undefined],
  [["a"], [result("a", "delivered")], "delivered", {}],
  [["a"], [result("a", null)], "queued", {}],
  [["a", "b"], [result("a", "delivered")], "mixed", { "": "queued", a: "delivered" }],
  [
    ["a", "b"],
    [result("a", "delivered"), result("b", "delivered")],
    "delivered",
    { "": "queued", a: "delivered", b: "delivered" },
  ],
  [
    ["a", "b"],
    [result("a", "delivered"), result("b", "bounced")],
    "mixed",
    { "": "queued", a: "delivered", b: "bounced" },
  ],
] as const)("%j with %j is %s", (recipients, results, outcome, outcomes) => {
  const made = withResults(record(...recipients), results);
  expect(made.outcome).toBe(outcome);
  expect(made.outcomes).toEqual(outcomes);
  expect(made.events).toHaveLength(results.length);
});
