import { hsl } from "@sluice/hsl";
import { expect, it } from "vitest";
import { z } from "zod";
import { type AnyBlock, defineBlock } from "./block.ts";
import { compileFlow } from "./compile.ts";
import { field } from "./field.ts";
import type { Flow } from "./flow.ts";
import { upgradeFlow } from "./upgrade-flow.ts";

const block = defineBlock({
  type: "log",
  version: 2,
  title: "Log",
  summary: "Writes a line.",
  category: "control",
  icon: "notes",
  flows: ["content"],
  config: z.strictObject({ line: field.text({ label: "Line", help: "What is written." }) }),
  defaults: { line: "" },
  example: { line: "x" },
  outcomes: { next: "Next" },
  label: ({ line }) => line,
  script: ({ line }, to) => hsl`
    echo ${line};
    ${to("next")}`,
  upgrade: (stored) => ({ line: z.object({ text: z.string() }).parse(stored).text }),
});
const blocks = new Map<string, AnyBlock>([["log", block]]);

const flow = (version: number, config: Record<string, unknown>): Flow => ({
  kind: "content",
  title: "Test",
  entry: "a",
  nodes: { a: { block: "log", version, config, outcomes: {} } },
});

it("brings nodes to the version of their block", () => {
  expect(upgradeFlow(flow(1, { text: "hey" }), blocks)).toEqual(flow(2, { line: "hey" }));
  expect(compileFlow(flow(1, { text: "hey" }), blocks)).toMatchObject({ ok: true });
});

it("leaves nodes of a later version to a later Sluice", () => {
  expect(upgradeFlow(flow(3, { line: "hey" }), blocks)).toEqual(flow(3, { line: "hey" }));
  expect(compileFlow(flow(3, { line: "hey" }), blocks).problems).toContainEqual(
    expect.objectContaining({ rule: "block-version", node: "a" }),
  );
});
