import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "../../shell/shell-route.tsx";

const listRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/routing/listeners",
  component: lazyRouteComponent(() => import("./listeners-page.tsx"), "ListenersPage"),
});

const oneRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/routing/listeners/$id",
  component: lazyRouteComponent(() => import("./listener-page.tsx"), "ListenerPage"),
});

export const listenersRoutes = [listRoute, oneRoute] as const;
