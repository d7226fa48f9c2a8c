import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "../../shell/shell-route.tsx";

const listRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/resources/certificates",
  component: lazyRouteComponent(() => import("./certificates-page.tsx"), "CertificatesPage"),
});

const oneRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/resources/certificates/$id",
  component: lazyRouteComponent(() => import("./certificate-page.tsx"), "CertificatePage"),
});

export const certificatesRoutes = [listRoute, oneRoute] as const;
