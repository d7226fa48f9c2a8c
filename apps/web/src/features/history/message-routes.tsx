import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { z } from "zod";
import { shellRoute } from "../../shell/shell-route.tsx";

const messageRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/mail/m/$id",
  validateSearch: z.object({
    tab: z.enum(["trace", "delivery", "headers", "content", "log"]).optional(),
    /** Which of several traces, from 0. */
    trace: z.int().min(0).optional(),
    step: z.int().min(0).optional(),
  }),
  component: lazyRouteComponent(() => import("./message-page.tsx"), "MessagePage"),
});

export const messageRoutes = [messageRoute] as const;
