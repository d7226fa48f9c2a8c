/** Runs the tables beside this file: `expression ==> what echo prints`, or `==> ! words of the error`. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runScript } from "./run-script.ts";

const folder = new URL(".", import.meta.url);

const rowsOf = (file: string): (readonly [string, string])[] =>
  readFileSync(new URL(file, folder), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const [expression = "", expected = ""] = line.split(" ==> ");
      return [expression, expected];
    });

/** A result with blanks or control characters is written as a JSON string. */
const plain = (expected: string): string =>
  expected.startsWith('"') ? String(JSON.parse(expected)) : expected;

for (const file of readdirSync(folder).filter((name) => name.endsWith(".txt"))) {
  describe(file, () => {
    it.each(rowsOf(file))("%s", async (expression, expected) => {
      if (expected.startsWith("! ")) {
        const message = await errorOf(expression);
        expect(message).toContain(expected.slice(2));
        return;
      }
      const { log, result } = await runScript(`echo ${expression};`);
      expect(result).not.toHaveProperty("error");
      expect(log.join("\n")).toBe(plain(expected));
    });
  });
}

/** A mistake the compiler sees, or one the run ends with. */
const errorOf = async (expression: string): Promise<string> => {
  try {
    const { result } = await runScript(`echo ${expression};`);
    return result.kind === "error" ? result.error.message : "no error";
  } catch (error) {
    return String(error);
  }
};
