/** How the gateway is. */
import { z } from "zod";
import type { TlsResultRow } from "../history/tls-results.ts";
import { type AuditRow, listAudit, verifyAudit } from "../store/audit.ts";
import type { ListenerStatus, QueueSummary } from "./parts.ts";
import { procedure, router } from "./trpc.ts";

export type SystemStatus = {
  readonly version: string;
  readonly node: string;
  readonly startedAt: string;
  readonly revision: number | null;
  readonly unpublishedChanges: number;
  readonly problems: { readonly errors: number; readonly warnings: number };
  readonly listeners: readonly ListenerStatus[];
  readonly queue: QueueSummary["queues"];
};

export type AuditPage = { readonly rows: readonly AuditRow[]; readonly nextCursor: string | null };

export const system = router({
  status: procedure("view").query(async ({ ctx }): Promise<SystemStatus> => {
    const { parts } = ctx;
    const [live, changes, problems, listeners, summary] = await Promise.all([
      parts.revisions.live(),
      parts.revisions.changes(),
      parts.revisions.problems(),
      parts.system.listeners(),
      parts.queue.summary(),
    ]);
    const count = (severity: string): number =>
      problems.filter((problem) => problem.severity === severity).length;
    return {
      version: parts.version,
      node: process.version,
      startedAt: new Date(Date.now() - process.uptime() * 1000).toISOString(),
      revision: live?.number ?? null,
      unpublishedChanges: changes.length,
      problems: { errors: count("error"), warnings: count("warning") },
      listeners,
      queue: summary.queues,
    };
  }),

  /** TLS to other servers as RFC 8460 counts it: the last days, today included. */
  tlsResults: procedure("view")
    .input(z.strictObject({ days: z.int().min(1).max(90).default(7) }))
    .query(({ ctx, input }): Promise<readonly TlsResultRow[]> => {
      const since = ctx.parts.clock().getTime() - (input.days - 1) * 86_400_000;
      return ctx.parts.system.tlsResults(new Date(since));
    }),

  /** The audit trail, newest first. */
  audit: procedure("view")
    .input(
      z.strictObject({
        cursor: z
          .string()
          .regex(/^\d{1,18}$/)
          .nullable()
          .default(null),
        limit: z.int().min(1).max(500).default(100),
      }),
    )
    .query(({ ctx, input }): Promise<AuditPage> => listAudit(ctx.parts.store, input)),

  /** Whether the chain of hashes of the audit trail holds, and where it breaks. */
  verifyAudit: procedure("manage").query(
    ({ ctx }): Promise<{ brokenAt: string | null }> => verifyAudit(ctx.parts.store),
  ),
});
