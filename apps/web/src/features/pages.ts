/** The routes of every feature that is a list or a form. */
import { domainsRoutes } from "./domains/routes.tsx";
import { historyRoutes } from "./history/history-routes.tsx";
import { listenersRoutes } from "./listeners/routes.tsx";
import { transportsRoutes } from "./transports/routes.tsx";

export const pageRoutes = [
  ...historyRoutes,
  ...listenersRoutes,
  ...domainsRoutes,
  ...transportsRoutes,
] as const;
