import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { z } from "zod";
import { shellRoute } from "../../shell/shell-route.tsx";

const queueRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/mail/queues/$queue",
  validateSearch: z.object({
    hop: z.string().optional(),
    reply: z.string().optional(),
    text: z.string().optional(),
    recipient: z.string().optional(),
    sender: z.string().optional(),
    /** One message, by its id. */
    message: z.uuid().optional().catch(undefined),
  }),
  component: lazyRouteComponent(() => import("./queue-page.tsx"), "QueuePage"),
});

const queuesRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/mail/queues",
  beforeLoad: () => {
    throw redirect({ to: "/mail/queues/$queue", params: { queue: "outgoing" }, search: {} });
  },
});

export const queuesRoutes = [queuesRoute, queueRoute] as const;
