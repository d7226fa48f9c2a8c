/** What happened to mail. */
import { z } from "zod";
import { GatewayError } from "../errors.ts";
import type { HistoryNumbers, HistoryRow, MessageView } from "./parts.ts";
import { procedure, router } from "./trpc.ts";

export type HistoryPage = {
  readonly rows: readonly HistoryRow[];
  readonly nextCursor: string | null;
};

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
    .input(z.strictObject({ id: z.uuid() }))
    .query(async ({ ctx, input }): Promise<MessageView> => {
      const found = await ctx.parts.history.message(input.id);
      if (found === null)
        throw new GatewayError("NOT_FOUND", "There is no such message in history.");
      return found;
    }),
});
