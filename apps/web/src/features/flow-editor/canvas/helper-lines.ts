/** Where a block that is being moved stands in line with another: its middle, or its upper edge. */
import type { Point, Rect } from "./geometry.ts";

export type HelperLines = {
  /** Where the block is put so that it is in line. */
  readonly at: Point;
  /** A vertical line at x, a horizontal one at y, each over what it connects. */
  readonly vertical: { readonly x: number; readonly from: number; readonly to: number } | null;
  readonly horizontal: { readonly y: number; readonly from: number; readonly to: number } | null;
};

/** How near is in line. */
const reach = 6;

export const helperLines = (moving: Rect, others: readonly Rect[]): HelperLines => {
  const middle = moving.x + moving.width / 2;
  const column = nearest(others, (rect) => rect.x + rect.width / 2 - middle);
  const row = nearest(others, (rect) => rect.y - moving.y);
  const at = { x: moving.x + (column?.away ?? 0), y: moving.y + (row?.away ?? 0) };
  return {
    at,
    vertical:
      column === null
        ? null
        : {
            x: middle + column.away,
            from: Math.min(at.y, column.rect.y),
            to: Math.max(at.y + moving.height, column.rect.y + column.rect.height),
          },
    horizontal:
      row === null
        ? null
        : {
            y: at.y,
            from: Math.min(at.x, row.rect.x),
            to: Math.max(at.x + moving.width, row.rect.x + row.rect.width),
          },
  };
};

const nearest = (
  others: readonly Rect[],
  distance: (rect: Rect) => number,
): { readonly rect: Rect; readonly away: number } | null => {
  let best: { rect: Rect; away: number } | null = null;
  for (const rect of others) {
    const away = distance(rect);
    if (Math.abs(away) > reach) continue;
    if (best === null || Math.abs(away) < Math.abs(best.away)) best = { rect, away };
  }
  return best;
};
