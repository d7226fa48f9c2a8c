import { blocks } from "@sluice/blocks/definitions";
import { Flow } from "@sluice/flow-schema";
import { expect, test } from "vitest";
import { setSharedField, sharedFields } from "./shared-fields.ts";

const flow = Flow.parse({
  kind: "recipient",
  title: "T",
  entry: "a",
  nodes: {
    a: { block: "file-lookup", version: 1, config: { file: "one", subject: "sender" } },
    b: { block: "file-lookup", version: 1, config: { file: "two", subject: "sender" } },
    no: { block: "reject", version: 1, config: { text: "No" } },
    later: { block: "defer", version: 1, config: { text: "Later" } },
  },
});

test("blocks of one kind share their settings; what differs is marked and shows no value", () => {
  const fields = sharedFields(flow, ["a", "b"], blocks);
  const of = (name: string) => fields.find(({ field }) => field.path.join(".") === name);
  expect(of("file")).toMatchObject({ isMixed: true, value: undefined });
  expect(of("subject")).toMatchObject({ isMixed: false, value: "sender" });
  expect(of("ignoreCase")).toMatchObject({ isMixed: false, value: true }); // its default
});

test("blocks of different kinds share what both have, and nothing else", () => {
  expect(sharedFields(flow, ["a", "no"], blocks)).toEqual([]);
});

test("a value is written into every chosen block and no other", () => {
  const { flow: after } = setSharedField({ flow, layout: {} }, ["a", "b"], ["file"], "three");
  expect(after.nodes["a"]?.config).toEqual({ file: "three", subject: "sender" });
  expect(after.nodes["b"]?.config).toEqual({ file: "three", subject: "sender" });
  expect(after.nodes["no"]).toBe(flow.nodes["no"]);
});
