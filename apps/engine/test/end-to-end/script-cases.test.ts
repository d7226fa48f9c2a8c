/**
 * `test/scripts/*.txt`: a title with the options of `sluice hsl`, a script, `==>`, and what
 * the command prints. The files of `test/scripts/files` are the file store, and those of
 * `test/scripts/messages` the messages.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { runHslCommand } from "../../src/cli/hsl.ts";

const scripts = path.join(import.meta.dirname, "..", "scripts");
const folder = mkdtempSync(path.join(tmpdir(), "scripts-"));
afterAll(() => rmSync(folder, { recursive: true }));

const printed = async (script: string, options: readonly string[]): Promise<string> => {
  const file = path.join(folder, "script.hsl");
  writeFileSync(file, script);
  let text = "";
  const write = (part: string): void => {
    text += part.replace(`${file}:`, "");
  };
  const files = path.join(scripts, "files");
  await runHslCommand([file, "--files", files, ...options], { stdout: write, stderr: write });
  return text.replace("The script ends without an action.\n", "");
};

for (const name of readdirSync(scripts).filter((one) => one.endsWith(".txt"))) {
  describe(name, () => {
    const text = readFileSync(path.join(scripts, name), "utf8");
    for (const part of text.split(/^# /m).slice(1)) {
      const [, title = "", flow, message, vars, script = "", expected = ""] =
        /^(.*?)(?: --flow (\S+))?(?: --message (\S+))?(?: --vars (\{.*\}))?\n\n([\s\S]*?)\n\n==>\n\n?([\s\S]*?)\n*$/.exec(
          part,
        ) ?? [];
      const options = [
        ...(flow === undefined ? [] : ["--flow", flow]),
        ...(message === undefined ? [] : ["--message", path.join(scripts, "messages", message)]),
        ...(vars === undefined ? [] : ["--vars", vars]),
      ];
      test(title, async () => {
        expect((await printed(script, options)).replace(/\n+$/, "")).toBe(expected);
      });
    }
  });
}
