import { expect, test } from "vitest";
import type { ContentVerdict } from "../flows/verdict.ts";
import { type Standing, standingOf, strongest } from "./verdict-precedence.ts";

const verdict = (answer: "accept" | "reject" | "defer", ...kinds: string[]): ContentVerdict => ({
  answer: answer === "accept" ? { kind: "accept" } : { kind: answer, text: "x" },
  actions: kinds.map((kind) => ({ kind }) as ContentVerdict["actions"][number]), // only the kind is looked at
  header: null,
});

test.each<[ContentVerdict, Standing]>([
  [verdict("accept", "deliver"), "deliver"],
  [verdict("accept", "delivered"), "deliver"],
  [verdict("accept", "delete"), "delete"],
  [verdict("accept"), "delete"],
  [verdict("accept", "quarantine"), "quarantine"],
  [verdict("reject", "quarantine"), "quarantine"],
  [verdict("accept", "deliver", "quarantine"), "quarantine"],
  [verdict("reject"), "reject"],
  [verdict("reject", "deliver"), "reject"],
  [verdict("defer", "quarantine"), "defer"],
])("%j stands for %s", (given, standing) => {
  expect(standingOf(given)).toBe(standing);
});

test("reject before defer, quarantine, delete, deliver", () => {
  const all: Standing[] = ["deliver", "delete", "quarantine", "defer", "reject"];
  for (let count = 1; count <= all.length; count++) {
    expect(strongest(all.slice(0, count))).toBe(all[count - 1]);
    expect(strongest(all.slice(0, count).reverse())).toBe(all[count - 1]);
  }
});
