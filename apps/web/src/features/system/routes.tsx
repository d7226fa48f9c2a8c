import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { shellRoute } from "../../shell/shell-route.tsx";

const gatewayRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/system/gateway",
  component: lazyRouteComponent(() => import("./gateway-page.tsx"), "GatewayPage"),
});

const usersRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/system/users",
  component: lazyRouteComponent(() => import("./users-page.tsx"), "UsersPage"),
});

const revisionsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/system/revisions",
  component: lazyRouteComponent(() => import("./revisions-page.tsx"), "RevisionsPage"),
});

const auditRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/system/audit",
  component: lazyRouteComponent(() => import("./audit-page.tsx"), "AuditPage"),
});

const sessionsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/system/sessions",
  component: lazyRouteComponent(() => import("./sessions-page.tsx"), "SessionsPage"),
});

const unusedSecretsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/system/unused-secrets",
  component: lazyRouteComponent(() => import("./unused-secrets-page.tsx"), "UnusedSecretsPage"),
});

const tlsResultsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/mail/tls",
  component: lazyRouteComponent(() => import("./tls-results-page.tsx"), "TlsResultsPage"),
});

export const systemRoutes = [
  gatewayRoute,
  usersRoute,
  revisionsRoute,
  auditRoute,
  unusedSecretsRoute,
  tlsResultsRoute,
  sessionsRoute,
] as const;
