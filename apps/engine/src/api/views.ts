/** One's own saved views of lists. */
import { z } from "zod";
import { type SavedView, viewPages } from "../store/view-store.ts";
import { sessionOf } from "./sign-in.ts";
import { procedure, router } from "./trpc.ts";

const Page = z.enum(viewPages);
const Name = z.string().trim().min(1).max(60);
/** A place of this web app: what is opened later must not lead elsewhere. */
const place = /^\/mail\/(history|queues\/[a-z]+)(\?[!-~]*)?$/;

export const views = router({
  list: procedure("signed-in")
    .input(z.strictObject({ page: Page }))
    .query(
      ({ ctx, input }): Promise<SavedView[]> =>
        ctx.parts.views.list(sessionOf(ctx).userId, input.page),
    ),

  save: procedure("signed-in")
    .input(z.strictObject({ page: Page, name: Name, place: z.string().max(4000).regex(place) }))
    .mutation(
      ({ ctx, input: { page, name, place: where } }): Promise<void> =>
        ctx.parts.views.save(sessionOf(ctx).userId, page, { name, place: where }),
    ),

  remove: procedure("signed-in")
    .input(z.strictObject({ page: Page, name: Name }))
    .mutation(
      ({ ctx, input }): Promise<void> =>
        ctx.parts.views.remove(sessionOf(ctx).userId, input.page, input.name),
    ),
});
