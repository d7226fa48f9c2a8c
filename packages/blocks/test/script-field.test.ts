/** The mistakes of one script, as its editor shows them: in their own places, knowing the flow around it. */
import { type FlowKind, scriptFieldDiagnostics } from "@sluice/flow-schema";
import { describe, expect, it } from "vitest";
import { blocks } from "../src/registry/definitions.gen.ts";
import { makeFlow, type Nodes } from "./support/run-flow.ts";

const script = (text: string, next: string): [string, object, Record<string, string>] => [
  "script",
  { source: text },
  { next },
];

/** Severity, place, marked text and message of what is said about the script `b`. */
const said = (text: string, around: Nodes = {}, kind: FlowKind = "recipient"): string[] => {
  const flow = makeFlow(kind, {
    a: script("// A\nfunction mine($x) { return $x; }\n$early = 3;", "b"),
    b: script(text, "c"),
    c: ["accept"],
    ...around,
  });
  return scriptFieldDiagnostics(flow, "b", text, blocks).map(
    ({ severity, line, column, offset, length, message }) =>
      `${severity} ${line}:${column} ${text.slice(offset, offset + length)} | ${message}`,
  );
};

const broken: Nodes = { d: ["ldap-recipient", { directory: "" }] };

describe("mistakes of one script", () => {
  it("are none where functions and variables come from a script before it", () => {
    expect(said("echo mine($early);")).toEqual([]);
  });

  it("have their place in lines that are indented in the whole", () => {
    const text = "// B\nif ($early > 1) {\n  strln(\n    $nope);\n}\necho strlen();";
    expect(said(text)).toEqual([
      "error 3:3 strln | There is no function `strln` here.",
      "error 4:5 $nope | `$nope` is never given a value.",
      "error 6:6 strlen() | `strlen` takes 1 argument, not 0.",
    ]);
  });

  it("are told while another block is not set up, and names of others are let pass", () => {
    expect(said("echo mine($early);\nstrln(1);\n$a = $nope;", broken)).toEqual([
      "error 2:1 strln | There is no function `strln` here.",
      "error 3:6 $nope | `$nope` is never given a value.",
    ]);
  });

  it("are told of a block that nothing leads to", () => {
    const flow = makeFlow("recipient", { c: ["accept"], b: script("strln(1);", "c") });
    expect(scriptFieldDiagnostics(flow, "b", "strln(1);", blocks)).toEqual([
      expect.objectContaining({ code: "unknown-function", line: 1, column: 1 }),
    ]);
  });

  it("name functions of another kind of flow", () => {
    expect(said("// B\nBlock();")).toEqual([
      expect.stringMatching(/^error 2:1 Block.*\| .*`Block`/),
    ]);
  });

  it("include what the parser says, and with it what else is sure", () => {
    const found = said("echo (1;\nstrln(1);");
    expect(found[0]).toMatch(/^error 1:/);
    expect(found.join("\n")).toContain("There is no function `strln` here.");
  });

  it("include what only a flow minds", () => {
    expect(said("// B\nbreak;")).toEqual(["error 2:1 break; | `break` stands inside loops only."]);
  });

  it("are told of an expression, whatever is behind it", () => {
    const text = "$early > strln(1)";
    const flow = makeFlow("recipient", {
      a: script("$early = 3;", "b"),
      b: ["branch", { condition: text }, { yes: "c", no: "c" }],
      c: ["accept"],
    });
    const found = scriptFieldDiagnostics(flow, "b", text, blocks, { isExpression: true });
    expect(found.map(({ line, column, message }) => `${line}:${column} ${message}`)).toEqual([
      "1:10 There is no function `strln` here.",
    ]);
    expect(
      scriptFieldDiagnostics(flow, "b", "1; 2", blocks, { isExpression: true }).map(
        ({ message }) => message,
      ),
    ).toEqual(["This is not one expression."]);
  });
});
