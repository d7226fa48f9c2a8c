import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "../../shell/shell-route.tsx";

const listRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/routing/transports",
  component: lazyRouteComponent(() => import("./transports-page.tsx"), "TransportsPage"),
});

const oneRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/routing/transports/$id",
  component: lazyRouteComponent(() => import("./transport-page.tsx"), "TransportPage"),
});

export const transportsRoutes = [listRoute, oneRoute] as const;
