import { describe, expect, it } from "vitest";
import { coreFunctions, coreLibrary, functionReference } from "../../src/library/index.ts";
import { runScript } from "./run-script.ts";

describe("every function's example prints what its page says", () => {
  it.each(coreFunctions.map(({ signature }) => [signature.name, signature] as const))(
    "%s",
    async (_name, { example }) => {
      const { log, result } = await runScript(example?.script ?? "");
      expect(result).not.toHaveProperty("error");
      expect(log).toEqual(example?.log ?? ["(there is no example)"]);
    },
  );
});

describe("every signature", () => {
  it.each(coreFunctions.map(({ signature }) => [signature.name, signature] as const))(
    "%s is complete",
    (name, signature) => {
      const kinds = "number boolean string array none function object regex any".split(" ");
      expect(signature.summary).toMatch(/^[A-Z].*\.$/);
      expect(signature.since).toBeDefined();
      expect(signature.returns.help).toMatch(/^.+\.$/);
      for (const parameter of [...signature.parameters, { ...signature.returns, name: "" }]) {
        expect(parameter.help).toMatch(/\.$/);
        for (const kind of parameter.kinds) expect(kinds).toContain(kind);
      }
      const optionals = signature.parameters.map(({ optional }) => optional === true);
      expect(optionals).toEqual([...optionals].sort());
      expect(functionReference(signature)).toContain(`# ${name}\n\n${signature.summary}`);
    },
  );
});

describe("names", () => {
  it("old and new names are one function", () => {
    const pairs = {
      strpos: "str_find",
      substr: "str_slice",
      trim: "str_strip",
      strtolower: "str_lower",
      inet_includes: "in_network",
      domain_includes: "is_subdomain",
    };
    for (const [old, now] of Object.entries(pairs)) {
      expect(coreLibrary.signatures.get(now)?.aliases).toContain(old);
      expect(coreLibrary.signatures.get(old)).toMatchObject({ name: old });
    }
  });
});
