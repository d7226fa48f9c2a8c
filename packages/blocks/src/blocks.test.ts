/** One suite for every block: a folder that passes it can be used, and is explained. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import {
  type AnyBlock,
  compileFlow,
  type DescribedField,
  describeFields,
  environmentFor,
  exampleOutcomes,
  exampleScript,
  type Flow,
  type FlowKind,
} from "@sluice/flow-schema";
import { compile, hsl } from "@sluice/hsl";
import { describe, expect, it } from "vitest";
import { blocks } from "./registry/definitions.gen.ts";

const folders = readdirSync(import.meta.dirname)
  .filter((name) => existsSync(path.join(import.meta.dirname, name, "block.ts")))
  .sort();

it("has every folder in the registry", () => {
  expect([...blocks.keys()].sort()).toEqual(folders);
});

describe.each([...blocks])("%s", (folder, block) => {
  const file = (name: string): string => path.join(import.meta.dirname, folder, name);
  const outcomes = exampleOutcomes(block);

  it("has its folder's name, and words", () => {
    expect(block.type).toBe(folder);
    expect(block.title).not.toBe("");
    expect(block.summary).toMatch(/^\S.*[.?]$/);
    expect(block.icon).toMatch(/^[a-z0-9-]+$/);
    expect(block.flows.length).toBeGreaterThan(0);
  });

  it("has words for every field", () => {
    const fields = describeFields(block.config);
    const keys = new Set(fields.map(({ path: [key] }) => key));
    expect(Object.keys(block.config.shape).filter((key) => !keys.has(key))).toEqual([]);
    for (const field of everyField(fields)) {
      expect(field.label, field.path.join(".")).not.toBe("");
      expect(field.help, field.path.join(".")).toMatch(/\S.*[.:/)0-9]/);
    }
  });

  it("is explained", () => {
    expect(existsSync(file("docs.md"))).toBe(true);
    const docs = readFileSync(file("docs.md"), "utf8");
    expect(docs.length).toBeGreaterThan(100);
    expect(docs).not.toMatch(/^#/); // the page's title is the block's
  });

  it("writes its example's script", async () => {
    await expect(`${exampleScript(block).text}\n`).toMatchFileSnapshot(file("block.script.hsl"));
  });

  it("leads to every outcome", () => {
    const reached = new Set<string>();
    const to = (outcome: string) => {
      reached.add(outcome);
      return hsl``;
    };
    for (const kind of block.flows) {
      block.script(block.config.parse(block.example), to, () => hsl`$x`, kind);
    }
    expect([...reached].sort()).toEqual(Object.keys(outcomes).sort());
  });

  it("names only outcomes it has, and none like a number", () => {
    const named = [...Object.keys(block.tones ?? {}), block.passThrough ?? []].flat();
    expect(named.filter((name) => !Object.hasOwn(outcomes, name))).toEqual([]);
    expect(Object.keys(outcomes).filter((name) => !/^[a-z][a-z0-9-]*$/.test(name))).toEqual([]);
    if (block.category === "ending") expect(outcomes).toEqual({});
    else expect(Object.keys(outcomes)).not.toEqual([]);
  });

  it("has a way out for a look-up without an answer", () => {
    if (block.category === "lookup") expect(Object.keys(outcomes)).toContain("error");
  });

  it("has one line for the canvas", () => {
    const label = block.label(block.config.parse(block.example));
    expect(label).toMatch(/^\S.{0,119}$/);
  });

  it.each(block.flows)("compiles in %s", (kind) => {
    for (const flow of [oneNode(block, kind, block.example), joined(block, kind, outcomes)]) {
      const compiled = compileFlow(flow, blocks);
      expect(compiled.problems.filter(({ severity }) => severity === "error")).toEqual([]);
      if (!compiled.ok) throw new Error("does not compile");
      const { diagnostics } = compile(compiled.script.text, environmentFor(kind, blocks));
      expect(diagnostics.filter(({ severity }) => severity !== "advice")).toEqual([]);
    }
  });

  it("begins with settings that compile, or with problems at their fields", () => {
    for (const kind of block.flows) {
      const compiled = compileFlow(oneNode(block, kind, block.defaults), blocks);
      if (compiled.ok) continue;
      for (const problem of compiled.problems) {
        if (problem.severity !== "error") continue;
        expect(problem).toMatchObject({ node: "only", field: [expect.anything()] });
      }
    }
  });
});

const everyField = (fields: readonly DescribedField[]): DescribedField[] =>
  fields.flatMap((field) => [field, ...everyField(field.item?.fields ?? [])]);

const node = (type: string, config: unknown, wires: Record<string, string> = {}) => ({
  block: type,
  version: 1,
  config: config as Record<string, unknown>, // a block's settings are an object
  outcomes: wires,
});

const oneNode = (block: AnyBlock, kind: FlowKind, config: unknown): Flow => ({
  kind,
  title: "One block",
  entry: "only",
  nodes: { only: node(block.type, config) },
});

/** All outcomes lead to one script, so it becomes a function. */
const joined = (
  block: AnyBlock,
  kind: FlowKind,
  outcomes: Readonly<Record<string, string>>,
): Flow => ({
  kind,
  title: "Joined",
  entry: "first",
  nodes: {
    first: node("script", { source: '$seen = "first";' }, { next: "only" }),
    only: node(
      block.type,
      block.example,
      Object.fromEntries(Object.keys(outcomes).map((outcome) => [outcome, "last"])),
    ),
    ...(Object.keys(outcomes).length > 0 && { last: node("script", { source: 'echo "$seen";' }) }),
  },
});
