/** How much script a page asks for before it can be used; what is loaded on demand does not count. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "@playwright/test";

const dist = path.resolve(import.meta.dirname, "../dist");
const read = (file: string): string => readFileSync(path.join(dist, "assets", file), "utf8");
const named = (pattern: RegExp, text: string): string[] =>
  [...text.matchAll(pattern)].flatMap(([, file]) => file ?? []);

/** Everything that a file needs at once. */
const needed = (roots: readonly string[]): ReadonlySet<string> => {
  const found = new Set<string>();
  const pending = [...roots];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    pending.push(...named(/(?:import|from)\s*["']\.\/([^"']+\.js)["']/g, read(file)));
  }
  return found;
};

const kilobytes = (files: Iterable<string>): number =>
  [...files].reduce((sum, file) => sum + gzipSync(read(file)).length, 0) / 1000;

const page = (start: string): ReadonlySet<string> =>
  needed(readdirSync(path.join(dist, "assets")).filter((file) => file.startsWith(start)));

const shell = needed(
  named(/assets\/([^"']+\.js)/g, readFileSync(path.join(dist, "index.html"), "utf8")),
);

test("the shell with its first page stays below 250 kB", () => {
  expect(kilobytes(shell)).toBeGreaterThan(50);
  expect(kilobytes(new Set([...shell, ...page("overview-page-")]))).toBeLessThan(250);
});

test("the flow editor adds less than 200 kB, the code editor apart", () => {
  const editor = page("flow-editor-page-");
  expect(kilobytes([...editor].filter((file) => !shell.has(file)))).toBeLessThan(200);
  const more = page("compare-editor-");
  expect([...more].some((file) => editor.has(file))).toBe(true);
  expect([...editor].some((file) => file.startsWith("compare-editor-"))).toBe(false);
});
