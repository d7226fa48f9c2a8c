import type { RouterOutputs } from "../../../api.ts";

export type MessageView = RouterOutputs["history"]["message"];
export type FlowTrace = MessageView["traces"][number];
export type TraceStep = FlowTrace["steps"][number];
export type MessageEvent = MessageView["events"][number];
