import { createRoute, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { shellRoute } from "../../shell/shell-route.tsx";

const flowsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/flows",
  component: lazyRouteComponent(() => import("./flows-page.tsx"), "FlowsPage"),
});

const firstRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/flows" });
  },
});

export const flowsRoutes = [firstRoute, flowsRoute] as const;
