/** Every page of the app: each feature brings its routes in one array. */
import { createRoute, createRouter } from "@tanstack/react-router";
import { queryClient } from "./api.ts";
import { flowEditorRoutes } from "./features/flow-editor/routes.tsx";
import { flowsRoutes } from "./features/flows/routes.tsx";
import { messageRoutes } from "./features/history/message-routes.tsx";
import { pageRoutes } from "./features/pages.ts";
import { signInRoutes } from "./features/sign-in/routes.tsx";
import { ErrorPage } from "./shell/error-page.tsx";
import { NotFoundPage } from "./shell/not-found-page.tsx";
import { rootRoute } from "./shell/root-route.tsx";
import { shellRoute } from "./shell/shell-route.tsx";
import { Loading } from "./ui/loading.tsx";

/** An address that is no page keeps the menu around it. */
const unknownRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "$",
  component: NotFoundPage,
});

const routeTree = rootRoute.addChildren([
  ...signInRoutes,
  shellRoute.addChildren([
    ...flowsRoutes,
    ...flowEditorRoutes,
    ...messageRoutes,
    ...pageRoutes,
    unknownRoute,
  ]),
]);

export const router = createRouter({
  routeTree,
  context: { queryClient },
  defaultPreload: "intent",
  defaultPendingComponent: Loading,
  defaultErrorComponent: ErrorPage,
  defaultNotFoundComponent: NotFoundPage,
  scrollRestoration: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
