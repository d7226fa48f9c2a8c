import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "../../shell/shell-route.tsx";

const flowsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/flows",
  component: lazyRouteComponent(() => import("./flows-page.tsx"), "FlowsPage"),
});

export const flowsRoutes = [flowsRoute] as const;
