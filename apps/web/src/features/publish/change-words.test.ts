import { expect, test } from "vitest";
import { changeWords, shortValue, textChanges } from "./change-words.ts";

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

test("of a script the lines that differ are shown, with their place", () => {
  const words = (before: string, after: string) =>
    changeWords([{ path: ["nodes", "own", "config", "source"], before, after }]);
  const long = `// ${"A title that is long ".repeat(5)}\n`;
  expect(words(`${long}echo 1;\nAccept();`, `${long}echo 2;\nAccept();`)).toEqual([
    "block own › source, line 2: echo 1; → echo 2;",
  ]);
  expect(words("a;\nc;", "a;\nb;\nc;")).toEqual(["block own › source, line 2: b; (new)"]);
  expect(words("a;\na;\nc;", "a;\nc;")).toEqual(["block own › source, line 2: a; (taken away)"]);
  expect(words("", "a;\nb;")).toEqual(["block own › source, line 1: empty → a; b;"]);
});

test("texts with lines can be shown line by line, other values cannot", () => {
  const path = ["nodes", "own", "config", "source"];
  expect(
    textChanges([
      { path, before: "a;\nb;", after: "a;" },
      { path: ["title"], before: "A\n", after: "B" },
      { path: ["nodes", "new"], before: undefined, after: { block: "script" } },
      { path: ["note"], before: undefined, after: "one\ntwo" },
    ]),
  ).toEqual([
    { place: "block own › source", before: "a;\nb;", after: "a;" },
    { place: "note", before: "", after: "one\ntwo" },
  ]);
});

test("of two long lines that begin alike the part that differs is shown", () => {
  const [before = "", after = ""] = ["one", "two"].map((end) => `${"x".repeat(100)}${end}`);
  expect(changeWords([{ path: ["text"], before, after }])).toEqual([
    "text: …xxxxxxxxxxone → …xxxxxxxxxxtwo",
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
