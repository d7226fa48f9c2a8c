/** What happened to mail. */
import { z } from "zod";
import { GatewayError } from "../errors.ts";
import { appendAudit } from "../store/audit.ts";
import { inTransaction } from "../store/prisma.ts";
import { actorOf, type Context } from "./context.ts";
import { safeFileName } from "./downloads.ts";
import { type MessagePreview, previewMessage } from "./message-preview.ts";
import type { HistoryNumbers, HistoryRow, MessagePlaces, MessageView } from "./parts.ts";
import { procedure, router } from "./trpc.ts";

export type HistoryPage = {
  readonly rows: readonly HistoryRow[];
  readonly nextCursor: string | null;
};

const MessageId = z.strictObject({ id: z.uuid() });

const audit = (ctx: Context, action: string, messageId: string): Promise<void> =>
  inTransaction(ctx.parts.store, (transaction) =>
    appendAudit(transaction, actorOf(ctx), { action, object: `message/${messageId}` }),
  );

const spanHours = { "1h": 1, "24h": 24, "7d": 168 } as const;

export const history = router({
  list: procedure("view")
    .input(
      z.strictObject({
        query: z.string().max(2000).default(""),
        cursor: z.string().max(200).nullable().default(null),
        limit: z.int().min(1).max(500).default(200),
      }),
    )
    .query(({ ctx, input }): Promise<HistoryPage> => ctx.parts.history.list(input)),

  /** How much of what the query finds fell into each step of the span. */
  histogram: procedure("view")
    .input(
      z.strictObject({
        query: z.string().max(2000).default(""),
        span: z.enum(["1h", "24h", "7d"]).default("24h"),
      }),
    )
    .query(
      ({ ctx, input }): Promise<HistoryNumbers["steps"]> =>
        ctx.parts.history.histogram(input.query, spanHours[input.span]),
    ),

  message: procedure("view")
    .input(MessageId)
    .query(async ({ ctx, input }): Promise<MessageView> => {
      const found = await ctx.parts.history.message(input.id);
      if (found === null)
        throw new GatewayError("NOT_FOUND", "There is no such message in history.");
      return found;
    }),

  /** In which queues it waits, and whether it is held. */
  places: procedure("view")
    .input(MessageId)
    .query(({ ctx, input }): Promise<MessagePlaces> => ctx.parts.history.stored.places(input.id)),

  /** null: it is not stored any more. */
  content: procedure("read-content")
    .input(MessageId)
    .query(async ({ ctx, input }): Promise<MessagePreview | null> => {
      const content = await ctx.parts.history.stored.open(input.id);
      if (content === null) return null;
      await audit(ctx, "content.read", input.id);
      return previewMessage(content);
    }),

  download: procedure("read-content")
    .input(MessageId)
    .mutation(async ({ ctx, input }): Promise<{ path: string }> => {
      const { stored } = ctx.parts.history;
      if ((await stored.open(input.id)) === null) {
        throw new GatewayError("NOT_FOUND", "The message itself is not stored any more.");
      }
      await audit(ctx, "content.download", input.id);
      const path = ctx.parts.downloads.offer({
        fileName: safeFileName(`message-${input.id}`, "eml"),
        mediaType: "application/octet-stream",
        open: () => stored.open(input.id),
      });
      return { path };
    }),
});
