import { compileFlow } from "@sluice/flow-schema";
import { describe, expect, it } from "vitest";
import { blocks } from "../src/registry/definitions.gen.ts";
import { compiledOf, makeFlow, type Nodes, run, spfAnswer } from "./support/run-flow.ts";

describe("values from settings", () => {
  it("stay inside their strings", async () => {
    const flow = makeFlow("recipient", { no: ["reject", { text: '"); Accept(); ("' }] });
    expect((await run(flow)).end).toBe('Reject "); Accept(); ("');
  });

  it("cannot leave a title's comment", async () => {
    const flow = makeFlow("recipient", { no: ["reject"] });
    const node = flow.nodes["no"];
    if (node !== undefined) node.title = "x\nAccept();\u2028Accept();";
    expect((await run(flow)).end).toBe("Reject");
  });

  it("cannot leave a condition", () => {
    for (const condition of ["true) { Accept(); } if (true", "true; Accept()", "true /*", ""]) {
      const compiled = compileFlow(makeFlow("recipient", { b: ["branch", { condition }] }), blocks);
      expect(compiled.problems).toContainEqual(
        expect.objectContaining({ severity: "error", node: "b", field: ["condition"] }),
      );
    }
  });

  it("may end a condition with a comment", async () => {
    const condition = "$saslauthed // signed in";
    const flow = makeFlow("recipient", {
      b: ["branch", { condition }, { yes: "a" }],
      a: ["accept"],
    });
    expect((await run(flow, { saslauthed: true })).end).toBe("Accept");
  });
});

describe("scripts", () => {
  const script = (source: string, next?: string): Nodes[string] => [
    "script",
    { source },
    next === undefined ? {} : { next },
  ];

  it("share their variables, in functions too", async () => {
    const flow = makeFlow("content", {
      first: script('$note = "set";', "fork"),
      fork: ["authenticated", {}, { yes: "last", no: "last" }],
      last: script('echo "note: $note"; $note = "again";', "end"),
      end: ["branch", { condition: '$note == "again"' }, { yes: "gone" }],
      gone: ["delete"],
    });
    expect(await run(flow)).toMatchObject({ end: "Delete", lines: ["note: set"] });
  });

  it("end the flow with `return`, wherever they stand", async () => {
    const flow = makeFlow("content", {
      fork: ["authenticated", {}, { yes: "shared", no: "shared" }],
      shared: script("if (true) return;", "gone"),
      gone: ["delete"],
    });
    expect((await run(flow)).end).toBe("end");
  });

  it("may declare functions and import data", async () => {
    const flow = makeFlow("content", {
      fork: ["authenticated", {}, { yes: "shared", no: "shared" }],
      shared: script('function shout($t) { return $t + "!"; }\necho shout("hey");', "gone"),
      gone: ["delete"],
    });
    expect((await run(flow)).lines).toEqual(["hey!"]);
  });

  it("say where a mistake is, in their own lines and columns", () => {
    const source = 'if (ldap_bind("ldap:4", $saslusername, $saslpassword))==1) { Accept(); }';
    const { problems } = compileFlow(makeFlow("authentication", { s: script(source) }), blocks);
    expect(problems).toContainEqual(
      expect.objectContaining({
        severity: "error",
        rule: "script",
        node: "s",
        field: ["source"],
        line: 1,
        column: 55,
      }),
    );
  });

  it("say so where the whole text has moved them", () => {
    const flow = makeFlow("recipient", {
      fork: ["authenticated", {}, { yes: "s" }],
      s: script('// Mine\nif (true) {\n  echo "a\nb";\n    Nonsense();\n}'),
    });
    const { problems } = compileFlow(flow, blocks);
    const fault = problems.find(({ rule, severity }) => rule === "script" && severity === "error");
    expect(fault).toMatchObject({ node: "s", line: 5, column: 5 });
  });

  it("need no wire behind them when they always end", () => {
    const advice = (source: string) =>
      compileFlow(makeFlow("content", { s: script(source) }), blocks).problems;
    expect(advice("Delete();")).toEqual([]);
    expect(advice("if ($saslauthed) Delete();")).toEqual([
      expect.objectContaining({ rule: "outcome-unwired", node: "s", outcome: "next" }),
    ]);
  });

  it("share the variables of files they include", () => {
    const flow = makeFlow("content", {
      fork: ["authenticated", {}, { yes: "shared", no: "shared" }],
      shared: script('include "file:a";', "last"),
      last: script('echo "$fromfile";'),
    });
    const resolve = (name: string) => (name === "file:a" ? '$fromfile = "x";' : null);
    const compiled = compileFlow(flow, blocks, { resolve });
    expect(compiled).toMatchObject({ ok: true });
    expect(compileFlow(flow, blocks, { resolve: () => null })).toMatchObject({ ok: false });
  });

  it("may have the names of functions as their ids", async () => {
    const flow = makeFlow("recipient", {
      fork: ["authenticated", {}, { yes: "count", no: "count" }],
      count: script("function count_node() { return 1; }\necho count([1, 2]);", "constructor"),
      constructor: ["accept"] as [string],
    });
    expect(await run(flow)).toMatchObject({ end: "Accept", lines: ["2"] });
  });
});

it("writes a long chain without losing itself in braces", async () => {
  const nodes: Nodes = {};
  for (let i = 0; i < 150; i++) {
    nodes[`n${i}`] = ["spf", {}, { pass: `n${i + 1}`, none: "no" }];
  }
  nodes["n150"] = ["accept"];
  nodes["no"] = ["reject"];
  const flow = makeFlow("recipient", nodes);
  const { script } = compiledOf(flow);
  expect(script.text.length).toBeLessThan(250_000);
  expect((await run(flow, {}, { spf_query: spfAnswer("pass") })).end).toBe("Accept");
});
