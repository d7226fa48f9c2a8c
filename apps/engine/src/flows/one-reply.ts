/** Why a content flow runs once for a message, or once for each recipient: the reason in the nodes' own titles. */
import {
  type BlockRegistry,
  compileFlow,
  describeOrigins,
  environmentFor,
  type Flow,
  probesOf,
  recipientReasons,
} from "@sluice/flow-schema";
import { compile } from "@sluice/hsl";

export type OneReply =
  | { readonly kind: "once" }
  | {
      readonly kind: "each";
      readonly reasons: readonly {
        readonly what: string;
        readonly nodes: readonly { readonly node: string; readonly title: string }[];
      }[];
    }
  /** The flow has mistakes, which are told elsewhere. */
  | { readonly kind: "unknown" };

export const explainOneReply = (
  flow: Flow,
  blocks: BlockRegistry,
  resolve: (name: string) => string | null,
): OneReply => {
  const compiled = compileFlow(flow, blocks, { resolve });
  if (!compiled.ok) return { kind: "unknown" };
  const { script } = compile(compiled.script.text, environmentFor(flow.kind, blocks), {
    probes: probesOf(compiled.origins),
    resolve,
  });
  if (script === null) return { kind: "unknown" };
  const { text } = compiled.script;
  const reasons = recipientReasons(script, { text, origins: compiled.origins });
  if (reasons.length === 0) return { kind: "once" };
  const describe = describeOrigins(flow, blocks);
  const titles = new Map(compiled.origins.map((origin) => [origin.node, describe(origin).title]));
  return {
    kind: "each",
    reasons: reasons.map(({ what, nodes }) => ({
      what,
      nodes: nodes.map((node) => ({ node, title: titles.get(node) ?? node })),
    })),
  };
};
