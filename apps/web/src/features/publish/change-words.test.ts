import { expect, test } from "vitest";
import { changeWords, shortValue } from "./change-words.ts";

test("a change inside a block is told by block and setting", () => {
  expect(
    changeWords([
      { path: ["nodes", "refuse", "config", "text"], before: "No", after: "Never" },
      { path: ["nodes", "limit"], before: undefined, after: { block: "rate-limit", config: {} } },
      { path: ["title"], before: "A", after: undefined },
    ]),
  ).toEqual([
    "block refuse › text: No → Never",
    "block limit: block rate-limit (new)",
    "title: A (taken away)",
  ]);
});

test("many changes are cut, and counted", () => {
  const many = Array.from({ length: 20 }, (_, index) => ({
    path: [`f${index}`],
    before: 0,
    after: index,
  }));
  const lines = changeWords(many);
  expect(lines).toHaveLength(8);
  expect(lines.at(-1)).toBe("… and 13 more");
});

test("long values are cut, and what is nothing has a word", () => {
  expect(shortValue("x".repeat(200))).toHaveLength(80);
  expect(shortValue("")).toBe("empty");
  expect(shortValue(false)).toBe("off");
});
