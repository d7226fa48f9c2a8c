import { describe, expect, it } from "vitest";
import { expressionProblem } from "./expression.ts";
import { misplacedStatements } from "./misplaced.ts";

describe("an expression", () => {
  it.each(["1", '$a == "b" and count($c) > 2', "$a // why", "f(\n  1\n)", '"} ;"'])(
    "may be %j",
    (text) => {
      expect(expressionProblem(text)).toEqual([]);
    },
  );

  it.each([
    "",
    ";",
    "1; 2",
    "1;",
    "true) { Accept(); } if (true",
    "{ }",
    "if (1) 2",
    "function f() {}",
    "1 /*",
    '"open',
    "1 +",
  ])("may not be %j", (text) => {
    expect(expressionProblem(text)).toEqual([expect.objectContaining({ severity: "error" })]);
  });
});

describe("a spliced script", () => {
  it.each([
    "while (true) break;",
    "foreach ([1] as $x) { if ($x) continue; }",
    "switch (1) { case 1: break; }",
    "function f() { global $x; }",
  ])("may be %j", (text) => {
    expect(misplacedStatements(text)).toEqual([]);
  });

  it.each([
    ["break;", 1, 1],
    ["if (true) {\n  continue;\n}", 2, 3],
    ["switch (1) { case 1: continue; }", 1, 22],
    ["while (true) { $f = function () { break; }; }", 1, 35],
    ["global $x;", 1, 1],
  ])("may not be %j", (text, line, column) => {
    expect(misplacedStatements(text)).toEqual([
      expect.objectContaining({ severity: "error", line, column }),
    ]);
  });
});
