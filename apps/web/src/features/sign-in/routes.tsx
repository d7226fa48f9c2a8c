import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { z } from "zod";
import { rootRoute } from "../../shell/root-route.tsx";

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/sign-in",
  validateSearch: z.object({ next: z.string().default("/") }),
  component: lazyRouteComponent(() => import("./sign-in-page.tsx"), "SignInPage"),
});

const setUpRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/setup",
  // Digits and letters of a code may look like a number to the search parser.
  validateSearch: z.object({ code: z.coerce.string().default("") }),
  component: lazyRouteComponent(() => import("./set-up-page.tsx"), "SetUpPage"),
});

export const signInRoutes = [signInRoute, setUpRoute] as const;
