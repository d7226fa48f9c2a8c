/** Sizes of cards and places of their handles, in canvas units: the one source for drawing, wires and layout. */
import type { NodeFace } from "../draft/node-face.ts";

export type Point = { readonly x: number; readonly y: number };
export type Size = { readonly width: number; readonly height: number };
export type Rect = Point & Size;

export const cardWidth = 240;
export const cardHeight = 56;
export const endingHeight = 36;
export const endingWidth = 240;
export const startSize: Size = { width: 88, height: 28 };
/** From one side outcome to the next. */
export const outcomeStep = 26;
export const grid = 8;
/** From one column of cards to the next: the words of outcomes and the wires' lanes stand between them. */
export const columnStep = cardWidth + 176;

/** How far the words beside a card reach: about what the font needs, and never more than the style allows. */
export const wordsRoom = (face: NodeFace): number => {
  const longest = face.outcomes
    .filter(({ id }) => id !== face.spine)
    .reduce((most, { words }) => Math.max(most, words.length), 0);
  return longest === 0 ? 22 : 10 + Math.min(116, 22 + longest * 6.6) + 8;
};

/** Outcomes that leave to the right, in drawing order. */
export const sideOutcomes = ({ outcomes, spine }: NodeFace): readonly string[] =>
  outcomes.map(({ id }) => id).filter((id) => id !== spine);

export const nodeSize = (face: NodeFace): Size => {
  if (face.ends !== undefined) return { width: endingWidth, height: endingHeight };
  const sides = sideOutcomes(face).length;
  return { width: cardWidth, height: Math.max(cardHeight, sides * outcomeStep + 12) };
};

export type Exit = { readonly side: "right" | "bottom"; readonly at: Point };

/** Where a wire of an outcome leaves the card; an outcome the block does not have leaves at the corner. */
export const exitOf = (face: NodeFace, outcome: string, { x, y }: Point): Exit => {
  const { width, height } = nodeSize(face);
  if (outcome === face.spine) return { side: "bottom", at: { x: x + width / 2, y: y + height } };
  return { side: "right", at: { x: x + width, y: y + sideOffset(face, outcome) } };
};

/** The vertical place of a side outcome, from the top of its card. */
export const sideOffset = (face: NodeFace, outcome: string): number => {
  const { height } = nodeSize(face);
  const sides = sideOutcomes(face);
  const index = sides.indexOf(outcome);
  if (index < 0) return height - 6;
  const first = (height - (sides.length - 1) * outcomeStep) / 2;
  return first + index * outcomeStep;
};

export const snap = (value: number): number => Math.round(value / grid) * grid;

export const overlaps = (a: Rect, b: Rect, gap = 0): boolean =>
  a.x < b.x + b.width + gap &&
  b.x < a.x + a.width + gap &&
  a.y < b.y + b.height + gap &&
  b.y < a.y + a.height + gap;

/** The nearest place below that overlaps nothing. */
export const freePlace = (wanted: Rect, taken: readonly Rect[]): Point => {
  let y = wanted.y;
  for (let tries = 0; tries < 500; tries++) {
    const hit = taken.find((rect) => overlaps({ ...wanted, y }, rect, grid));
    if (hit === undefined) break;
    y = snap(hit.y + hit.height + 2 * grid);
  }
  return { x: wanted.x, y };
};
