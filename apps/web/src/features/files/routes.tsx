import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "../../shell/shell-route.tsx";

const listRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/resources/files",
  component: lazyRouteComponent(() => import("./files-page.tsx"), "FilesPage"),
});

const oneRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/resources/files/$id",
  component: lazyRouteComponent(() => import("./file-page.tsx"), "FilePage"),
});

export const filesRoutes = [listRoute, oneRoute] as const;
