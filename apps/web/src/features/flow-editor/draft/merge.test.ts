import { Flow } from "@sluice/flow-schema";
import { expect, test } from "vitest";
import type { FlowDraft } from "./flow-draft.ts";
import { merge, resolve } from "./merge.ts";

const draft = (nodes: Record<string, string>, more: Partial<Flow> = {}): FlowDraft => ({
  flow: Flow.parse({
    kind: "recipient",
    title: "T",
    entry: "a",
    nodes: Object.fromEntries(
      Object.entries(nodes).map(([id, text]) => [
        id,
        { block: "reject", version: 1, config: { text }, outcomes: {} },
      ]),
    ),
    ...more,
  }),
  layout: {},
});

test("changes to different blocks are both kept", () => {
  const { draft: merged, conflicts } = merge(
    draft({ a: "1", b: "1" }),
    draft({ a: "2", b: "1" }),
    draft({ a: "1", b: "1", c: "1" }, { title: "Theirs" }),
  );
  expect(conflicts).toEqual([]);
  expect(merged.flow).toEqual(draft({ a: "2", b: "1", c: "1" }, { title: "Theirs" }).flow);
});

test("a block that both changed is a conflict, and either version can be taken", () => {
  const both = merge(draft({ a: "1" }), draft({ a: "mine" }), draft({ a: "theirs" }));
  expect(both.conflicts.map(({ id }) => id)).toEqual(["a"]);
  expect(both.draft.flow.nodes["a"]?.config).toEqual({ text: "mine" });
  expect(resolve(both, new Set(["a"])).flow.nodes["a"]?.config).toEqual({ text: "theirs" });
});

test("a block that one removed and the other changed is a conflict", () => {
  const both = merge(draft({ a: "1", b: "1" }), draft({ a: "1" }), draft({ a: "1", b: "2" }));
  expect(both.conflicts).toMatchObject([{ id: "b", mine: null }]);
  expect(resolve(both, new Set()).flow.nodes).not.toHaveProperty("b");
  expect(resolve(both, new Set(["b"])).flow.nodes).toHaveProperty("b");
});

test("the order of members makes no difference", () => {
  const mine = draft({ a: "1", b: "1" });
  const theirs = draft({ b: "1", a: "1" });
  expect(merge(draft({ a: "1", b: "0" }), mine, theirs).conflicts).toEqual([]);
});
