import { expect, test } from "vitest";
import { compareObjects, sameValue } from "./compare-settings.ts";

test("what was added, changed and removed is told apart, field by field", () => {
  const changes = compareObjects(
    [
      { kind: "domain", id: "a", body: { transport: "x", aliases: ["one"] } },
      { kind: "domain", id: "b", body: {} },
      { kind: "domain", id: "c", body: {} },
    ],
    [
      { kind: "domain", id: "a", body: { transport: "y", aliases: ["two"] } },
      { kind: "domain", id: "c", body: {} },
      { kind: "domain", id: "d", body: {} },
    ],
  );
  expect(changes).toEqual([
    {
      kind: "domain",
      id: "a",
      change: "changed",
      fields: [
        { path: ["aliases", 0], before: "one", after: "two" },
        { path: ["transport"], before: "x", after: "y" },
      ],
    },
    { kind: "domain", id: "d", change: "added", fields: [] },
    { kind: "domain", id: "b", change: "removed", fields: [] },
  ]);
});

test("the order of keys and members that are undefined make no difference", () => {
  expect(sameValue({ a: 1, b: { c: [1] } }, { b: { c: [1] }, a: 1, d: undefined })).toBe(true);
  expect(sameValue({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
  expect(sameValue({ a: null }, {})).toBe(false);
});
