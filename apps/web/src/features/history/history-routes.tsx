import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { z } from "zod";
import { shellRoute } from "../../shell/shell-route.tsx";

const listRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/mail/history",
  validateSearch: z.object({ q: z.string().optional() }),
  component: lazyRouteComponent(() => import("./history-page.tsx"), "HistoryPage"),
});

export const historyRoutes = [listRoute] as const;
