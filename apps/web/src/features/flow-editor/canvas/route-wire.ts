/** The way of a wire over the canvas: straight lines and right angles, round the cards where that is possible. */
import type { Exit, Point, Rect } from "./geometry.ts";

const clearance = 22;
const corner = 8;

/** Points from an exit to the top of a target. */
export const routeWire = (
  { side, at }: Exit,
  target: Point,
  obstacles: readonly Rect[],
  /** Moves its lane a little, so that neighbours do not lie on each other; those with one target share it. */
  lane = 0,
  /** How far the outcomes' words reach to the right: a wire turns behind them. */
  room = clearance,
): readonly Point[] => {
  const above = { x: target.x, y: target.y - clearance };
  const aside = lane * 8;
  const gutters = obstacles
    .flatMap(({ x, width }) => [x - clearance - aside, x + width + clearance + aside])
    .filter((x, index, all) => all.indexOf(x) === index)
    .sort((a, b) => Math.abs(a - at.x) - Math.abs(b - at.x))
    .slice(0, 10);
  const turnAt = (x: number): readonly Point[] => [
    at,
    { x, y: at.y },
    { x, y: above.y },
    above,
    target,
  ];
  const candidates =
    side === "right"
      ? [
          ...(target.x > at.x + 8 ? [[at, { x: target.x, y: at.y }, target]] : []),
          ...[at.x + room + aside, ...gutters.filter((x) => x >= at.x + room)].map(turnAt),
        ]
      : [
          ...(Math.abs(target.x - at.x) < 1 ? [[at, target]] : []),
          [at, { x: at.x, y: above.y }, above, target],
          [at, { x: at.x, y: at.y + clearance }, { x: target.x, y: at.y + clearance }, target],
          ...gutters.map((x) => [
            at,
            { x: at.x, y: at.y + clearance },
            { x, y: at.y + clearance },
            { x, y: above.y },
            above,
            target,
          ]),
        ];
  const first = cheapest(candidates, obstacles);
  if (side === "bottom" || first.cost < throughCard) return first.points;
  // a card stands behind the words: the wire turns before it, through the words if it must
  const near = [at.x + clearance + lane * 5, ...gutters.filter((x) => x >= at.x + 14)];
  const second = cheapest(near.map(turnAt), obstacles);
  return second.cost < first.cost ? second.points : first.points;
};

type Way = { readonly points: readonly Point[]; readonly cost: number };

const cheapest = (candidates: readonly (readonly Point[])[], obstacles: readonly Rect[]): Way =>
  candidates.reduce<Way>(
    (best, points) => {
      const cost = costOf(points, obstacles);
      return cost < best.cost ? { points, cost } : best;
    },
    { points: candidates[0] ?? [], cost: Number.POSITIVE_INFINITY },
  );

/** What it costs to lead through a card: more than any way round. */
const throughCard = 2000;

const costOf = (points: readonly Point[], obstacles: readonly Rect[]): number => {
  let cost = points.length * 24;
  for (const [index, from] of points.entries()) {
    const to = points[index + 1];
    if (to === undefined) break;
    cost += Math.abs(to.x - from.x) + Math.abs(to.y - from.y);
    const isFirst = index === 0;
    // Leaving through the card itself, or arriving from below, is worse than any way round.
    if (!isFirst && index === points.length - 2 && to.y < from.y) cost += 5000;
    for (const rect of obstacles) if (crosses(from, to, rect)) cost += throughCard;
  }
  const [first, second] = points;
  if (first !== undefined && second !== undefined && second.y < first.y) cost += 5000;
  return cost;
};

const crosses = (from: Point, to: Point, { x, y, width, height }: Rect): boolean =>
  Math.min(from.x, to.x) < x + width - 1 &&
  Math.max(from.x, to.x) > x + 1 &&
  Math.min(from.y, to.y) < y + height - 1 &&
  Math.max(from.y, to.y) > y + 1;

/** An SVG path with round corners. */
export const roundedPath = (points: readonly Point[]): string => {
  const clean = points.filter(
    (point, index) => index === 0 || !samePoint(point, points[index - 1] ?? point),
  );
  const [first, ...rest] = clean;
  if (first === undefined) return "";
  let path = `M${first.x},${first.y}`;
  for (const [index, point] of rest.entries()) {
    const before = clean[index] ?? first;
    const after = rest[index + 1];
    if (after === undefined) {
      path += `L${point.x},${point.y}`;
      continue;
    }
    const radius = Math.min(corner, distance(before, point) / 2, distance(point, after) / 2);
    const start = toward(point, before, radius);
    const end = toward(point, after, radius);
    path += `L${start.x},${start.y}Q${point.x},${point.y} ${end.x},${end.y}`;
  }
  return path;
};

const samePoint = (a: Point, b: Point): boolean => a.x === b.x && a.y === b.y;

export const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

const toward = (from: Point, to: Point, by: number): Point => {
  const length = distance(from, to) || 1;
  return {
    x: from.x + ((to.x - from.x) / length) * by,
    y: from.y + ((to.y - from.y) / length) * by,
  };
};

/** How far a point is from a wire. */
export const distanceToWire = (point: Point, points: readonly Point[]): number => {
  let best = Number.POSITIVE_INFINITY;
  for (const [index, from] of points.entries()) {
    const to = points[index + 1];
    if (to === undefined) break;
    const x = Math.max(Math.min(from.x, to.x), Math.min(Math.max(from.x, to.x), point.x));
    const y = Math.max(Math.min(from.y, to.y), Math.min(Math.max(from.y, to.y), point.y));
    best = Math.min(best, distance(point, { x, y }));
  }
  return best;
};

/** The middle of the longest stretch: where a wire shows its button. */
export const middleOf = (points: readonly Point[]): Point => {
  let best = points[0] ?? { x: 0, y: 0 };
  let longest = -1;
  for (const [index, from] of points.entries()) {
    const to = points[index + 1];
    if (to === undefined) break;
    const length = distance(from, to);
    if (length <= longest) continue;
    longest = length;
    best = { x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 };
  }
  return best;
};
