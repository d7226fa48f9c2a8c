/** Images for blocks, fetched once by us, so that no browser of an administrator calls foreign hosts. */
import { z } from "zod";
import { procedure, router } from "./trpc.ts";

export const icons = router({
  /** Served afterwards at `/icons/<sha256>`. */
  fetch: procedure("edit")
    .input(z.strictObject({ url: z.url({ protocol: /^https?$/ }).max(2000) }))
    .mutation(({ ctx, input }): Promise<{ sha256: string }> => ctx.parts.icons.fetch(input.url)),

  /** Digests of those that are here already, by address. */
  known: procedure("view")
    .input(z.strictObject({ urls: z.array(z.string().max(2000)).max(500) }))
    .query(
      ({ ctx, input }): Promise<{ url: string; sha256: string }[]> =>
        ctx.parts.icons.known(input.urls),
    ),
});
