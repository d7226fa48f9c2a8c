import type { FlowKind } from "../flow.ts";
import type { FlowKindDefinition } from "../flow-kind.ts";
import { authentication } from "./authentication.ts";
import { content } from "./content.ts";
import { delivery } from "./delivery.ts";
import { ipPolicy } from "./ip-policy.ts";
import { recipient } from "./recipient.ts";

/** One table for each kind of flow, in the order a message meets them. */
export const flowKindDefinitions: Readonly<Record<FlowKind, FlowKindDefinition>> = {
  "ip-policy": ipPolicy,
  authentication,
  recipient,
  content,
  delivery,
};
