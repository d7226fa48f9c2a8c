import { expect, test } from "vitest";
import {
  type ConsoleEntry,
  earlierTexts,
  endingWords,
  firstLine,
  withEntry,
} from "./console-history.ts";

const entry = (script: string, more: Partial<ConsoleEntry["run"]> = {}): ConsoleEntry => ({
  at: "2026-11-24T10:00:00Z",
  kind: "recipient",
  script,
  run: { verdict: null, diagnostics: [], log: [], ...more },
});

test("the newest run stands first, and a script stands there once", () => {
  const history = [entry("a"), entry("b"), entry("a")].reduce<readonly ConsoleEntry[]>(
    withEntry,
    [],
  );
  expect(history.map(({ script }) => script)).toEqual(["a", "b"]);
});

test("old runs and long logs are let go", () => {
  const many = Array.from({ length: 30 }, (_, index) => entry(`${index}`));
  const history = many.reduce<readonly ConsoleEntry[]>(withEntry, []);
  expect(history).toHaveLength(20);
  expect(history[0]?.script).toBe("29");
  const [long] = withEntry([], entry("x", { log: Array.from({ length: 1000 }, () => "line") }));
  expect(long?.run.log).toHaveLength(200);
});

test("earlier texts are told by time and by their first line, cut where it is long", () => {
  const [version] = earlierTexts([entry(`\n// ${"long ".repeat(20)}\necho 1;`)]);
  expect(version?.text).toContain("echo 1;");
  expect(version?.label).toMatch(/^Run of .*2026.*: \/\/ (long )+.*…$/);
  expect(version?.label.length).toBeLessThan(90);
});

test("each way to end has its words", () => {
  const error = { severity: "error", code: "x", message: "no", line: 1, column: 1 } as const;
  expect(endingWords(entry("", { diagnostics: [error] }).run)).toBe("The script failed.");
  expect(endingWords(entry("").run)).toBe("The script ended without an action.");
  expect(endingWords(entry("", { verdict: { action: "Accept" } }).run)).toBe(
    "The script ended with Accept",
  );
  expect(endingWords(entry("", { verdict: { action: "Reject", text: "No" } }).run)).toBe(
    "The script ended with Reject: No",
  );
  expect(firstLine("\n  // Title\necho 1;")).toBe("// Title");
});
