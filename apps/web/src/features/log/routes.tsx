import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { z } from "zod";
import { shellRoute } from "../../shell/shell-route.tsx";

const logRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/logs",
  validateSearch: z.object({
    q: z.string().optional(),
    level: z.enum(["debug", "info", "warn", "error"]).optional(),
  }),
  component: lazyRouteComponent(() => import("./log-page.tsx"), "LogPage"),
});

export const logRoutes = [logRoute] as const;
