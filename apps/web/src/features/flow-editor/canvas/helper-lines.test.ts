import { expect, test } from "vitest";
import { helperLines } from "./helper-lines.ts";

const card = (x: number, y: number, height = 56) => ({ x, y, width: 240, height });

test("a block near another's middle is put under it, with a line over both", () => {
  const lines = helperLines(card(5, 200), [card(0, 0), card(416, 80)]);
  expect(lines.at).toEqual({ x: 0, y: 200 });
  expect(lines.vertical).toEqual({ x: 120, from: 0, to: 256 });
  expect(lines.horizontal).toBeNull();
});

test("a block near another's upper edge is put level with it", () => {
  const lines = helperLines(card(416, 4), [card(0, 0)]);
  expect(lines.at).toEqual({ x: 416, y: 0 });
  expect(lines.horizontal).toEqual({ y: 0, from: 0, to: 656 });
});

test("far from everything it stays where it is", () => {
  expect(helperLines(card(200, 300), [card(0, 0)])).toEqual({
    at: { x: 200, y: 300 },
    vertical: null,
    horizontal: null,
  });
});
