import { blocks } from "@sluice/blocks/definitions";
import { Flow } from "@sluice/flow-schema";
import { describe, expect, test } from "vitest";
import { copyText, paste, readClipboard } from "./clipboard.ts";
import { connectionProblem, stream } from "./connection-rules.ts";
import * as draftOf from "./flow-draft.ts";
import { type FlowDraft, freshNode, startWire } from "./flow-draft.ts";

const chain = (): FlowDraft => ({
  flow: Flow.parse({
    kind: "recipient",
    title: "Known users",
    entry: "spf",
    nodes: {
      spf: {
        block: "spf",
        version: 1,
        config: {},
        outcomes: { pass: "ldap", none: "ldap", fail: "refuse" },
      },
      ldap: {
        block: "ldap-recipient",
        version: 1,
        config: { directory: "main" },
        outcomes: { found: "ok" },
      },
      refuse: { block: "reject", version: 1, config: { text: "No" } },
      ok: { block: "accept", version: 1, config: {} },
    },
  }),
  layout: { spf: { x: 0, y: 0 }, ldap: { x: 0, y: 120 }, ok: { x: 0, y: 240 } },
});

const outcomes = ({ flow }: FlowDraft, id: string) => flow.nodes[id]?.outcomes;

test("a block dropped on a wire stands between its ends, and its other outcomes stay open", () => {
  const before = chain();
  const after = draftOf.insertOnEdge(
    before,
    { source: "spf", outcome: "pass" },
    "limit",
    freshNode("rate-limit", blocks),
    blocks,
  );
  expect(outcomes(after, "spf")).toEqual({ pass: "limit", none: "ldap", fail: "refuse" });
  expect(outcomes(after, "limit")).toEqual({ within: "ldap" });
  expect(before).toEqual(chain());
});

test("an ending dropped on a wire takes its place and leads nowhere", () => {
  const after = draftOf.insertOnEdge(
    chain(),
    { source: "ldap", outcome: "found" },
    "no",
    freshNode("reject", blocks),
    blocks,
  );
  expect(outcomes(after, "ldap")).toEqual({ found: "no" });
  expect(outcomes(after, "no")).toEqual({});
});

test("a block put before the first one runs first", () => {
  const after = draftOf.insertOnEdge(
    chain(),
    startWire,
    "limit",
    freshNode("rate-limit", blocks),
    blocks,
  );
  expect(after.flow.entry).toBe("limit");
  expect(outcomes(after, "limit")).toEqual({ within: "spf" });
});

describe("taking a block away", () => {
  test("joins its neighbours, all that led to it", () => {
    const after = draftOf.remove(chain(), ["ldap"], blocks);
    expect(outcomes(after, "spf")).toEqual({ pass: "ok", none: "ok", fail: "refuse" });
    expect(after.layout).not.toHaveProperty("ldap");
  });
  test("leaves the gap when asked to", () => {
    const after = draftOf.remove(chain(), ["ldap"], blocks, false);
    expect(outcomes(after, "spf")).toEqual({ fail: "refuse" });
  });
  test("hands the first place on", () => {
    const after = draftOf.remove(chain(), ["spf"], blocks);
    expect(after.flow.entry).toBe("ldap");
  });
  test("of all blocks leaves an empty flow", () => {
    const after = draftOf.remove(chain(), Object.keys(chain().flow.nodes), blocks);
    expect(after.flow.nodes).toEqual({});
    expect(after.flow).not.toHaveProperty("entry");
  });
});

test("the first block of an empty flow runs first", () => {
  const empty: FlowDraft = {
    flow: Flow.parse({ kind: "content", title: "New", nodes: {} }),
    layout: {},
  };
  const after = draftOf.add(empty, "deliver", freshNode("deliver", blocks), { x: 3.4, y: 8 });
  expect(after.flow.entry).toBe("deliver");
  expect(after.layout).toEqual({ deliver: { x: 3, y: 8 } });
});

test("a title of blanks gives the block's own title back", () => {
  const named = draftOf.rename(chain(), "ldap", "Users");
  expect(named.flow.nodes["ldap"]?.title).toBe("Users");
  expect(draftOf.rename(named, "ldap", "  ").flow.nodes["ldap"]).not.toHaveProperty("title");
});

test("a wire to a block that is not there changes nothing", () => {
  const before = chain();
  expect(draftOf.connect(before, { source: "spf", outcome: "pass" }, "gone")).toBe(before);
});

test("a block moves up its chain by changing places with the one above", () => {
  const after = draftOf.moveInChain(chain(), "ldap", "up", blocks);
  // spf has two wires to it, so it stays where it is
  expect(after).toEqual(chain());
  const single = draftOf.disconnect(chain(), { source: "spf", outcome: "none" });
  const moved = draftOf.moveInChain(single, "ldap", "up", blocks);
  expect(moved.flow.entry).toBe("ldap");
  expect(outcomes(moved, "ldap")).toEqual({ found: "spf" });
  expect(outcomes(moved, "spf")).toEqual({ pass: "ok", fail: "refuse" });
  expect(moved.layout["ldap"]).toEqual({ x: 0, y: 0 });
});

test("ids are free, short and allowed", () => {
  const { flow } = chain();
  expect(draftOf.freeNodeId(flow, "SPF")).toBe("spf-2");
  expect(draftOf.freeNodeId(flow, "24 h limit")).toBe("h-limit");
  expect(draftOf.freeNodeId(flow, "…")).toBe("block");
});

describe("rules for wires", () => {
  test("a way back is refused with its reason", () => {
    expect(connectionProblem(chain(), { source: "ldap", outcome: "missing" }, "spf")).toMatch(
      /lead back/,
    );
    expect(connectionProblem(chain(), { source: "ldap", outcome: "missing" }, "ldap")).toMatch(
      /itself/,
    );
  });
  test("a way forward is allowed, twice to the same block too", () => {
    expect(connectionProblem(chain(), { source: "ldap", outcome: "missing" }, "refuse")).toBeNull();
  });
  test("upstream and downstream are found", () => {
    expect(stream(chain(), "ldap", "down").sort()).toEqual(["ldap", "ok"]);
    expect(stream(chain(), "ldap", "up").sort()).toEqual(["ldap", "spf"]);
  });
});

describe("the clipboard", () => {
  test("keeps the wires among what was copied and gives free ids", () => {
    const text = copyText(chain(), ["spf", "ldap"]);
    const clipboard = readClipboard(text);
    if (clipboard === null) throw new Error("not read");
    const pasted = paste(chain(), clipboard, blocks, { offset: { x: 24, y: 24 } });
    expect(pasted.ids).toEqual(["spf-2", "ldap-2"]);
    expect(outcomes(pasted.draft, "spf-2")).toEqual({ pass: "ldap-2", none: "ldap-2" });
    expect(pasted.draft.layout["spf-2"]).toEqual({ x: 24, y: 24 });
  });
  test("leaves out what cannot be in this kind of flow, and says so", () => {
    const clipboard = readClipboard(copyText(chain(), ["ldap", "ok"]));
    const content: FlowDraft = {
      flow: Flow.parse({ kind: "content", title: "C", nodes: {} }),
      layout: {},
    };
    if (clipboard === null) throw new Error("not read");
    const pasted = paste(content, clipboard, blocks, { at: { x: 0, y: 0 } });
    expect(pasted.ids).toEqual([]);
    expect(pasted.refused).toEqual(["LDAP recipient", "Accept"]);
  });
  test("text of something else is no clipboard", () => {
    expect(readClipboard("hello")).toBeNull();
    expect(readClipboard('{"nodes":{}}')).toBeNull();
  });
});
