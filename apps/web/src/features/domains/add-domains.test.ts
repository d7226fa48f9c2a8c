import { expect, test } from "vitest";
import { type AddProgress, addDomains } from "./add-domains.ts";

const lines = Array.from({ length: 250 }, (_, index) =>
  index === 149 ? "no domain!" : `d${index}.example`,
);

const server =
  (asked: number[]) =>
  async ({ text }: { text: string }) => {
    const given = text.split("\n");
    asked.push(given.length);
    const report = given.map((line, index) => ({
      line: index + 1,
      text: line,
      result: line.includes(" ") ? ("wrong" as const) : ("added" as const),
      id: null,
      reason: line.includes(" ") ? "It is none." : null,
    }));
    return { added: report.filter(({ result }) => result === "added").length, lines: report };
  };

test("a long paste goes in parts, shows its progress, and names refused lines by their place in the paste", async () => {
  const asked: number[] = [];
  const seen: AddProgress[] = [];
  const end = await addDomains({
    text: lines.join("\n"),
    template: {},
    add: server(asked),
    onProgress: (progress) => seen.push(progress),
    signal: new AbortController().signal,
  });
  expect(asked).toEqual([100, 100, 50]);
  expect(seen.map(({ done, total }) => [done, total])).toEqual([
    [100, 250],
    [200, 250],
    [250, 250],
  ]);
  expect(end).toMatchObject({ added: 249, refused: [{ line: 150, text: "no domain!" }] });
});

test("stopped, it tells what was added so far", async () => {
  const stop = new AbortController();
  const end = await addDomains({
    text: lines.join("\n"),
    template: {},
    add: server([]),
    onProgress: () => stop.abort(),
    signal: stop.signal,
  });
  expect(end).toMatchObject({ done: 100, total: 250, added: 100 });
});
