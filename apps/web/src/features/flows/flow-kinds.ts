import { type FlowKind, flowKindDefinitions, flowKinds } from "@sluice/flow-schema";

/** In the order a message meets them. */
export const orderedKinds = flowKinds;

export const kindTitle = (kind: FlowKind): string => flowKindDefinitions[kind].title;
export const kindSummary = (kind: FlowKind): string => flowKindDefinitions[kind].summary;
