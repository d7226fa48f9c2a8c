/** What happened to mail. */
import { z } from "zod";
import { GatewayError } from "../errors.ts";
import type { HistoryRow, MessageView } from "./parts.ts";
import { procedure, router } from "./trpc.ts";

export type HistoryPage = {
  readonly rows: readonly HistoryRow[];
  readonly nextCursor: string | null;
};

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

  message: procedure("view")
    .input(z.strictObject({ id: z.uuid() }))
    .query(async ({ ctx, input }): Promise<MessageView> => {
      const found = await ctx.parts.history.message(input.id);
      if (found === null)
        throw new GatewayError("NOT_FOUND", "There is no such message in history.");
      return found;
    }),
});
