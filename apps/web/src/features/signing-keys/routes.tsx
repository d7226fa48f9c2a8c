import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "../../shell/shell-route.tsx";

const listRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/resources/signing-keys",
  component: lazyRouteComponent(() => import("./signers-page.tsx"), "SignersPage"),
});

const oneRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/resources/signing-keys/$id",
  component: lazyRouteComponent(() => import("./signer-page.tsx"), "SignerPage"),
});

export const signingKeysRoutes = [listRoute, oneRoute] as const;
