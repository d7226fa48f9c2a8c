import { expect, it } from "vitest";
import { scriptNames } from "./script-names.ts";

const read = (text: string, files: Record<string, string> = {}) => {
  const { named, assigned, declared } = scriptNames(text, (name) => files[name] ?? null);
  return { named: [...named].sort(), assigned: [...assigned].sort(), declared: [...declared] };
};

it.each([
  ["$a = $b;", ["a", "b"], ["a"]],
  ['echo "$a and $b";', ["a", "b"], []],
  ["$a[1][$k] = 2;", ["a", "k"], ["a"]],
  ["[$a, $b = 1] = f();", ["a", "b"], ["a", "b"]],
  ["foreach ($list as $k => $v) echo $v;", ["k", "list", "v"], ["k", "v"]],
  ["$a += 1; $b++;", ["a", "b"], ["a", "b"]],
  ["try { f(); } catch ($e) { }", ["e"], ["e"]],
  ['barrier "x" => $shared { }', ["shared"], ["shared"]],
])("reads %s", (text, named, assigned) => {
  expect(read(text)).toMatchObject({ named, assigned });
});

it("leaves the variables of functions to them, but for globals", () => {
  const text = "function f($p) { global $g; $l = $p; $g = 1; } $x = function ($q) { return $q; };";
  expect(read(text)).toEqual({ named: ["x"], assigned: ["g", "x"], declared: ["f"] });
});

it("looks into included files, once each", () => {
  const files = { "file:a": '$x = 1; include "file:b";', "file:b": 'include "file:a"; $y = 2;' };
  expect(read('include "file:a";', files).assigned).toEqual(["x", "y"]);
});
