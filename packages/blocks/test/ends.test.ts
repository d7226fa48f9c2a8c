import { compileFlow, type Flow, type FlowKind } from "@sluice/flow-schema";
import { describe, expect, it } from "vitest";
import { blocks } from "../src/registry/definitions.gen.ts";
import { makeFlow, type Nodes, run } from "./support/run-flow.ts";

describe("a flow without blocks", () => {
  it.each<[FlowKind, string]>([
    ["ip-policy", "Allow"],
    ["authentication", "Reject"],
    ["recipient", "Reject"],
    ["content", "Deliver"],
    ["delivery", "end"],
  ])("%s: %s", async (kind, end) => {
    expect((await run({ kind, title: "Empty", nodes: {} })).end).toBe(end);
  });
});

describe("a switched-off block", () => {
  const off = (kind: FlowKind, nodes: Nodes): Flow => {
    const flow = makeFlow(kind, nodes);
    const first = Object.values(flow.nodes)[0];
    if (first !== undefined) first.disabled = true;
    return flow;
  };

  it("passes through, and lets nobody in by that", async () => {
    const flow = off("recipient", {
      a: ["authenticated", {}, { yes: "ok", no: "refuse" }],
      ok: ["accept"],
      refuse: ["reject"],
    });
    expect(await run(flow, { saslauthed: true })).toMatchObject({
      end: "Reject",
      steps: ["a", "a.no", "refuse"],
    });
  });

  it("is the end where it was an ending", async () => {
    expect((await run(off("recipient", { a: ["accept"] }))).end).toBe("Reject");
  });
});

describe("a delivery flow", () => {
  const flow = makeFlow("delivery", {
    choose: [
      "branch",
      { condition: '$recipientdomain == "slow.example"' },
      { yes: "wait", no: "try" },
    ],
    wait: ["retry", { minutes: 10 }],
    try: ["attempt", {}, { refused: "notice" }],
    notice: ["bounce"],
  });

  it("runs to the attempt, and from the attempt on", async () => {
    const before = { attempted: false, recipientdomain: "example.org" };
    expect(await run(flow, before)).toMatchObject({
      end: "Try",
      steps: ["choose", "choose.no", "try"],
    });
    const after = { attempted: true, errorcode: 550 };
    expect(await run(flow, after)).toMatchObject({
      end: "GenerateDSN",
      steps: ["try", "try.refused", "notice"],
    });
  });

  it("may end before the attempt", async () => {
    const variables = { attempted: false, recipientdomain: "slow.example" };
    expect((await run(flow, variables)).end).toBe("Reschedule 600");
  });

  it("needs no wire behind the attempt", () => {
    expect(compileFlow(makeFlow("delivery", { a: ["attempt"] }), blocks).problems).toEqual([]);
  });

  it("takes the default where nothing is wired", async () => {
    expect((await run(flow, { attempted: true, errorcode: 0 })).end).toBe("end");
    expect((await run(flow, { attempted: true, errorcode: 250 })).end).toBe("end");
  });
});
