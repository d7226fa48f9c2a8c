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

  it("what it has not is told with what it has", async () => {
    const { result } = await runScript("Set([1])->push(2);");
    expect(result).toMatchObject({
      kind: "error",
      error: {
        message: "Set has no `push`; its members are has, delete, clear, size, values, add",
        line: 1,
        column: 1,
      },
    });
  });

  it("Exception", async () => {
    const names = [...(coreClasses.get("Exception")?.methods.keys() ?? [])];
    const calls = names.map((name) => `echo $e->${name}();`).join(" ");
    const { log } = await runScript(`try { throw Exception("no"); }\ncatch ($e) { ${calls} }`);
    expect(log).toEqual(["no", "no", "", "1", "13"]);
  });
});
