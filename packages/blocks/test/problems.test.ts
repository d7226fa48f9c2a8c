import { compileFlow, type FlowKind } from "@sluice/flow-schema";
import { describe, expect, it } from "vitest";
import { blocks } from "../src/registry/definitions.gen.ts";
import { makeFlow, type Nodes } from "./support/run-flow.ts";

describe("problems", () => {
  const problemsOf = (
    kind: FlowKind,
    nodes: Nodes,
    references?: (kind: string, id: string) => boolean,
  ) =>
    compileFlow(makeFlow(kind, nodes), blocks, references === undefined ? {} : { references })
      .problems;

  it("name the nodes of a circle", () => {
    const problems = problemsOf("recipient", {
      a: ["authenticated", {}, { no: "b" }],
      b: ["spf", {}, { none: "a" }],
    });
    expect(problems).toContainEqual(
      expect.objectContaining({
        rule: "cycle",
        message: "These blocks lead back to themselves: “Signed in?” → “SPF”.",
      }),
    );
  });

  it("warn when a look-up that is switched off would refuse everybody", () => {
    const off = (outcomes: Record<string, string>) => {
      const flow = makeFlow("recipient", {
        list: ["file-lookup", { file: "blocked", subject: "sender" }, outcomes],
        no: ["reject", { text: "Blocked" }],
        ok: ["accept"],
      });
      const { list, ...rest } = flow.nodes;
      if (list === undefined) throw new Error("no list");
      return compileFlow({ ...flow, nodes: { list: { ...list, disabled: true }, ...rest } }, blocks)
        .problems;
    };
    expect(off({ found: "no", missing: "ok" })).toContainEqual(
      expect.objectContaining({ severity: "warning", rule: "switched-off-refuses", node: "list" }),
    );
    expect(off({ found: "ok", missing: "no" }).map(({ rule }) => rule)).not.toContain(
      "switched-off-refuses",
    );
  });

  it.each<[string, FlowKind, Nodes, object]>([
    ["an unknown block", "recipient", { a: ["nonsense"] }, { rule: "block-unknown", node: "a" }],
    [
      "a block of elsewhere",
      "recipient",
      { a: ["deliver"] },
      { rule: "block-not-here", node: "a" },
    ],
    [
      "a setting that is missing",
      "recipient",
      { a: ["ldap-recipient", { directory: "" }] },
      { rule: "config", node: "a", field: ["directory"] },
    ],
    [
      "a setting nobody knows",
      "recipient",
      { a: ["accept", { what: 1 }] },
      { rule: "config", node: "a" },
    ],
    [
      "a variable the flow does not have",
      "ip-policy",
      { a: ["block", { text: "No mail for $recipient" }] },
      { rule: "template", node: "a", field: ["text"] },
    ],
    [
      "a secret in a text",
      "authentication",
      { a: ["reject", { text: "Not with $saslpassword" }] },
      { rule: "template", node: "a", field: ["text"] },
    ],
    [
      "a value the flow does not have",
      "ip-policy",
      { a: ["rate-limit", { subject: "recipient" }] },
      { rule: "script", node: "a" },
    ],
    [
      "a wire to nowhere",
      "recipient",
      { a: ["authenticated", {}, { yes: "b" }] },
      { rule: "wire-dangling", node: "a" },
    ],
    [
      "a second attempt",
      "delivery",
      { a: ["attempt", {}, { refused: "b" }], b: ["attempt"] },
      { rule: "second-attempt", node: "b" },
    ],
    [
      "two answers with one id",
      "recipient",
      {
        a: [
          "http-lookup",
          {
            url: "https://api.example.org/",
            answers: [
              { id: "x", text: "1", words: "One" },
              { id: "x", text: "2", words: "Two" },
            ],
          },
        ],
      },
      { rule: "config", node: "a", field: ["answers", 1, "id"] },
    ],
  ])("show %s", (_, kind, nodes, problem) => {
    expect(problemsOf(kind, nodes)).toContainEqual(
      expect.objectContaining({ severity: "error", ...problem }),
    );
  });

  it("show an object that does not exist", () => {
    const nodes: Nodes = { a: ["ldap-recipient", { directory: "gone" }] };
    expect(problemsOf("recipient", nodes, () => false)).toContainEqual(
      expect.objectContaining({ rule: "reference", node: "a", field: ["directory"] }),
    );
    expect(problemsOf("recipient", nodes, () => true).map(({ rule }) => rule)).not.toContain(
      "reference",
    );
  });

  it("warn of what is never reached, and of an error that lets pass", () => {
    const zones = [{ zone: "dnsbl.example.net" }];
    const problems = problemsOf("ip-policy", { a: ["dnsbl", { zones }], b: ["allow"] });
    expect(problems).toContainEqual(
      expect.objectContaining({ severity: "warning", rule: "block-unreachable", node: "b" }),
    );
    expect(problems).toContainEqual(
      expect.objectContaining({ severity: "warning", rule: "error-unwired", node: "a" }),
    );
  });

  it("advise where an outcome leads nowhere, and where nothing is asked", () => {
    const problems = problemsOf("recipient", {
      a: ["authenticated", {}, { yes: "b" }],
      b: ["accept"],
    });
    expect(problems).toEqual([
      expect.objectContaining({ severity: "advice", rule: "outcome-unwired", node: "a" }),
    ]);
    expect(problemsOf("recipient", { a: ["accept"] })).toEqual([
      expect.objectContaining({ severity: "advice", rule: "accept-unchecked", node: "a" }),
    ]);
  });

  it("do not count for a block that is switched off", () => {
    const flow = makeFlow("recipient", {
      a: ["ldap-recipient", { directory: "" }, { found: "b" }],
      b: ["accept"],
    });
    const node = flow.nodes["a"];
    if (node !== undefined) node.disabled = true;
    expect(compileFlow(flow, blocks).ok).toBe(true);
  });
});
