/** The log: by text, pattern, message id or queue id. */
import { z } from "zod";
import type { LogRow } from "./parts.ts";
import { procedure, router } from "./trpc.ts";

export type LogPage = {
  readonly rows: readonly LogRow[];
  readonly nextCursor: string | null;
  readonly understoodAs: string;
};

export const log = router({
  search: procedure("view")
    .input(
      z.strictObject({
        text: z.string().max(2000).default(""),
        level: z.enum(["debug", "info", "warn", "error"]).nullable().default(null),
        cursor: z.string().max(200).nullable().default(null),
        limit: z.int().min(1).max(500).default(200),
      }),
    )
    .query(({ ctx, input }): Promise<LogPage> => ctx.parts.log.search(input)),

  /** Lines around one. */
  context: procedure("view")
    .input(
      z.strictObject({
        id: z.string().regex(/^\d{1,19}$/),
        lines: z.int().min(1).max(200).default(20),
      }),
    )
    .query(
      ({ ctx, input }): Promise<readonly LogRow[]> => ctx.parts.log.context(input.id, input.lines),
    ),
});
