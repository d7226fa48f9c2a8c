import { useQueryClient } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { trpc } from "../api.ts";
import { announce } from "../ui/announce.tsx";

/** Whatever anybody saves or publishes shows here without asking again and again. */
export const useSettingsNotices = (): void => {
  const client = useQueryClient();
  useSubscription(
    trpc.settings.onChange.subscriptionOptions(undefined, {
      onData: (notice) => {
        for (const queryKey of [trpc.settings.pathKey(), trpc.flows.pathKey()]) {
          void client.invalidateQueries({ queryKey });
        }
        if (notice.type === "published") announce(`Revision ${notice.revision} is live.`);
      },
    }),
  );
};
