/** Wherever an action stands, it ends the run: nothing after it is done, in no call around it. */
import { expect, test } from "vitest";
import { compile, decodeBytes } from "../src/index.ts";
import { environment, fakeHost } from "./environment.ts";

const module = 'echo "module"; function stop() { Accept("by a module"); }';
const moduleThatEnds = 'echo "module"; if (true) { Accept("at once"); } echo "late";';

const places: Readonly<Record<string, string>> = {
  statement: 'Accept("x");',
  "an if": 'if (true) { if (false) {} else { Accept("x"); } echo "late"; }',
  "a while": 'while (true) { Accept("x"); echo "late"; }',
  "a for": 'for ($i = 0; $i < 3; $i += 1) { Accept("x"); }',
  "a forever": 'forever { Accept("x"); }',
  "a foreach": 'foreach ([1, 2] as $i) { Accept("x"); }',
  "a foreach that waits": 'foreach (later([1, 2]) as $i) { later(1); Accept("x"); }',
  "a while that waits": 'while (later(true)) { later(1); Accept("x"); }',
  "a switch": 'switch (1) { case 1: Accept("x"); case 2: echo "late"; }',
  "a try": 'try { Accept("x"); } catch ($e) { echo "caught"; }',
  "a catch": 'try { throw 1; } catch ($e) { Accept("x"); }',
  "a barrier": 'barrier "b" { Accept("x"); }',
  "a function": 'function stop() { Accept("x"); echo "late"; } stop(); echo "late";',
  "a function in a function":
    'function inner() { Accept("x"); } function outer() { inner(); echo "late"; } outer();',
  "a function that waits": 'function stop() { later(1); Accept("x"); } stop();',
  "a function in an expression": 'function stop() { Accept("x"); } $a = [1, stop()]; echo "late";',
  "a function in a condition":
    'function stop() { Accept("x"); } if (stop()) echo "late"; echo "late";',
  "a function that waits, in an expression":
    'function stop() { later(1); Accept("x"); } $a = stop() . "a"; echo "late";',
  "a callback": 'array_map(function ($x) { Accept("x"); }, [1, 2]); echo "late";',
  "a constructor": 'class C { constructor() { Accept("x"); } } $c = C(); echo "late";',
  "a method": 'class C { function f() { Accept("x"); } } $c = C(); $c->f(); echo "late";',
  "an expression": '$x = 1 + Accept("x"); echo "late";',
  "a logical expression": 'true and Accept("x"); echo "late";',
  "its own arguments": 'Reject(Accept("x")); echo "late";',
  "arguments that wait": 'Accept(later("x")); echo "late";',
  "a return": 'function f() { return Accept("x"); } f(); echo "late";',
};

test.each(Object.entries(places))("an action in %s", async (_place, script) => {
  const host = fakeHost();
  const result = await compile(script, environment).script?.run(host);
  expect(result).toMatchObject({ kind: "action", action: "Accept", args: ["x"] });
  expect(host.log.map(decodeBytes)).toEqual([]);
});

test.each([
  ["a function of it", 'import { stop } from "m"; stop(); echo "late";', module, "by a module"],
  ["its own statements", 'import { } from "m"; echo "late";', moduleThatEnds, "at once"],
])("an action of a module, in %s", async (_place, script, text, argument) => {
  const host = fakeHost();
  const { script: compiled, diagnostics } = compile(script, environment, { resolve: () => text });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(await compiled?.run(host)).toMatchObject({ kind: "action", args: [argument] });
  expect(host.log.map(decodeBytes)).toEqual(["module"]);
});
