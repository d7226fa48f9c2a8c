import { expect, test } from "vitest";
import { overlaps, type Rect } from "./geometry.ts";
import { type LayoutNode, layout } from "./layout.ts";
import { sceneEdges } from "./scene.ts";

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

test("wires of outcomes that lead to one block run together, another block's beside them", () => {
  const flow = {
    kind: "recipient" as const,
    title: "T",
    entry: "spf",
    nodes: {
      spf: {
        block: "spf",
        version: 1,
        config: {},
        outcomes: { pass: "ok", softfail: "user", none: "user", error: "later" },
      },
      user: { block: "accept", version: 1, config: {}, outcomes: {} },
      later: { block: "defer", version: 1, config: {}, outcomes: {} },
      ok: { block: "accept", version: 1, config: {}, outcomes: {} },
    },
  };
  // beside the card, so that each wire has to turn
  const places = {
    spf: { x: 0, y: 0 },
    user: { x: 416, y: 0 },
    later: { x: 832, y: 0 },
    ok: { x: 0, y: 300 },
  };
  const edges = sceneEdges({ flow, layout: places }, places, {
    ...{ selection: new Set<string>(), focus: null, outcome: null, wire: null, dropWire: null },
    ...{ severities: new Map(), refusals: new Map(), labels: new Map(), readOnly: false },
    ends: { other: "", error: "" },
  });
  const turnOf = (outcome: string): number | undefined =>
    edges.find(({ id }) => id === `spf::${outcome}`)?.data?.points[1]?.x;
  expect(turnOf("softfail")).toBe(turnOf("none"));
  expect(turnOf("error")).toBe((turnOf("none") ?? 0) + 8);
});
