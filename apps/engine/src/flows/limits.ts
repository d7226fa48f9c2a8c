/**
 * What a run may use up (`security.md` X3). The wall clock counts waits too, so it
 * must hold the look-ups a flow makes, and stay below what the client waits for a
 * reply (RFC 5321 §4.5.3.2: 5 minutes after RCPT, 10 after the final dot).
 */
import type { FlowKind } from "@sluice/flow-schema";
import { defaultLimits, type Limits } from "@sluice/hsl";

const wallSeconds: Readonly<Record<FlowKind, number>> = {
  "ip-policy": 20,
  authentication: 40,
  recipient: 60,
  content: 180,
  delivery: 30,
};

export const limitsOf = (kind: FlowKind): Limits => ({
  ...defaultLimits,
  wallMilliseconds: wallSeconds[kind] * 1000,
});
