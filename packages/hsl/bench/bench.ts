/** Prints how long simple operations and compiling take. Run it with Node; it is no test. */
import { compile, type Environment, type Host } from "../src/index.ts";

const environment: Environment = { functions: new Map(), variables: new Map() };
const host: Host = {
  functions: new Map(),
  variable: () => undefined,
  echo: () => {},
  now: () => 0,
  monotonic: () => 0,
  random: () => 0,
};

const best = (times: number, measure: () => number): number =>
  Math.min(...Array.from({ length: times }, measure));

/** 50 operations: assignments, arithmetic, comparisons, concatenation, subscripts. */
const fifty = `$a = 1; $b = 2; $c = $a + $b; $d = $c * 2; $e = $d - $a;
if ($e == 5 and $a < $b) $f = $a . $b; else $f = "no";
$g = [1, 2, 3]; $h = $g[1]; $i = $h + 1; $g[0] = $i; $j = $g[0] == 3;
$k = "x" . "y"; $l = $k == "xy"; $m = not $l; $n = $a ?: $b; $o = $n + $a + $b;
$p = $o > 3; $q = $p and $l; $r = $q ? 1 : 2; $s = $r + 1; $t = $s * $s; $u = $t - 1;
$v = $u / 3; $w = $v == 1; $x = $w or $m; $y = $a + $b; $z = $y;`;

const operations = (): void => {
  const body = `for ($round = 0; $round < 1000; $round += 1) {\n${fifty}\n}`;
  const { script, diagnostics } = compile(body, environment);
  if (script === null) throw new Error(diagnostics[0]?.message);
  for (let i = 0; i < 50; i++) script.run(host);
  const milliseconds = best(50, () => {
    const start = performance.now();
    script.run(host);
    return performance.now() - start;
  });
  console.log(`50 operations: ${milliseconds.toFixed(3)} µs`); // 1000 rounds in ms = one round in µs
};

const shortRun = (): void => {
  const { script } = compile('if ($x = 1) { return "done"; }', environment);
  for (let i = 0; i < 20_000; i++) script?.run(host);
  const start = performance.now();
  for (let i = 0; i < 20_000; i++) script?.run(host);
  console.log(`shortest run: ${((performance.now() - start) / 20).toFixed(3)} µs`);
};

const compiling = (): void => {
  const chunk = (n: number): string => `// part ${n}
function part${n}($value, $limit = 10) {
  $total = 0;
  foreach ([1, 2, 3, $value] as $key => $item) {
    if ($item > $limit and $key != 2) { $total += $item * 2; } else $total -= 1;
  }
  return "total is $total of \${limit}";
}
$result${n} = part${n}(${n}, 5) . "\\n";
echo $result${n};`;
  const source = Array.from({ length: 50 }, (_, n) => chunk(n)).join("\n");
  const before = processorTime();
  const first = once(source).toFixed(1);
  const own = (processorTime() - before).toFixed(1); // what a busy machine makes no longer
  const lines = source.split("\n").length;
  console.log(`compile of ${lines} lines: ${best(30, () => once(source)).toFixed(2)} ms`);
  console.log(`the first compile of a process: ${first} ms, ${own} ms of them computing`);
};

/** Milliseconds that this thread has computed. */
const processorTime = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

const once = (source: string): number => {
  const start = performance.now();
  const { script, diagnostics } = compile(source, environment);
  if (script === null) throw new Error(diagnostics[0]?.message);
  return performance.now() - start;
};

compiling();
operations();
shortRun();
