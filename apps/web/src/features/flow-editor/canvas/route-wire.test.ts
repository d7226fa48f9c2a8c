import { expect, test } from "vitest";
import { distanceToWire, middleOf, roundedPath, routeWire } from "./route-wire.ts";

const card = (x: number, y: number) => ({ x, y, width: 240, height: 56 });

test("the wire to the card below is a straight line", () => {
  const points = routeWire({ side: "bottom", at: { x: 120, y: 56 } }, { x: 120, y: 108 }, [
    card(0, 0),
    card(0, 108),
  ]);
  expect(points).toEqual([
    { x: 120, y: 56 },
    { x: 120, y: 108 },
  ]);
});

test("a wire goes round the card that stands between its ends", () => {
  const between = card(0, 108);
  const points = routeWire({ side: "bottom", at: { x: 120, y: 56 } }, { x: 120, y: 216 }, [
    card(0, 0),
    between,
    card(0, 216),
  ]);
  for (const { x, y } of points) {
    const inside = x > 0 && x < 240 && y > between.y && y < between.y + between.height;
    expect(inside).toBe(false);
  }
  expect(points.length).toBeGreaterThan(2);
});

test("a side outcome leaves to the right and comes in from above", () => {
  const points = routeWire({ side: "right", at: { x: 240, y: 20 } }, { x: 488, y: 108 }, [
    card(0, 0),
    card(368, 108),
  ]);
  expect(points).toEqual([
    { x: 240, y: 20 },
    { x: 488, y: 20 },
    { x: 488, y: 108 },
  ]);
});

test("corners are round and the ends exact", () => {
  expect(
    roundedPath([
      { x: 0, y: 0 },
      { x: 50, y: 0 },
      { x: 50, y: 50 },
    ]),
  ).toBe("M0,0L42,0Q50,0 50,8L50,50");
});

test("a pointer's distance is to the nearest stretch", () => {
  const points = [
    { x: 0, y: 0 },
    { x: 100, y: 0 },
    { x: 100, y: 100 },
  ];
  expect(distanceToWire({ x: 50, y: 10 }, points)).toBe(10);
  expect(distanceToWire({ x: 110, y: 50 }, points)).toBe(10);
  expect(middleOf(points)).toEqual({ x: 50, y: 0 });
});

test("a wire that has to turn does so behind the words of the outcomes", () => {
  const points = routeWire(
    { side: "right", at: { x: 240, y: 20 } },
    { x: 536, y: 0 }, // beside the card: it goes up and over
    [card(0, 0), card(416, 0)],
    1,
    140,
  );
  const [, turn] = points;
  expect(turn).toEqual({ x: 240 + 140 + 8, y: 20 });
});
