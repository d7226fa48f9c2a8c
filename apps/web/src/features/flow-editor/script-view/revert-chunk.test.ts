import { Chunk } from "@codemirror/merge";
import { Text } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { revertChunk } from "./revert-chunk.ts";

const textOf = (text: string): Text => Text.of(text.split("\n"));

const takeBackAll = (before: string, now: string): string => {
  const base = textOf(before);
  let text = textOf(now);
  for (let left = 50; left > 0; left -= 1) {
    const [chunk] = Chunk.build(base, text);
    if (chunk === undefined) return text.toString();
    const { from, to, insert } = revertChunk(base, text, chunk);
    text = text.replace(from, to, textOf(insert));
  }
  return "never the same";
};

describe("taking a piece back", () => {
  it.each([
    ["a changed line in the middle", "a\nb\nc", "a\nX\nc"],
    ["a new line in the middle", "a\nc", "a\nb\nc"],
    ["a line that is gone from the middle", "a\nb\nc", "a\nc"],
    ["new lines at the end", "a\nb", "a\nb\nc\nd"],
    ["lines that are gone from the end", "a\nb\nc\nd", "a\nb"],
    ["a changed last line", "a\nb", "a\nX"],
    ["a line end at the end", "a\nb", "a\nb\n"],
    ["a line end that is gone from the end", "a\nb\n", "a\nb"],
    ["new lines at the beginning", "b", "a\nb"],
    ["everything gone", "a\nb\n", ""],
    ["everything new", "", "a\nb\n"],
    ["several places", "a\nb\nc\nd\ne\nf\n", "X\nb\nc\nd\nnew\ne\ng"],
  ])("%s", (_, before, now) => {
    expect(takeBackAll(before, now)).toBe(before);
  });

  it("takes back one place and leaves the others", () => {
    const before = textOf("a\nb\nc\nd\ne");
    const now = textOf("A\nb\nc\nd\nE");
    const chunk = Chunk.build(before, now)[1];
    if (chunk === undefined) throw new Error("two places differ");
    const { from, to, insert } = revertChunk(before, now, chunk);
    expect(now.replace(from, to, textOf(insert)).toString()).toBe("A\nb\nc\nd\ne");
  });
});
