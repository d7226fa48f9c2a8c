/** The seed's own scripts (hsl.md §11), in a world of seven functions. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  blockTitle,
  compile,
  coreLibrary,
  Ending,
  type Environment,
  type FunctionBody,
  type FunctionSignature,
  HslArray,
  type RunResult,
  renderDiagnostic,
  type Value,
} from "../src/index.ts";

const read = (name: string): string =>
  readFileSync(new URL(`seed/${name}.hsl`, import.meta.url), "utf8");

const accounts: Readonly<Record<string, string>> = {
  bob: "bob secret",
  one: "one",
  three: "three secret more",
};

const world = (answer: Value): ReadonlyMap<string, FunctionBody> =>
  new Map<string, FunctionBody>([
    ["smtp_lookup_auth", async () => answer],
    ["ldap_bind", async () => answer],
    ["http", async (args) => (answer === "url" ? (args[0] ?? null) : answer)],
    ["in_file", async ([word]) => HslArray.of(...(accounts[String(word)]?.split(" ") ?? []))],
    ["Accept", (args) => new Ending("Accept", args)],
    ["Reject", (args) => new Ending("Reject", args)],
  ]);

const signatures = [...world(null).keys()].map((name): FunctionSignature => {
  const isAction = name === "Accept" || name === "Reject";
  return {
    name,
    role: isAction ? "action" : "lookup",
    summary: "",
    parameters: [{ name: "values", kinds: ["any"], help: "", rest: true }],
    returns: { kinds: ["any"], help: "" },
    mayWait: !isAction,
  };
});

const environment: Environment = {
  functions: new Map([
    ...coreLibrary.signatures,
    ...signatures.map((signature) => [signature.name, signature] as const),
  ]),
  variables: new Map(
    ["saslusername", "saslpassword", "saslauthed"].map((name) => [
      name,
      { name, kinds: ["any" as const], help: "", secret: name === "saslpassword" },
    ]),
  ),
};

const run = async (
  name: string,
  answer: Value,
  variables: Readonly<Record<string, Value>> = {},
): Promise<{ log: string[]; result: string }> => {
  const { script, diagnostics } = compile(read(name), environment);
  if (script === null) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  const log: string[] = [];
  const result = await script.run({
    functions: new Map([...coreLibrary.bodies, ...world(answer)]),
    variable: (variable) => variables[variable] ?? defaults[variable],
    echo: (line) => log.push(line),
    now: () => 0,
    monotonic: () => 0,
    random: () => 0,
  });
  return { log, result: words(result) };
};

const defaults: Readonly<Record<string, Value>> = {
  saslusername: "bob",
  saslpassword: "secret",
  saslauthed: false,
};

const words = (result: RunResult): string =>
  result.kind === "action" ? [result.action, ...result.args].join(" ") : result.kind;

test("S1 accepts on 1 and refuses with the user's name on 0 and on an error", async () => {
  const log = ["bob successfully SMTP authenticated"];
  expect(await run("s1", 1)).toEqual({ log, result: "Accept" });
  expect(await run("s1", 0)).toEqual({ log: [], result: "Reject You failed (bob)" });
  expect(await run("s1", -1)).toEqual({ log: [], result: "Reject You failed (bob)" });
});

test("S2 refuses whoever did not sign in", async () => {
  expect((await run("s2", 0, { saslauthed: true })).result).toBe("Accept");
  expect((await run("s2", 0)).result).toBe("Reject This server require authentication");
});

test("S3 falls off its end", async () => {
  expect((await run("s3", 1)).result).toBe("Accept");
  expect((await run("s3", -1)).result).toBe("end");
});

test("S4 is refused at line 1, column 55, and names both brackets", async () => {
  const { script, diagnostics } = compile(read("s4"), environment);
  expect(script).toBeNull();
  expect(diagnostics).toHaveLength(1);
  expect(diagnostics[0]).toMatchObject({ line: 1, column: 55, severity: "error" });
  expect(diagnostics[0]?.message).toContain(
    "`)` at line 1, column 54 closed the `(` at line 1, column 4",
  );
  const rendered = renderDiagnostic(read("s4"), diagnostics[0] ?? expect.fail());
  expect(rendered.split("\n")[2]).toBe(`${" ".repeat(54)}^^`);
  expect((await run("s4-corrected", 1)).result).toBe("Accept");
  expect((await run("s4-corrected", 0)).result).toBe("end");
});

test("S5 accepts a line of exactly two words whose second is the password", async () => {
  const log = ["bob successfully FILE authenticated"];
  expect(await run("s5", null)).toEqual({ log, result: "Accept" });
  for (const saslusername of ["nobody", "one", "three"]) {
    expect((await run("s5", null, { saslusername })).result).toBe("end");
  }
  expect((await run("s5", null, { saslpassword: "wrong" })).result).toBe("end");
});

test("S6 accepts a body of exactly OK and keeps $1 and $2 in the address", async () => {
  expect((await run("s6", "OK")).result).toBe("Accept");
  expect((await run("s6", "OK\n")).result).toBe("end");
  expect(compile(read("s6"), environment).script?.reads).toEqual(
    new Set(["saslusername", "saslpassword"]),
  );
});

test("S7 has a title and a picture, and says hello", async () => {
  expect(blockTitle(read("s7"))).toEqual({
    title: "My first block",
    icon: "http://example.org/images/internet-mail.png",
    options: { icon: "http://example.org/images/internet-mail.png" },
  });
  expect(await run("s7", null)).toEqual({ log: ["Hello World"], result: "end" });
});
