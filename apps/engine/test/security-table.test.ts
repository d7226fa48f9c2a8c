/** The table of docs/internals/security.md: every row of the threat model, and only files that are there. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";

const engine = path.resolve(import.meta.dirname, "..");
const page = readFileSync(path.join(engine, "../../docs/internals/security.md"), "utf8");
const rows = [...page.matchAll(/^\| ([SNL]\d+) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$/gm)].map(
  ([, row = "", defence = "", proof = ""]) => ({ row, defence, proof }),
);
const named = (cell: string): string[] =>
  [...cell.matchAll(/`([\w./-]+\.ts)`/g)].map(([, file = ""]) => file);

test("has every row, once", () => {
  const numbers = (letter: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);
  expect(rows.map(({ row }) => row)).toEqual([
    ...numbers("S", 13),
    ...numbers("N", 5),
    ...numbers("L", 7),
  ]);
});

test.each(rows)("$row names a defence and a test that exist", ({ defence, proof }) => {
  expect(named(defence)).not.toEqual([]);
  expect(named(proof).filter((file) => file.endsWith(".test.ts"))).not.toEqual([]);
  for (const file of [...named(defence), ...named(proof)]) {
    const places = [file, `test/end-to-end/${file}`].map((each) => path.join(engine, each));
    expect([file, places.some((place) => existsSync(place))]).toEqual([file, true]);
  }
});
