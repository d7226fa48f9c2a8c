/**
 * The stored form of a flow: a graph of nodes, each naming a block and its
 * settings, wired from outcome to node. Positions live apart (`Layout`), so
 * that moving a node is never a change of meaning.
 */
import { z } from "zod";

export const flowKinds = [
  "ip-policy",
  "authentication",
  "recipient",
  "content",
  "delivery",
] as const;
export const FlowKind = z.enum(flowKinds);
export type FlowKind = z.output<typeof FlowKind>;

/** An id chosen by the administrator, or made from a title: `[a-z0-9.-]+`. */
export const ObjectId = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/, "Use small letters, digits, dots and dashes.");

/** A node's id inside its flow; becomes the name of an HSL function. */
export const NodeId = z
  .string()
  .min(1)
  .max(48)
  .regex(/^[a-z][a-z0-9-]*$/, "Begin with a letter; use small letters, digits and dashes.");

export const FlowNode = z.strictObject({
  block: z.string(),
  version: z.int().positive(),
  /** Shown on the card and as the comment of its chunk; the block's title when absent. */
  title: z.string().max(120).optional(),
  /** The block's own settings: parsed by the block's schema, in any state while a draft. */
  config: z.record(z.string(), z.unknown()),
  /** outcome id → node id. An outcome that is not named here takes the end of the flow kind. */
  outcomes: z.record(z.string(), NodeId).default({}),
  note: z.string().max(4000).optional(),
  /** Icon of a script block (`--webui-icon`), as the digest of the stored image. */
  disabled: z.boolean().optional(),
});
export type FlowNode = z.output<typeof FlowNode>;

export const Flow = z.strictObject({
  kind: FlowKind,
  title: z.string().min(1).max(120),
  description: z.string().max(4000).optional(),
  /** The node that runs first; absent while the flow is empty. */
  entry: NodeId.optional(),
  nodes: z.record(NodeId, FlowNode),
});
export type Flow = z.output<typeof Flow>;

export const Layout = z.record(NodeId, z.strictObject({ x: z.number(), y: z.number() }));
export type Layout = z.output<typeof Layout>;
