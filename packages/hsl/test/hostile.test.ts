/** Whatever somebody types: a diagnostic or a result, and nothing of the host. */
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compile, type RunResult } from "../src/index.ts";
import { keywords, operators } from "../src/token.ts";
import { environment, fakeHost } from "./environment.ts";

const small = { steps: 5_000, memoryBytes: 1_000_000, stringBytes: 100_000, outputLines: 50 };

const outcome = async (script: string): Promise<RunResult | "refused"> => {
  const compiled = compile(script, environment);
  if (compiled.script !== null) return compiled.script.run(fakeHost(small));
  expect(compiled.diagnostics.some(({ severity }) => severity === "error")).toBe(true);
  return "refused";
};

const survives = async (script: string): Promise<void> => {
  const result = await outcome(script);
  if (result === "refused" || result.kind !== "error") return;
  expect(["host-error", "internal"], `${result.error.message} in ${script}`).not.toContain(
    result.error.code,
  );
};

const folder = new URL("programs/", import.meta.url);
const programs = readdirSync(folder)
  .filter((name) => name.endsWith(".hsl") && !name.startsWith("host-bug"))
  .map((name) => readFileSync(new URL(name, folder), "utf8"));

describe("no text breaks the compiler or the machine", () => {
  test("random text", async () => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: "binary", maxLength: 200 }), survives), {
      numRuns: 500,
    });
  });

  test("random tokens", async () => {
    const words = [
      "$a",
      "$b",
      "f",
      "1",
      "2.5",
      '"x$a"',
      "''r''",
      "#/a/",
      "strlen",
      "count",
      ...keywords,
      ...operators,
    ];
    const script = fc
      .array(fc.constantFrom(...words), { maxLength: 40 })
      .map((list) => list.join(" "));
    await fc.assert(fc.asyncProperty(script, survives), { numRuns: 2000 });
  });

  test("valid programs with pieces taken out, doubled or swapped", async () => {
    const mutation = fc.record({
      program: fc.constantFrom(...programs),
      cuts: fc.array(fc.tuple(fc.nat(), fc.nat(12), fc.nat(3)), { minLength: 1, maxLength: 4 }),
    });
    const mutate = (
      program: string,
      cuts: readonly (readonly [number, number, number])[],
    ): string =>
      cuts.reduce((text, [where, length, how]) => {
        const at = where % (text.length + 1);
        const piece = text.slice(at, at + length);
        const other = text.slice((where * 7) % (text.length + 1)).slice(0, length);
        const middle = [piece + piece, "", other, other + piece][how] ?? "";
        return text.slice(0, at) + middle + text.slice(at + length);
      }, program);
    await fc.assert(
      fc.asyncProperty(mutation, ({ program, cuts }) => survives(mutate(program, cuts))),
      { numRuns: 1500 },
    );
  });

  test.each([
    ["parentheses", "(".repeat(100_000)],
    ["brackets", `echo ${"[".repeat(50_000)}`],
    ["braces", "{".repeat(100_000)],
    ["minus signs", `echo ${"-".repeat(100_000)}1;`],
    ["nots", `echo ${"!".repeat(100_000)}1;`],
    ["a long sum", `echo 1${" + 1".repeat(50_000)};`],
    ["a long chain of members", `$a = 1; echo $a${"->b".repeat(50_000)};`],
    ["ifs", "if (1) ".repeat(50_000)],
    [
      "functions that call each other deep inside expressions",
      Array.from({ length: 199 }, (_, i) => {
        const inner = i === 198 ? "1" : `f${i + 1}()`;
        return `function f${i}() { return ${"(1 + ".repeat(90)}${inner}${")".repeat(90)}; } f${i}();`;
      }).join("\n"),
    ],
    ["else ifs", `if (1) ; ${"else if (1) ; ".repeat(20_000)}`],
    ["conditionals", `echo ${"1 ? ".repeat(50_000)}`],
    ["powers", `echo ${"2 ** ".repeat(50_000)}2;`],
    ["functions", "function () {".repeat(20_000)],
    ["assignments", "$a = ".repeat(50_000)],
    ["a sum that is just short enough", `echo 1${" + 1".repeat(550)};`],
    ["ifs just few enough", `${"if (1) ".repeat(190)};`],
    ["unknown names", Array.from({ length: 20_000 }, (_, i) => `strle${i}();`).join("\n")],
    [
      "functions that share globals",
      Array.from(
        { length: 3000 },
        (_, i) => `function f${i}() { global $g; $g = f${i + 1}(); return $g; }`,
      ).join("\n"),
    ],
    ["errors", "echo ;\n".repeat(20_000)],
    ["quotes", "'".repeat(100_000)],
    ["dollars", `"${"$".repeat(100_000)}"`],
    ["comments", "/*".repeat(100_000)],
    ["variables", Array.from({ length: 20_000 }, (_, i) => `$v${i} = ${i};`).join("\n")],
  ])("%s beyond reason", async (_name, script) => {
    expect(await outcome(script)).toBeDefined();
  });
});

describe("nothing of the host is reachable", () => {
  const names = [
    ...[
      "constructor",
      "__proto__",
      "prototype",
      "toString",
      "valueOf",
      "hasOwnProperty",
      "__defineGetter__",
    ],
    ...[
      "__lookupGetter__",
      "isPrototypeOf",
      "propertyIsEnumerable",
      "toLocaleString",
      "then",
      "caller",
    ],
    ...[
      "arguments",
      "name",
      "length",
      "call",
      "apply",
      "bind",
      "globalThis",
      "process",
      "require",
      "self",
    ],
  ];
  const forms: readonly ((name: string) => string)[] = [
    (n) => `$a = []; return $a["${n}"];`,
    (n) => `$a = [1]; $a["${n}"] = "own"; return $a["${n}"];`,
    (n) => `$a["${n}"]["${n}"] = "own"; return $a["${n}"]["${n}"];`,
    (n) => `$${n} = "own"; return $${n};`,
    (n) => `class C {} $c = C(); return isset($c->${n}) ? "found" : none;`,
    (n) => `class C {} $c = C(); $c->${n} = "own"; return $c->${n};`,
    (n) => `$f = strlen; return isset($f["${n}"]) ? "found" : none;`,
    (n) => `return ["x" => 1] == ["${n}" => 1] ? "found" : none;`,
    (n) => `try { return isset("text"["${n}"]) ? "found" : none; } catch ($e) { return none; }`,
    (n) => `import $x from "${n}";`,
  ];
  const attempts = forms.flatMap((form) => names.map((name) => form(name)));

  test.each(attempts)("%s", async (script) => {
    const result = await outcome(script);
    if (result === "refused" || result.kind === "error") return;
    expect(result.kind).toBe("end");
    expect([null, "own"]).toContain(result.kind === "end" ? result.value : undefined);
  });

  test.each([
    "return constructor;",
    "constructor();",
    "return toString;",
    "toString();",
    "__proto__();",
    "return __proto__::x;",
    "function constructor() { return 1; } return constructor();",
    "function __proto__() { return 1; } return __proto__();",
    "function toString() { return 1; } return toString();",
    "function hasOwnProperty() { return 1; } return hasOwnProperty();",
    "class __proto__ { static $x = 1; } return __proto__::$x;",
    "class toString { $valueOf = 1; } $o = toString(); return $o->valueOf;",
    "return 1e999999;",
    "return 9 ** 9 ** 9;",
    "return -(9 ** 999) % 3;",
    "return 0 / 0;",
    "return 1 << 1e9;",
    "return (9 ** 999)[0];",
    "$a = []; $a[9 ** 999] = 1; return count($a);",
    "$a = []; $a[-9 ** 999] = 1; $a[] = 2; return count($a);",
    "$a[2147483647] = 1; $a[] = 2;",
    'return "x" * -1;',
    'return "x" * (9 ** 999);',
    'return "x" * (0 * 9 ** 999);',
    "return [1] * (9 ** 999);",
    'return "%999999999s" % ["x"];',
    'return "%.999f" % [1];',
    'return "%[9999]s" % [1];',
    'return "abc"[9 ** 999];',
    "return [1, 2][:9 ** 999];",
    "return [1, 2][::9 ** 999];",
    "$f = function () {}; return $f == $f;",
    "$f = function () {}; return string($f);",
    "return string(strlen);",
    "$a = [strlen]; return string($a);",
    "throw strlen;",
    "throw [];",
    "try { throw function () {}; } catch ($e) { $e(); }",
    "$o = Exception(); $o->message = 1;",
    "$o = Exception(1, 2);",
    "return Exception([[]])->message();",
    "class C { constructor() { return 5; } } return is_object(C());",
    "class C { static $a = [1]; } C::$a[0]++; return C::$a[0];",
    "$this = 1;",
    "return $this;",
    "function f() { return $this; } f();",
    "class C { function f() { $this = 1; } }",
    "static::f();",
    "global $a;",
    'eval("1");',
    'Function("return 1")();',
    'import("fs");',
    'require("fs");',
    "globalThis;",
    "process;",
    "return `x`;",
    "return $" + "{x};",
    "$a = [1]; foreach ($a as $a) {} return $a;",
    "$a = [1, 2]; foreach ($a as $v) unset($a[0]); return count($a);",
    "array_map(array_map, [array_map]);",
    "$f = array_map; $f($f, [$f]);",
    "array_filter(strlen, [[]]);",
    "array_sort(function ($a, $b) { throw 1; }, [2, 1]);",
    "$a = []; $a[0] = $a; $a[0][0] = $a; return $a == $a;",
    "class C {} $c = C(); $c->c = $c; return $c == $c;",
    "class C {} $c = C(); $c->c = [$c]; return string([$c]);",
  ])("%s", async (script) => {
    await survives(script);
  });

  test("an error of a host function does not become a value", async () => {
    const result = await outcome("try { fail(); } catch ($e) { return $e; }");
    expect(result).toMatchObject({ kind: "error", error: { code: "host-error" } });
  });
});
