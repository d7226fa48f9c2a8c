import { describe, expect, test } from "vitest";
import { compile, type Host, type Limits, parse, type RunResult } from "../src/index.ts";
import { environment, fakeHost } from "./environment.ts";

const run = (
  script: string,
  limits: Partial<Limits> = {},
  more: Partial<Host> = {},
): RunResult | Promise<RunResult> => {
  const compiled = compile(script, environment);
  if (compiled.script === null) throw new Error(compiled.diagnostics[0]?.message);
  return compiled.script.run({ ...fakeHost(limits), ...more });
};

const code = (result: RunResult | Promise<RunResult>): string => {
  if (result instanceof Promise) return "a promise";
  return result.kind === "error" ? `${result.error.code} line ${result.error.line}` : result.kind;
};

test.each(["pcre_match", "pcre_match_all", "=~"])(
  "a search by %s that takes too long is stopped in the middle",
  (how) => {
    let looks = 0;
    const search = how === "=~" ? '$s =~ "/(a|aa)+[^a]$/"' : `${how}("/(.*a){12}/", $s)`;
    const ended = run(`$s = "a" * 1000000;\n${search};`, {}, { monotonic: () => ++looks / 1000 });
    expect(code(ended)).toBe("budget-cpu line 2");
  },
);

test.each(['$x = "$a";', "echo $a;", "$x = $a . 1;", "$x = string($a);", "Accept($a);"])(
  "%s of a large array is stopped in the middle",
  (how) => {
    let looks = 0;
    const monotonic = (): number => ++looks / 1000;
    expect(code(run(`$a = [[1] * 1000] * 1000;\n${how}`, {}, { monotonic }))).toBe(
      "budget-cpu line 2",
    );
  },
);

const twins = "$a = [1]; $b = [1]; for ($i = 0; $i < 10; $i++) { $a = [$a, $a]; $b = [$b, $b]; }\n";
const endless = '$a = ["x" * 100000]; for ($i = 0; $i < 60; $i++) $a = [$a, $a];\n';
const few = { steps: 100_000 };
const stopped = "budget-steps line 2";

describe("a budget that is spent ends the run and names the line", () => {
  test.each([
    ["steps", "\nforever {}", { steps: 1000 }, "budget-steps line 2"],
    ["steps in conditions", "while (true) ;", { steps: 1000 }, "budget-steps line 1"],
    ["a doubled string", '$s = "x";\nforever $s .= $s;', {}, "budget-string line 2"],
    ["repeating", '$s = "x" * 1000000000;', {}, "budget-string line 1"],
    [
      "long keys of an array",
      '$k = "x" * 100000; $a = [];\nfor ($i = 0; true; $i += 1) $a[$k . $i] = 1;',
      { memoryBytes: 1e6 },
      "budget-memory line 2",
    ],
    [
      "long keys of a map",
      '$k = "x" * 100000; $m = Map();\nfor ($i = 0; true; $i += 1) $m->set($k . $i, 1);',
      { memoryBytes: 1e6 },
      "budget-memory line 2",
    ],
    [
      "items of a set",
      "$s = Set();\nfor ($i = 0; true; $i += 1) $s->add($i);",
      {},
      "budget-array line 2",
    ],
    ["an array", "$a = [];\nforever $a[] = 1;", {}, "budget-array line 2"],
    ["an array times a number", "$a = [1] * 1000000;", {}, "budget-array line 1"],
    [
      "many large strings",
      '$a = [];\n$s = "x" * 4000000;\nforever $a[] = $s . "y";',
      {},
      "budget-memory line 3",
    ],
    [
      "nested arrays",
      "$a = [];\nforever $a = [$a, $a * 2];",
      { memoryBytes: 1e6 },
      "budget-memory line 2",
    ],
    [
      "depth",
      "$f = none;\n$f = function () closure ($f) { return $f(); };\n$f();",
      {},
      "budget-depth line 2",
    ],
    ["output", "forever echo 1;", {}, "budget-output line 1"],
    [
      "comparing large arrays",
      `${twins}for ($i = 0; $i < 1000; $i++) $x = $a == $b;`,
      few,
      stopped,
    ],
    ["the text of large arrays", `${twins}for ($i = 0; $i < 1000; $i++) $x = "$a";`, few, stopped],
    [
      "searching among large arrays",
      `${twins}$b[1] = 2;\nin_array($b, [$a] * 1000);`,
      few,
      "budget-steps line 3",
    ],
    ["unique large arrays", `${twins}array_unique([$a] * 1000);`, few, stopped],
    ["taking an array from an array", "\n(range(1, 50000) - range(50001, 100000));", {}, stopped],
    [
      "a long number among many",
      '$s = "1" * 1000000; $a = range(1, 100000);\nin_array($s, $a);',
      {},
      stopped,
    ],
    [
      "a long number taken from many",
      '$s = "1" * 1000000; $a = range(1, 100000);\n([$s] - $a);',
      {},
      stopped,
    ],
    [
      "keys of a cache",
      `${twins}function f($x) {} for ($i = 0; $i < 1000; $i++) cache [] f($a);`,
      few,
      stopped,
    ],
    [
      "a key of a cache without an end",
      `function f($x) {} ${endless}cache [] f($a);`,
      {},
      "budget-string line 2",
    ],
    ["a width without an end", '\n$x = "%999999999d" % [1];', {}, "budget-string line 2"],
    ["throwing what has no text", `${endless}throw $a;`, {}, "budget-string line 2"],
    ["an action with what has no text", `${endless}Reject($a);`, {}, "budget-string line 2"],
    [
      "catching does not help",
      "try { forever {} } catch ($e) { echo 1; }",
      { steps: 100 },
      "budget-steps line 1",
    ],
  ])("%s", (_name, script, limits, expected) => {
    expect(code(run(script, limits))).toBe(expected);
  });

  test("time without a pause", () => {
    let now = 0;
    const monotonic = (): number => {
      now += 0.05;
      return now;
    };
    expect(code(run("\n\nforever {}", {}, { monotonic }))).toBe("budget-cpu line 3");
  });

  test("time in all, also when each stretch is short", async () => {
    let now = 0;
    const monotonic = (): number => {
      now += 0.01;
      return now;
    };
    const result = await run("forever later(1);", { wallMilliseconds: 500 }, { monotonic });
    expect(code(result)).toBe("budget-wall line 1");
  });

  test("a cancelled run does not wait for an answer that never comes", async () => {
    const controller = new AbortController();
    const functions = new Map(fakeHost().functions).set("later", () => new Promise<null>(() => {}));
    const pending = run("later(1);", {}, { functions, signal: controller.signal });
    controller.abort();
    expect(code(await pending)).toBe("budget-wall line 1");
  });
});

test("a script with very many doubts is still refused for its one mistake", () => {
  const doubts = Array.from({ length: 300 }, () => 'echo "\\d";').join("\n");
  const { script, diagnostics } = compile(`${doubts}\nmistake();`, environment);
  expect(script).toBeNull();
  expect(diagnostics.at(-1)).toMatchObject({ severity: "error", line: 301 });
  expect(parse(`${doubts}\necho ;`).diagnostics.at(-1)).toMatchObject({ severity: "error" });
});

test("a long loop of short-lived strings is no memory problem", () => {
  const script = 'for ($i = 0; $i < 20000; $i++) { $s = "x" * 10000; $t = $s . $i; }';
  expect(code(run(script))).toBe("end");
});

test("a long line is cut, not refused", () => {
  const host = fakeHost();
  compile('echo "x" * 5000;', environment).script?.run(host);
  expect(host.log[0]).toHaveLength(4096);
});

test("a script without waits ends before run returns", () => {
  expect(run("echo array_map(function ($x) { return $x; }, [1]);")).not.toBeInstanceOf(Promise);
  expect(run("if (false) later(1); perhaps_later(2);")).not.toBeInstanceOf(Promise);
  expect(run("later(1);")).toBeInstanceOf(Promise);
});

test("a modifier makes context variables be asked again", () => {
  let asked = 0;
  const variable = (): string => `answer ${++asked}`;
  const host = { ...fakeHost(), variable };
  compile(
    '$a = $sender . $sender; echo $a; SetRecipient("x"); echo $sender;',
    environment,
  ).script?.run(host);
  expect(host.log).toEqual(["answer 1answer 1", "answer 2"]);
});

test("context written by a script goes to the host", () => {
  const host = fakeHost();
  compile('$context["n"] = 1; $context["n"] += 1;', environment).script?.run(host);
  expect(host.written.has("context")).toBe(true);
});

describe("probes", () => {
  const probed = (script: string, offsets: readonly number[]): number[] => {
    const fired: number[] = [];
    const probes = offsets.map((offset, id) => ({ id, offset }));
    compile(script, environment, { probes }).script?.run({
      ...fakeHost(),
      probe: (id) => fired.push(id),
    });
    return fired;
  };

  test("fire before the first statement at or after their offset", () => {
    const script = "echo 1;  if (true) { echo 2; } else { echo 3; }";
    const at = (text: string): number => script.indexOf(text);
    expect(probed(script, [at("echo 3"), at("echo 2"), 7, 0])).toEqual([3, 2, 1]);
  });

  test("fire in a function when it is called, each time", () => {
    const script = "f(); f(); function f() { echo 1; }";
    expect(probed(script, [script.indexOf("function")])).toEqual([0, 0]);
  });
});

describe("cache and barrier of the host", () => {
  test("a stored answer is used while the host keeps it", async () => {
    const kept = new Map<string, unknown>();
    const options: unknown[] = [];
    const host: Host = {
      ...fakeHost(),
      cache: {
        get: (space, key) => kept.get(space + key) as never,
        set: (space, key, value, chosen) => {
          kept.set(space + key, value);
          options.push(chosen);
        },
      },
    };
    const source =
      'function f($x) { echo "f"; return $x; } echo cache ["ttl" => 5, "size" => 3] f("a"); echo cache [] f("a"); echo cache [] f(1); echo cache ["ttl_override" => ["-1" => 0]] f(-1);';
    await compile(source, environment).script?.run(host);
    expect((host as ReturnType<typeof fakeHost>).log).toEqual(["f", "a", "a", "f", "1", "f", "-1"]);
    expect(options[0]).toEqual({ ttlSeconds: 5, size: 3, lru: true });
    expect(options).toHaveLength(2);
  });

  test("a barrier is released when the block ends the run", async () => {
    const released: unknown[] = [];
    const host: Host = {
      ...fakeHost(),
      barriers: {
        acquire: async () => ({ shared: 4, release: (value) => released.push(value) }),
      },
    };
    const source = 'barrier "x" => $n { $n += 1; Accept(); }';
    expect(await compile(source, environment).script?.run(host)).toMatchObject({
      action: "Accept",
    });
    expect(released).toEqual([5]);
  });
});
