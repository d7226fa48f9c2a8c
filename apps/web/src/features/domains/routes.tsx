import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "../../shell/shell-route.tsx";

const listRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/routing/domains",
  component: lazyRouteComponent(() => import("./domains-page.tsx"), "DomainsPage"),
});

const oneRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/routing/domains/$id",
  component: lazyRouteComponent(() => import("./domain-page.tsx"), "DomainPage"),
});

const mapRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/routing/map",
  component: lazyRouteComponent(() => import("./assignment-map-page.tsx"), "AssignmentMapPage"),
});

export const domainsRoutes = [listRoute, oneRoute, mapRoute] as const;
