import { useDocumentVisibility } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import { trpc } from "../api.ts";
import { announce } from "../ui/announce.tsx";
import { tellLiveNotice } from "./live-notices.ts";

/**
 * Whatever anybody saves or publishes shows here without asking again and again.
 * A window that nobody sees holds no connection, and catches up when it is seen.
 */
export const useLiveNotices = (): void => {
  const client = useQueryClient();
  const isSeen = useDocumentVisibility() === "visible";
  const refresh = (): void => {
    for (const queryKey of [trpc.settings.pathKey(), trpc.flows.pathKey()]) {
      void client.invalidateQueries({ queryKey });
    }
  };
  useSubscription(
    trpc.live.notices.subscriptionOptions(undefined, {
      enabled: isSeen,
      onStarted: () => {
        refresh();
        tellLiveNotice({ type: "connected" });
      },
      onData: (notice) => {
        if (notice.type !== "history") refresh();
        tellLiveNotice(notice);
        if (notice.type === "published") announce(`Revision ${notice.revision} is live.`);
      },
    }),
  );
};
