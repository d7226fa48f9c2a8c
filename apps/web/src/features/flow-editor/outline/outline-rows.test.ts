import { Flow } from "@sluice/flow-schema";
import { expect, test } from "vitest";
import { outlineRows } from "./outline-rows.ts";

const flow = Flow.parse({
  kind: "recipient",
  title: "T",
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
      outcomes: { found: "ok", missing: "refuse" },
    },
    refuse: { block: "reject", version: 1, config: {} },
    ok: { block: "accept", version: 1, config: {} },
    stray: { block: "defer", version: 1, config: {} },
  },
});

const lines = outlineRows({ flow, layout: {} }).map((row) =>
  row.kind === "block"
    ? `${"  ".repeat(row.depth)}${row.number} ${row.id}${row.isLoose ? " (loose)" : ""}`
    : `${"  ".repeat(row.depth)}${row.words} → ${row.refersTo === null ? (row.target ?? "nothing") : `#${row.refersTo}`}`,
);

test("a flow reads from top to bottom, every block once", () => {
  expect(lines).toEqual([
    "1 spf",
    "  Fail → refuse",
    "    2 refuse",
    "  Soft fail → nothing",
    "  No policy → ldap",
    "    3 ldap",
    "      No such user → #2",
    "      No answer → nothing",
    "    4 ok",
    "  No answer → nothing",
    "  Pass → #3",
    "5 stray (loose)",
  ]);
});
