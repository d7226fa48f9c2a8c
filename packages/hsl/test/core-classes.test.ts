import { describe, expect, it } from "vitest";
import { coreClasses } from "../src/class-signature.ts";
import { type CollectionName, collectionMethods } from "../src/collections.ts";
import { runScript } from "./library/run-script.ts";

/** What the editor says about objects of the language is what they can. */
describe("classes of the language", () => {
  it.each(["Map", "Set"] satisfies CollectionName[])("%s", (name) => {
    const told = [...(coreClasses.get(name)?.methods.values() ?? [])].map((method) => ({
      name: method.name,
      least: method.parameters.filter(({ optional }) => optional !== true).length,
      most: method.parameters.length,
    }));
    const made = [...collectionMethods[name]].map(([method, { least, most }]) => ({
      name: method,
      least,
      most,
    }));
    const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
    expect(told.toSorted(byName)).toEqual(made.toSorted(byName));
  });

  it("Exception", async () => {
    const names = [...(coreClasses.get("Exception")?.methods.keys() ?? [])];
    const calls = names.map((name) => `echo $e->${name}();`).join(" ");
    const { log } = await runScript(`try { throw Exception("no"); }\ncatch ($e) { ${calls} }`);
    expect(log).toEqual(["no", "no", "", "1", "13"]);
  });
});
