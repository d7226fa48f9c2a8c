/** One script run for the Scripting page: looks things up, changes nothing. */
import { blocks } from "@sluice/blocks/definitions";
import { executors } from "@sluice/blocks/executors";
import type { FlowKind } from "@sluice/flow-schema";
import type { ScriptRun } from "../api/parts.ts";
import type { Snapshot } from "../config/snapshot.ts";
import { GatewayError } from "../errors.ts";
import { createScriptRunner } from "../flows/run-script-once.ts";
import type { FlowServices } from "../flows/services.ts";

type Question = {
  readonly flowKind: FlowKind;
  readonly script: string;
  readonly messageId: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
};

const longestRun = 20_000;

export const createDryRun = (options: {
  services: FlowServices;
  hostName: string;
  snapshot: () => Promise<Snapshot>;
  /** The stored message, while it is in the queue or held. */
  message: (messageId: string) => Promise<Buffer | null>;
}): ((question: Question) => Promise<ScriptRun>) => {
  const run = createScriptRunner({ ...options, blocks, executors });
  return async ({ flowKind, script, messageId, variables }) => {
    const message = messageId === null ? null : await options.message(messageId);
    if (messageId !== null && message === null) {
      throw new GatewayError("NOT_FOUND", "That message is not stored here any more.");
    }
    return run({
      kind: flowKind,
      script,
      variables: messageId === null ? variables : { messageid: messageId, ...variables },
      message,
      snapshot: await options.snapshot(),
      signal: AbortSignal.timeout(longestRun),
    });
  };
};
