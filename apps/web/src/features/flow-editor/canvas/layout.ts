/**
 * Lays a flow out as a spine: the way straight on runs down, other outcomes
 * leave to the right. The last side outcome takes the nearest column and the
 * first one the farthest, so their wires do not cross.
 */
import { columnStep, type Point, type Size } from "./geometry.ts";

export type LayoutNode = Size & {
  readonly id: string;
  /** Targets in drawing order; the one straight on is named by `spine`. */
  readonly targets: readonly string[];
  readonly spine: string | undefined;
};

const rowGap = 52;

/** A place for every node; what nothing leads to stands in a row below. */
export const layout = (
  nodes: readonly LayoutNode[],
  entry: string | undefined,
): Record<string, Point> => {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const rows = rankNodes(known, entry);
  const columns = placeInColumns(known, rows, entry);
  return toPoints(nodes, rows, columns);
};

/** The longest way from the entry decides the row; wires that lead back are not counted. */
const rankNodes = (
  known: ReadonlyMap<string, LayoutNode>,
  entry: string | undefined,
): Map<string, number> => {
  const order: string[] = [];
  const state = new Map<string, "open" | "done">();
  const forward = new Map<string, string[]>();
  const visit = (root: string): void => {
    const path = [{ id: root, next: [...(known.get(root)?.targets ?? [])].reverse() }];
    state.set(root, "open");
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.next.shift();
      if (next === undefined) {
        state.set(top.id, "done");
        order.push(top.id);
        path.pop();
        continue;
      }
      if (!known.has(next) || state.get(next) === "open") continue;
      forward.set(top.id, [...(forward.get(top.id) ?? []), next]);
      if (state.has(next)) continue;
      state.set(next, "open");
      path.push({ id: next, next: [...(known.get(next)?.targets ?? [])].reverse() });
    }
  };
  if (entry !== undefined && known.has(entry)) visit(entry);
  const rows = new Map<string, number>();
  for (const id of order.reverse()) {
    const row = rows.get(id) ?? 0;
    rows.set(id, row);
    for (const target of forward.get(id) ?? []) {
      rows.set(target, Math.max(rows.get(target) ?? 0, row + 1));
    }
  }
  return rows;
};

const placeInColumns = (
  known: ReadonlyMap<string, LayoutNode>,
  rows: ReadonlyMap<string, number>,
  entry: string | undefined,
): Map<string, number> => {
  const columns = new Map<string, number>();
  const taken = new Set<string>();
  const chainFrom = (id: string): string[] => {
    const chain: string[] = [];
    for (let at: string | undefined = id; at !== undefined; at = known.get(at)?.spine) {
      if (columns.has(at) || chain.includes(at) || !rows.has(at)) break;
      chain.push(at);
    }
    return chain;
  };
  const place = (id: string, from: number): void => {
    const chain = chainFrom(id);
    const isFree = (column: number): boolean =>
      chain.every((each) => !taken.has(`${column}/${rows.get(each)}`));
    let column = from;
    while (!isFree(column)) column++;
    for (const each of chain) {
      columns.set(each, column);
      taken.add(`${column}/${rows.get(each)}`);
    }
    // Deep ones first: they stay near the spine, and upper ones pass outside of them.
    for (const each of chain.toReversed()) {
      const node = known.get(each);
      const sides = (node?.targets ?? []).filter((target) => target !== node?.spine);
      for (const side of sides.toReversed()) {
        if (!columns.has(side) && rows.has(side)) place(side, column + 1);
      }
    }
  };
  if (entry !== undefined && rows.has(entry)) place(entry, 0);
  return columns;
};

const toPoints = (
  nodes: readonly LayoutNode[],
  rows: ReadonlyMap<string, number>,
  columns: ReadonlyMap<string, number>,
): Record<string, Point> => {
  const heights: number[] = [];
  for (const { id, height } of nodes) {
    const row = rows.get(id);
    if (row !== undefined) heights[row] = Math.max(heights[row] ?? 0, height);
  }
  const tops: number[] = [];
  let top = 0;
  for (let row = 0; row < heights.length; row++) {
    tops[row] = top;
    top += (heights[row] ?? 0) + rowGap;
  }
  const points: Record<string, Point> = {};
  let loose = 0;
  for (const { id, width } of nodes) {
    const row = rows.get(id);
    const column = row === undefined ? loose++ : (columns.get(id) ?? 0);
    const y = row === undefined ? top + rowGap : (tops[row] ?? 0);
    points[id] = { x: column * columnStep + (240 - width) / 2, y: Math.round(y / 8) * 8 };
  }
  return points;
};
