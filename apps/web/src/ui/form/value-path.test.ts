import { expect, test } from "vitest";
import { valueAt, withValueAt } from "./value-path.ts";

test("a value deep inside is replaced in a copy", () => {
  const before = { tls: { mode: "off" }, list: [{ a: 1 }, { a: 2 }] };
  const after = withValueAt(before, ["list", 1, "a"], 3);
  expect(after).toEqual({ tls: { mode: "off" }, list: [{ a: 1 }, { a: 3 }] });
  expect(before.list[1]).toEqual({ a: 2 });
});

test("a member without a value is taken away", () => {
  expect(withValueAt({ a: 1, b: 2 }, ["a"], undefined)).toEqual({ b: 2 });
});

test("a path that leads nowhere has no value", () => {
  expect(valueAt({ a: "text" }, ["a", "b", 0])).toBeUndefined();
});
