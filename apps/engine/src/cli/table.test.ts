import { expect, test } from "vitest";
import { parseFilter } from "./queue-filter.ts";
import { printable, table } from "./table.ts";

test("nothing that moves a cursor or turns text around reaches the terminal", () => {
  expect(printable("a\u001b[2Jb\r\n\u202ec")).toBe("a\\u{1b}[2Jb\\u{d}\\u{a}\\u{202e}c");
  expect(printable(null)).toBe("");
});

test("columns are as wide as they need", () => {
  expect(
    table(
      ["id", "name"],
      [
        [1, "x"],
        [22, "longer"],
      ],
    ),
  ).toBe("id  name\n1   x\n22  longer\n");
});

test("a filter is words of key and value", () => {
  expect(parseFilter(["sender:a@b.example", "hop:[192.0.2.1]:25", "queue:hold"])).toEqual({
    sender: "a@b.example",
    nextHop: "[192.0.2.1]:25",
    queue: "hold",
  });
  expect(() => parseFilter(["sender"])).toThrow("is no filter");
  expect(() => parseFilter(["constructor:x"])).toThrow("is no filter");
});
