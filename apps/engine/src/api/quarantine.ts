/** Held mail. Its text is shown as text: markup of a message never reaches the page. */
import { z } from "zod";
import { GatewayError } from "../errors.ts";
import type { Acted } from "../quarantine/quarantine.ts";
import { appendAudit } from "../store/audit.ts";
import { inTransaction } from "../store/prisma.ts";
import { actorOf, type Context } from "./context.ts";
import { safeFileName } from "./downloads.ts";
import type { JobView } from "./jobs.ts";
import { type MessagePreview, previewMessage } from "./message-preview.ts";
import type { QuarantineRow } from "./parts.ts";
import { UndoSeconds } from "./queue.ts";
import { Id } from "./settings.ts";
import { procedure, router } from "./trpc.ts";

const RowId = z.string().regex(/^\d{1,19}$/);
const Ids = z.strictObject({ ids: z.array(RowId).min(1).max(10_000) });

export type QuarantinedMessage = {
  readonly record: QuarantineRow;
  /** null: the body is gone. */
  readonly preview: MessagePreview | null;
};

const audit = (ctx: Context, action: string, object: string, after: unknown): Promise<void> =>
  inTransaction(ctx.parts.store, (transaction) =>
    appendAudit(transaction, actorOf(ctx), { action, object, after }),
  );

const Filter = z.strictObject({
  quarantine: Id.nullable().default(null),
  search: z.string().max(500).default(""),
});

const Undoable = Filter.extend({ undoSeconds: UndoSeconds });

const jobTitles = { release: "Release held mail", remove: "Delete held mail" } as const;

const startJob = async (
  ctx: Context,
  action: keyof typeof jobTitles,
  { undoSeconds, ...filter }: z.output<typeof Undoable>,
  step: (ids: readonly string[]) => Promise<Acted>,
): Promise<JobView> => {
  await audit(ctx, `quarantine.${action}`, "quarantine", { filter });
  return ctx.parts.jobs.start({
    title: jobTitles[action],
    by: actorOf(ctx).name,
    undoSeconds,
    items: () => ctx.parts.quarantine.select(filter),
    step,
  });
};

const find = async (ctx: Context, id: string): Promise<QuarantineRow> => {
  const row = await ctx.parts.quarantine.get(id);
  if (row === null) throw new GatewayError("NOT_FOUND", "This message is not held any more.");
  return row;
};

export const quarantine = router({
  list: procedure("view")
    .input(
      z.strictObject({
        quarantine: Id.nullable().default(null),
        search: z.string().max(500).default(""),
        cursor: z.string().max(200).nullable().default(null),
        limit: z.int().min(1).max(500).default(200),
      }),
    )
    .query(
      ({ ctx, input }): Promise<{ rows: readonly QuarantineRow[]; nextCursor: string | null }> =>
        ctx.parts.quarantine.list(input),
    ),

  get: procedure("read-content")
    .input(z.strictObject({ id: RowId }))
    .query(async ({ ctx, input }): Promise<QuarantinedMessage> => {
      const record = await find(ctx, input.id);
      await audit(ctx, "content.read", `quarantine/${input.id}`, { messageId: record.messageId });
      const content = await ctx.parts.quarantine.content(input.id);
      return { record, preview: content === null ? null : await previewMessage(content) };
    }),

  release: procedure("operate")
    .input(Ids)
    .mutation(async ({ ctx, input }): Promise<Acted> => {
      await audit(ctx, "quarantine.release", "quarantine", input);
      return ctx.parts.quarantine.release(input.ids, actorOf(ctx).name);
    }),

  remove: procedure("operate")
    .input(Ids)
    .mutation(async ({ ctx, input }): Promise<Acted> => {
      await audit(ctx, "quarantine.remove", "quarantine", input);
      return ctx.parts.quarantine.remove(input.ids);
    }),

  /** Everything that matches now, as a job. */
  releaseMatching: procedure("operate")
    .input(Undoable)
    .mutation(({ ctx, input }): Promise<JobView> => {
      const by = actorOf(ctx).name;
      return startJob(ctx, "release", input, (ids) => ctx.parts.quarantine.release(ids, by));
    }),

  removeMatching: procedure("operate")
    .input(Undoable)
    .mutation(
      ({ ctx, input }): Promise<JobView> =>
        startJob(ctx, "remove", input, (ids) => ctx.parts.quarantine.remove(ids)),
    ),

  download: procedure("read-content")
    .input(z.strictObject({ id: RowId }))
    .mutation(async ({ ctx, input }): Promise<{ path: string }> => {
      const record = await find(ctx, input.id);
      await audit(ctx, "content.download", `quarantine/${input.id}`, {
        messageId: record.messageId,
      });
      const path = ctx.parts.downloads.offer({
        fileName: safeFileName(record.subject, "eml"),
        mediaType: "application/octet-stream",
        open: () => ctx.parts.quarantine.content(input.id),
      });
      return { path };
    }),
});
