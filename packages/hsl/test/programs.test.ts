/** Each `programs/*.hsl` logs what its `.out` says, then how it ended. */
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { compile, decodeBytes, type RunResult, toText, type Value } from "../src/index.ts";
import { environment, fakeHost } from "./environment.ts";

const folder = new URL("programs/", import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), "utf8");

const files: Readonly<Record<string, string>> = {
  "file:1": read("included.inc"),
  module: read("module.inc"),
  "list.json": '{"a": [1, 2], "b": true}',
  "list.csv": 'name,age\n"Ann, B",3\nBob,4\n',
  "list.txt": "plain",
};

const ending = (result: RunResult): string => {
  if (result.kind === "error") {
    const { code, line, column, message } = result.error;
    return `error ${code} ${line}:${column} ${message}`;
  }
  if (result.kind === "end") return result.value === null ? "end" : `end ${text(result.value)}`;
  return `${result.action}(${result.args.map(text).join(", ")})`;
};
const text = (value: Value): string => decodeBytes(toText(value));

const programs = readdirSync(folder).filter((name) => name.endsWith(".hsl"));
test.each(programs)("%s", async (name) => {
  const { script, diagnostics } = compile(read(name), environment, {
    resolve: (file) => files[file] ?? null,
  });
  const host = fakeHost();
  const said = diagnostics.map((d) => `${d.severity} ${d.line}:${d.column} ${d.code}`);
  const end = script === null ? "refused" : ending(await script.run(host));
  const output = [...said, ...host.log.map(decodeBytes), end, ""].join("\n");
  expect(output).toBe(read(name.replace(/hsl$/, "out")));
});
