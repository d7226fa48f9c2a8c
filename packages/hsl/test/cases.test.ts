/** `cases/*.txt`: a title, a script, `==>`, then its tree or what is wrong with it, with line and column. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { check, hasErrors, parse } from "../src/index.ts";
import { environment } from "./environment.ts";
import { treeText } from "./tree.ts";

const folder = new URL("cases/", import.meta.url);

const outcome = (script: string): string => {
  const { program, diagnostics } = parse(script);
  const all = hasErrors(diagnostics)
    ? diagnostics
    : [...diagnostics, ...check(program, environment)];
  if (all.length === 0) return program.body.map(treeText).join("\n");
  return all
    .map(({ severity, line, column, message, cure, related = [] }) => {
      const notes = related
        .map((note) => `\n  ${note.line}:${note.column} ${note.message}`)
        .join("");
      return `${severity} ${line}:${column} ${message}${notes}${cure === undefined ? "" : `\n  ${cure}`}`;
    })
    .join("\n");
};

for (const file of readdirSync(folder)) {
  describe(file, () => {
    const text = readFileSync(new URL(file, folder), "utf8");
    for (const [, title = "", script = "", expected = ""] of text.matchAll(
      /^# (.*)\n\n([\s\S]*?)\n==>\n\n?([\s\S]*?)(?=\n+# |\n*$(?![\s\S]))/gm,
    )) {
      test(title, () => expect(outcome(script.trim())).toBe(expected.trim()));
    }
  });
}
