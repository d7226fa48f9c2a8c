import { expect, test } from "vitest";
import { withoutDirection } from "./forward-only.ts";

test("a page is asked for without the direction that the gateway does not know", () => {
  expect(withoutDirection({ text: "x", cursor: null, direction: "forward" })).toEqual({
    text: "x",
    cursor: null,
  });
});

test("so is the first page, which has no cursor yet", () => {
  expect(withoutDirection({ queue: "outgoing", direction: "forward" })).toEqual({
    queue: "outgoing",
  });
});

test("an input that is no page stays as it is", () => {
  expect(withoutDirection({ direction: "up" })).toEqual({ direction: "up" });
  expect(withoutDirection(undefined)).toBeUndefined();
});
