/** What a new flow may begin with: for each kind one that does something sensible at once. */
import type { Flow, FlowKind, FlowNode } from "@sluice/flow-schema";

const node = (
  block: string,
  config: Record<string, unknown> = {},
  outcomes: Record<string, string> = {},
  title?: string,
): FlowNode => ({ block, version: 1, config, outcomes, ...(title !== undefined && { title }) });

type Starter = Pick<Flow, "entry" | "nodes">;

const starters: Readonly<Record<FlowKind, Starter>> = {
  "ip-policy": {
    entry: "rate",
    nodes: {
      rate: node("rate-limit", {}, { within: "allow", exceeded: "refuse", error: "allow" }),
      allow: node("allow"),
      refuse: node("block"),
    },
  },
  authentication: {
    entry: "users",
    nodes: {
      users: node("file-login", {}, { accepted: "accept", refused: "refuse" }),
      accept: node("accept"),
      refuse: node("reject", { text: "Authentication failed" }),
    },
  },
  recipient: {
    entry: "signed-in",
    nodes: {
      "signed-in": node("authenticated", {}, { yes: "accept", no: "spf" }),
      spf: node("spf", {}, { pass: "accept", none: "accept", softfail: "accept", fail: "refuse" }),
      refuse: node("reject", { text: "SPF failed for $senderdomain" }),
      accept: node("accept"),
    },
  },
  content: { entry: "deliver", nodes: { deliver: node("deliver") } },
  delivery: {
    entry: "attempt",
    nodes: {
      attempt: node("attempt", {}, { deferred: "retry", refused: "bounce" }),
      retry: node("retry"),
      bounce: node("bounce"),
    },
  },
};

/** A new flow; `empty` has no block at all. */
export const starterFlow = (kind: FlowKind, title: string, from: "default" | "empty"): Flow => ({
  kind,
  title,
  ...(from === "default" ? starters[kind] : { nodes: {} }),
});
