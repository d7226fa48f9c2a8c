/** The numbers of the first page. */

import type { Certificate } from "@sluice/settings";
import { z } from "zod";
import { readCertificates } from "../store/certificate-reading.ts";
import type { HistoryNumbers, QueueSummary } from "./parts.ts";
import { procedure, router } from "./trpc.ts";

export type Attention = {
  readonly kind: "listener-failed" | "certificate-expiry" | "draft-old" | "queue-old" | "problems";
  readonly text: string;
  /** The object it is about; null: the draft or a queue. */
  readonly object: { readonly kind: string; readonly id: string } | null;
};

export type Overview = {
  readonly numbers: HistoryNumbers;
  readonly queue: QueueSummary["queues"];
  readonly held: number;
  readonly attention: readonly Attention[];
  readonly revision: number | null;
  readonly unpublishedChanges: number;
};

const hours = { "1h": 1, "24h": 24, "7d": 168 } as const;
const day = 86_400_000;

const queueWords = {
  incoming: "Incoming queue",
  outgoing: "Outgoing queue",
  hold: "Mail on hold",
} as const;

export const overview = router({
  numbers: procedure("view")
    .input(z.strictObject({ span: z.enum(["1h", "24h", "7d"]).default("24h") }))
    .query(async ({ ctx, input }): Promise<Overview> => {
      const { parts } = ctx;
      const now = parts.clock().getTime();
      const [numbers, summary, live, changes, listeners, flows, held] = await Promise.all([
        parts.history.numbers(hours[input.span]),
        parts.queue.summary(),
        parts.revisions.live(),
        parts.revisions.changes(),
        parts.system.listeners(),
        parts.drafts.list("flow"),
        parts.quarantine.count(),
      ]);
      const attention: Attention[] = [];
      for (const { worker, listener, state, error } of listeners) {
        if (state !== "failed") continue;
        attention.push({
          kind: "listener-failed",
          text: `Listener ${listener} does not listen (${worker}): ${error ?? "no reason given"}`,
          object: { kind: "listener", id: listener },
        });
      }
      for (const [id, certificate] of Object.entries(live?.settings.certificates ?? {})) {
        const until = expiryOf(certificate);
        if (until === null || until - now > 21 * day) continue;
        const days = Math.floor((until - now) / day);
        attention.push({
          kind: "certificate-expiry",
          text:
            days < 0
              ? `Certificate ${id} has expired.`
              : `Certificate ${id} expires in ${days} days.`,
          object: { kind: "certificate", id },
        });
      }
      const oldest = flows
        .filter(({ state }) => state === "changed" || state === "new")
        .map(({ updatedAt }) => new Date(updatedAt).getTime());
      if (changes.length > 0 && oldest.length > 0 && now - Math.min(...oldest) > day) {
        attention.push({
          kind: "draft-old",
          text: "Changes wait to be published for more than a day.",
          object: null,
        });
      }
      for (const { queue, oldest: since, count } of summary.queues) {
        if (since === null || now - new Date(since).getTime() < 4 * 3_600_000) continue;
        attention.push({
          kind: "queue-old",
          text: `${queueWords[queue]}: ${count} waiting, the oldest from ${since}.`,
          object: null,
        });
      }
      return {
        numbers,
        queue: summary.queues,
        held,
        attention,
        revision: live?.number ?? null,
        unpublishedChanges: changes.length,
      };
    }),
});

const expiryOf = ({ certificate }: Certificate): number | null => {
  const [first] = readCertificates(certificate) ?? [];
  return first === undefined ? null : new Date(first.validTo).getTime();
};
