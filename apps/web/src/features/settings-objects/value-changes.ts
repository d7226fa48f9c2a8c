/** Where two versions of an object differ, as lines a person compares. */
import { shortValue } from "../publish/change-words.ts";

export type ValueChange = {
  readonly place: string;
  readonly mine: string;
  readonly theirs: string;
};

export const valueChanges = (
  mine: unknown,
  theirs: unknown,
  place: readonly string[] = [],
): ValueChange[] => {
  if (JSON.stringify(mine) === JSON.stringify(theirs)) return [];
  if (isRecord(mine) && isRecord(theirs)) {
    const keys = [...new Set([...Object.keys(mine), ...Object.keys(theirs)])].sort();
    return keys.flatMap((key) => valueChanges(mine[key], theirs[key], [...place, key]));
  }
  return [{ place: place.join(" › "), mine: shortValue(mine), theirs: shortValue(theirs) }];
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
