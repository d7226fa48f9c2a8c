/** What happens meanwhile, as one stream for each window: a browser allows few connections to one host. */
import { z } from "zod";
import { subscribe } from "./subscription.ts";
import { procedure, router } from "./trpc.ts";

export type LiveNotice =
  /** Somebody changed an object of the draft; version 0: removed. */
  | {
      readonly type: "draft";
      readonly kind: string;
      readonly id: string;
      readonly version: number;
      readonly by: string;
    }
  | { readonly type: "published"; readonly revision: number }
  /** New or changed rows of history exist from here on: ask `history.list` again. */
  | { readonly type: "history"; readonly messageId: string };

const DraftNotice = z.object({
  kind: z.string(),
  id: z.string(),
  version: z.number(),
  by: z.string(),
});

export const live = router({
  notices: procedure("view").subscription(({ ctx, signal }) =>
    subscribe<LiveNotice>(signal, (push) => {
      const { notices } = ctx.parts;
      const forget = [
        notices("sluice_draft", (payload) => {
          const parsed = DraftNotice.safeParse(readJson(payload));
          if (parsed.success) push({ type: "draft", ...parsed.data });
        }),
        notices("sluice_settings", (payload) => {
          const revision = Number(payload);
          if (payload !== "" && Number.isInteger(revision)) push({ type: "published", revision });
        }),
        notices("sluice_history", (messageId) => push({ type: "history", messageId })),
      ];
      return () => {
        for (const stop of forget) stop();
      };
    }),
  ),
});

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};
