import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "../../shell/shell-route.tsx";

const listRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/resources/quarantines",
  component: lazyRouteComponent(() => import("./quarantines-page.tsx"), "QuarantinesPage"),
});

const oneRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/resources/quarantines/$id",
  component: lazyRouteComponent(
    () => import("./quarantine-folder-page.tsx"),
    "QuarantineFolderPage",
  ),
});

export const quarantinesRoutes = [listRoute, oneRoute] as const;
