import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { z } from "zod";
import { shellRoute } from "../../shell/shell-route.tsx";

const quarantineRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/mail/quarantine",
  validateSearch: z.object({ folder: z.string().optional(), q: z.string().optional() }),
  component: lazyRouteComponent(() => import("./quarantine-page.tsx"), "QuarantinePage"),
});

export const quarantineRoutes = [quarantineRoute] as const;
