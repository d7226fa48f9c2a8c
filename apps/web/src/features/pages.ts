/** The routes of every feature that is a list or a form. */
import { certificatesRoutes } from "./certificates/routes.tsx";
import { directoriesRoutes } from "./directories/routes.tsx";
import { domainsRoutes } from "./domains/routes.tsx";
import { filesRoutes } from "./files/routes.tsx";
import { historyRoutes } from "./history/history-routes.tsx";
import { listenersRoutes } from "./listeners/routes.tsx";
import { logRoutes } from "./log/routes.tsx";
import { overviewRoutes } from "./overview/routes.tsx";
import { quarantineRoutes } from "./quarantine/routes.tsx";
import { quarantinesRoutes } from "./quarantines/routes.tsx";
import { queuesRoutes } from "./queues/routes.tsx";
import { scriptingRoutes } from "./scripting/routes.tsx";
import { signingKeysRoutes } from "./signing-keys/routes.tsx";
import { systemRoutes } from "./system/routes.tsx";
import { transportsRoutes } from "./transports/routes.tsx";

export const pageRoutes = [
  ...overviewRoutes,
  ...historyRoutes,
  ...queuesRoutes,
  ...quarantineRoutes,
  ...logRoutes,
  ...listenersRoutes,
  ...domainsRoutes,
  ...transportsRoutes,
  ...directoriesRoutes,
  ...filesRoutes,
  ...certificatesRoutes,
  ...signingKeysRoutes,
  ...quarantinesRoutes,
  ...scriptingRoutes,
  ...systemRoutes,
] as const;
