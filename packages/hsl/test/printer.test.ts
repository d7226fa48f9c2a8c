import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hasErrors, parse, print } from "../src/index.ts";
import { Source } from "../src/source.ts";
import { anyStatement } from "./generators.ts";
import { treeText } from "./tree.ts";

test("every tree is what its printed text parses to", () => {
  fc.assert(
    fc.property(fc.array(anyStatement, { maxLength: 4 }), (body) => {
      const tree = { kind: "Program" as const, body, source: new Source(""), start: 0, end: 0 };
      const text = print(tree);
      const { program, diagnostics } = parse(text);
      expect(
        diagnostics.filter(({ severity }) => severity === "error"),
        text,
      ).toEqual([]);
      expect(treeText(program), text).toBe(treeText(tree));
    }),
    { numRuns: 1500 },
  );
});

const folder = new URL("programs/", import.meta.url);
test.each(readdirSync(folder).filter((name) => name.endsWith(".hsl")))(
  "printing %s keeps its tree",
  (name) => {
    const { program, diagnostics } = parse(readFileSync(new URL(name, folder), "utf8"));
    if (hasErrors(diagnostics)) return;
    const printed = print(program);
    expect(treeText(parse(printed).program)).toBe(treeText(program));
    expect(print(parse(printed).program)).toBe(printed);
  },
);
