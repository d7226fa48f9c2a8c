import type { Chunk } from "@codemirror/merge";
import type { Text } from "@codemirror/state";

type Range = Pick<Chunk, "fromA" | "toA" | "fromB" | "toB">;

/**
 * The change of `now` that brings back the lines of `before` in one place where they differ.
 * Places count a line's end to the line, the last one's too, which the texts do not have.
 */
export const revertChunk = (
  before: Text,
  now: Text,
  { fromA, toA, fromB, toB }: Range,
): { readonly from: number; readonly to: number; readonly insert: string } => {
  const lines = `${before.toString()}\n`.slice(fromA, toA);
  if (toB <= now.length) return { from: fromB, to: toB, insert: lines };
  const end = now.length;
  const text = lines.replace(/\n$/, "");
  if (fromB > end) return { from: end, to: end, insert: `\n${text}` };
  // nothing takes the place of the last lines: the end of the line before them goes too
  return lines === ""
    ? { from: Math.max(fromB - 1, 0), to: end, insert: "" }
    : { from: fromB, to: end, insert: text };
};
