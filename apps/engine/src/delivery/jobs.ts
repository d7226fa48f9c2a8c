/** Entries that can go in one transaction. */
import type { Settings } from "@sluice/settings";
import type { QueueEntry } from "../queue/queue-store.ts";
import type { Job } from "./hop-queue.ts";
import { deliveryFlowId } from "./next-hop.ts";

const recipientsPerTransaction = 50;

/** Copies of one message to one hop go together unless something is asked for each of them. */
export const groupIntoJobs = (
  settings: Settings,
  entries: readonly { readonly entry: QueueEntry; readonly body: Buffer | null }[],
): Job[] => {
  const open = new Map<string, { entries: QueueEntry[]; body: Buffer | null }>();
  const full: { entries: QueueEntry[]; body: Buffer | null }[] = [];
  const withBytes = new Set<string>();
  for (const { entry, body } of entries) {
    const key = keyOf(settings, entry);
    const job = open.get(key);
    if (job === undefined) open.set(key, { entries: [entry], body });
    else if (job.entries.push(entry) >= recipientsPerTransaction) {
      open.delete(key);
      full.push(job);
    }
  }
  return [...full, ...open.values()].map(({ entries: own, body }) => {
    const bodyId = own[0]?.bodyId ?? "";
    const reserved = withBytes.has(bodyId) ? 0 : (body?.length ?? 0); // the first job of a body gives its bytes back
    withBytes.add(bodyId);
    return { entries: own, body, reserved };
  });
};

const keyOf = (settings: Settings, entry: QueueEntry): string => {
  const { returnNow } = entry.envelope;
  if (deliveryFlowId(settings, entry) !== undefined) return entry.queueId;
  const asked = returnNow === true;
  return `${entry.bodyId}\n${entry.sender}\n${entry.nextHop}\n${entry.attempts > 0}\n${asked}`;
};
