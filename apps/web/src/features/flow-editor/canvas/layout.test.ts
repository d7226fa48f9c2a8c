import { expect, test } from "vitest";
import { overlaps, type Rect } from "./geometry.ts";
import { type LayoutNode, layout } from "./layout.ts";

const node = (id: string, ...targets: string[]): LayoutNode => ({
  id,
  width: 240,
  height: 56,
  targets,
  spine: targets[0],
});

const rects = (nodes: readonly LayoutNode[], entry: string): Map<string, Rect> => {
  const points = layout(nodes, entry);
  return new Map(
    nodes.map(({ id, width, height }) => [
      id,
      { ...(points[id] ?? { x: 0, y: 0 }), width, height },
    ]),
  );
};

test("the way straight on runs straight down", () => {
  const places = rects([node("a", "b", "x"), node("b", "c", "x"), node("c"), node("x")], "a");
  expect(["a", "b", "c"].map((id) => places.get(id)?.x)).toEqual([0, 0, 0]);
  const rows = ["a", "b", "c"].map((id) => places.get(id)?.y ?? 0);
  expect(rows).toEqual([...rows].sort((a, b) => a - b));
});

test("what leaves to the side stands to the right, and below all that lead to it", () => {
  const places = rects([node("a", "b", "x"), node("b", "c", "x"), node("c"), node("x")], "a");
  expect(places.get("x")?.x).toBeGreaterThan(0);
  expect(places.get("x")?.y).toBeGreaterThan(places.get("b")?.y ?? 0);
});

test("the first side outcome stands farthest, so that wires do not cross", () => {
  const places = rects([node("a", "s", "x", "y"), node("s"), node("x"), node("y")], "a");
  expect(places.get("x")?.x).toBeGreaterThan(places.get("y")?.x ?? 0);
});

test("no two cards overlap, whatever the flow", () => {
  let seed = 7;
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  for (let round = 0; round < 50; round++) {
    const size = 5 + random(40);
    const nodes = Array.from({ length: size }, (_, index) =>
      node(
        `n${index}`,
        ...Array.from({ length: random(4) }, () => `n${random(size)}`), // circles too
      ),
    );
    const all = [...rects(nodes, "n0").values()];
    const hit = all.some((a, index) => all.slice(index + 1).some((b) => overlaps(a, b)));
    expect(hit).toBe(false);
  }
});
