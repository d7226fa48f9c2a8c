import { HslArray } from "@sluice/hsl";
import { expect, test } from "vitest";
import type { FlowTrace } from "../flows/trace.ts";
import { describeValue } from "../flows/trace-of.ts";
import { hasSpfPass } from "./spf-pass.ts";

const facts = { clientAddress: "192.0.2.1", helo: "mx.example", sender: "a@b.example" };
const question = [facts.clientAddress, facts.helo, facts.sender].map(describeValue).join(", ");
const answerOf = (result: string, explanation = ""): string =>
  describeValue(
    HslArray.fromEntries([
      ["result", result],
      ["domain", "b.example"],
      ["explanation", explanation],
    ]),
  );
const traceOf = (lookup: { function: string; question: string; answer: string }): FlowTrace[] => [
  {
    flow: "recipients",
    kind: "recipient",
    revision: 1,
    recipient: null,
    steps: [
      {
        node: "spf",
        title: "SPF",
        outcome: "pass",
        startMicroseconds: 0,
        microseconds: 1,
        lookups: [{ ...lookup, microseconds: 1 }],
        log: [],
      },
    ],
    ending: "Accept()",
    error: null,
    microseconds: 1,
  },
];
const check = (name: string, answer: string, asked = question): boolean =>
  hasSpfPass(traceOf({ function: name, question: asked, answer }), facts);

test("a pass for this client and sender counts", () => {
  expect(check("spf_query", answerOf("pass"))).toBe(true);
  expect(check("spf_query", answerOf("pass"), `${question}, ["timeout"=>5]`)).toBe(true);
  expect(check("spf", "0")).toBe(true);
});

test("nothing else does: another result, another subject, words of somebody's DNS", () => {
  for (const result of ["fail", "softfail", "none", "neutral", "temperror", "permerror"]) {
    expect(check("spf_query", answerOf(result, '["result"=>"pass"'))).toBe(false);
  }
  expect(check("spf", "50")).toBe(false);
  expect(check("spf_query", answerOf("pass"), question.replace("192.0.2.1", "192.0.2.2"))).toBe(
    false,
  );
  expect(check("dns", answerOf("pass"))).toBe(false);
  expect(hasSpfPass([], facts)).toBe(false);
});
