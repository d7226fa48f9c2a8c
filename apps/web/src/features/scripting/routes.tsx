import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "../../shell/shell-route.tsx";

const consoleRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/resources/scripts",
  component: lazyRouteComponent(() => import("./scripting-page.tsx"), "ScriptingPage"),
});

export const scriptingRoutes = [consoleRoute] as const;
