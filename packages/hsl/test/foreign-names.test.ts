import { expect, test } from "vitest";
import { foreignCure } from "../src/foreign-names.ts";
import { runScript } from "./library/run-script.ts";

test.each([
  ["sort", "[0=>1,1=>2,2=>3]"],
  ["usort", "[0=>1,1=>2,2=>3]"],
  ["ksort", "[0=>3,1=>1,2=>2]"],
])("what is written for %s does the same", async (name, sorted) => {
  const cure = foreignCure(name, true)?.replace(/^Write (.*)\.$/, "$1");
  const { log } = await runScript(`$list = [1 => 1, 2 => 2, 0 => 3]; echo ${cure};`);
  expect(log).toEqual([sorted]);
});
