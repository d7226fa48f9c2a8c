import { describe, expect, test } from "vitest";
import { blockTitle, compile } from "../src/index.ts";
import { environment, fakeHost } from "./environment.ts";

const files: Readonly<Record<string, string>> = {
  "file:a": 'include "file:b";',
  "file:b": 'include "file:a";',
  "file:broken": "echo 1;\necho ;",
  "file:fails": "$x = 0;\necho 1 / $x;",
  "file:names": "echo missing();",
  m1: 'import { f } from "m2"; function g() { return 1; }',
  m2: 'import { g } from "m1"; function f() { return 1; }',
  ...Object.fromEntries(
    Array.from({ length: 12 }, (_, i) => [
      `twice${i}`,
      `include "twice${i + 1}"; include "twice${i + 1}";`,
    ]),
  ),
  twice12: "echo 1;",
};

const build = (script: string) =>
  compile(script, environment, { resolve: (name) => files[name] ?? null });

const messages = (script: string): string[] =>
  build(script).diagnostics.map(({ line, column, message }) => `${line}:${column} ${message}`);

describe("a file that is included", () => {
  test("may not include itself, however long the way", () => {
    expect(messages('\ninclude "file:a";')).toEqual([
      "2:1 file:a, line 1, column 1: file:b, line 1, column 9: These files include each other: file:a → file:b → file:a.",
    ]);
  });

  test("shows its mistakes where it is included", () => {
    expect(messages('echo 1;\ninclude "file:broken";')).toEqual([
      "2:1 file:broken, line 2, column 6: Expected an expression, but found `;`.",
    ]);
    expect(messages('include "file:names";')).toEqual([
      "1:1 file:names, line 1, column 6: There is no function `missing` here.",
    ]);
  });

  test("fails at run time where it is included, and says where inside", () => {
    expect(build('echo 1;\n  include "file:fails";').script?.run(fakeHost())).toMatchObject({
      kind: "error",
      error: { line: 2, column: 3, message: "file:fails, line 2, column 6: division by zero" },
    });
  });

  test("cannot multiply without end", () => {
    expect(build('include "twice0";').script).toBeNull();
  });
});

test("modules may not import each other", () => {
  expect(messages('import { f } from "m2";').join()).toContain("include each other: m2 → m1 → m2");
});

describe("the title of a block", () => {
  test.each([
    ["// Hello --webui-icon=https://a.example/x.png", "Hello", "https://a.example/x.png"],
    ["\n\necho 1; /* Two\n lines */ // second", "Two lines", null],
    ["// --webui-icon=javascript:alert(1)", null, null],
    ['// x --webui-icon=http://a.example/"onload=1', "x", null],
    ['echo "// no comment";', null, null],
    ["", null, null],
  ])("%j", (source, title, icon) => {
    expect(blockTitle(source)).toMatchObject({ title, icon });
  });

  test("keeps other options", () => {
    const { options } = blockTitle("// A --webui-color=red --webui-constructor=x");
    expect(options).toEqual({ color: "red", constructor: "x" });
  });
});
