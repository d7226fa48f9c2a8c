import { Flow } from "@sluice/flow-schema";
import { expect, test } from "vitest";
import { listChoices, withLine } from "./list-choices.ts";

const flow = Flow.parse({
  kind: "recipient",
  title: "Recipients",
  entry: "blocked",
  nodes: {
    blocked: {
      ...{ block: "file-lookup", version: 1, title: "Blocked?" },
      config: { file: "blocked", subject: "sender" },
      outcomes: { found: "no", missing: "domains" },
    },
    domains: {
      ...{ block: "file-lookup", version: 1 },
      config: { file: "friends", subject: "sender-domain" },
      outcomes: { found: "ok", missing: "users" },
    },
    users: { block: "file-lookup", version: 1, config: { file: "users", subject: "recipient" } },
    networks: { block: "ip-list", version: 1, config: { networks: [], file: "networks" } },
    no: { block: "reject", version: 1, title: "Refuse", config: { text: "no" } },
    ok: { block: "accept", version: 1, config: {} },
  },
});
const flows = [{ id: "recipients", flow }];

test("a sender can be added wherever a flow looks senders up, each time in the form it is looked up", () => {
  const found = listChoices(flows, { sender: "Bob@Spam.example", clientAddress: "192.0.2.7" });
  expect(found.map(({ file, value, leadsTo }) => [file, value, leadsTo])).toEqual([
    ["blocked", "Bob@Spam.example", "Refuse"],
    ["friends", "Spam.example", "accept"],
    ["networks", "192.0.2.7", null],
  ]);
});

test("the null sender of notices is never offered", () => {
  const found = listChoices(flows, { sender: "", clientAddress: null });
  expect(found).toEqual([]);
});

test("a line is added once, whatever its case and whatever stands behind it", () => {
  expect(withLine("a@x.example", "b@x.example")).toBe("a@x.example\nb@x.example\n");
  expect(withLine("", "b@x.example")).toBe("b@x.example\n");
  expect(withLine("B@x.example // since May\n", "b@X.example")).toBeNull();
});
