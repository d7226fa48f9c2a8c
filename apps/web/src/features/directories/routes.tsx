import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "../../shell/shell-route.tsx";

const listRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/resources/directories",
  component: lazyRouteComponent(() => import("./directories-page.tsx"), "DirectoriesPage"),
});

const oneRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/resources/directories/$id",
  component: lazyRouteComponent(() => import("./directory-page.tsx"), "DirectoryPage"),
});

export const directoriesRoutes = [listRoute, oneRoute] as const;
