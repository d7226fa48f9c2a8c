/** No function may be a way around the budgets of a run. */
import { describe, expect, it } from "vitest";
import { runScript } from "./run-script.ts";

const codeOf = async (script: string): Promise<string> => {
  const { result } = await runScript(script);
  return result.kind === "error" ? result.error.code : "no error";
};

describe("memory", () => {
  it.each([
    ['str_repeat("x", 9000000)', "budget-string"],
    ['str_repeat("x", 1000000000000)', "budget-string"],
    ["range(1, 200000)", "budget-array"],
    ["array_range(0, 1000000000000)", "budget-array"],
    ['str_chunk(str_repeat("x", 1000000), 1)', "budget-array"],
    ['explode(",", str_repeat(",", 1000000))', "budget-array"],
    ['implode(str_repeat("x", 1000000), range(1, 100))', "budget-string"],
    ['str_replace("a", str_repeat("x", 1000000), str_repeat("a", 100))', "budget-string"],
    ['pcre_replace("/a/", str_repeat("x", 1000000), str_repeat("a", 100))', "budget-string"],
    ['pcre_match_all("/a/", str_repeat("a", 200000))', "budget-array"],
    ['url_encode(str_repeat(" ", 4000000))', "budget-string"],
    ["random_bytes(100000000)", "budget-string"],
    ['pack("a999999999", "x")', "budget-string"],
    ['pack("x999999999")', "budget-string"],
    ['unpack("C*", str_repeat("x", 200000))', "budget-array"],
    ['json_decode("[" . str_repeat("1,", 3000000) . "1]")', "budget-array"],
    [
      'json_decode("[" . str_repeat("[" . str_repeat("[],", 50000) . "1],", 40) . "1]")',
      "budget-memory",
    ],
    ['pcre_match_all("/" . str_repeat("()", 200) . "a/", str_repeat("a", 90000))', "budget-memory"],
    ['csv_decode(str_repeat("a\\n", 200000), ["header" => false])', "budget-array"],
    ['csv_decode(str_repeat("a,", 50000) . str_repeat("\\na", 50000))', "budget-memory"],
    ['csv_decode(str_repeat(",", 4000000))', "budget-array"],
    ['strftime(str_repeat("%c", 1000000))', "budget-string"],
  ])("%s ends with %s", async (expression, code) => {
    const found = await codeOf(`$x = ${expression};`);
    // a slow machine may reach another budget first; none may let it through
    expect([code, "budget-memory", "budget-cpu"]).toContain(found);
  });

  it.each([
    ["json_encode($a)", /^budget-/],
    ['implode("", $a)', /^budget-/],
    ["array_unique([$a])", /^budget-|no error/],
  ])("an array that looks exponentially large is not printed by %s", async (expression, code) => {
    const script = '$a = ["x"]; for ($i = 0; $i < 40; $i++) $a = [$a, $a];';
    expect(await codeOf(`${script} $x = ${expression};`)).toMatch(code);
  });
});

describe("steps", () => {
  it("a callback counts", async () => {
    const script = "$f = function ($x) { return $x; }; forever array_map($f, range(1, 1000));";
    expect(await codeOf(script)).toMatch(/^budget-/);
  });
  it("many searches over a long text count", async () => {
    const script = '$s = str_repeat("ab", 100000); forever pcre_match_all("/(a.*?b.*)?x/", $s);';
    expect(await codeOf(script)).toMatch(/^budget-/);
  });
  it("hashing counts", async () => {
    expect(await codeOf('$s = str_repeat("ab", 1000000); forever sha2($s);')).toMatch(/^budget-/);
  });
});

describe("waiting", () => {
  it("sleep ends when the run is cancelled", async () => {
    const cancel = new AbortController();
    const running = runScript("sleep(9); echo 1;", { signal: cancel.signal });
    cancel.abort();
    const { log, result } = await running;
    expect(log).toEqual([]);
    expect(result.kind).toBe("error");
  });
  it("a callback may wait", async () => {
    const script =
      "$f = function ($x) { sleep(0.001); return $x + 1; }; echo array_map($f, [1, 2]); echo array_sort(function ($a, $b) { sleep(0.001); return $a > $b; }, [2, 1]);";
    const { log } = await runScript(script);
    expect(log).toEqual(["[0=>2,1=>3]", "[0=>1,1=>2]"]);
  });
});
