import { expect, test } from "vitest";
import { newId } from "./session.ts";

test("ids are UUIDs of version 7, ordered by time, and never the same", () => {
  const ids = Array.from({ length: 5000 }, (_, index) => newId(1_790_000_000_000 + index));
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  }
  expect([...ids].sort()).toEqual(ids);
  expect(new Set(Array.from({ length: 5000 }, () => newId(1))).size).toBe(5000);
});
