/** The routes of every feature that is a list or a form. */
import { domainsRoutes } from "./domains/routes.tsx";
import { listenersRoutes } from "./listeners/routes.tsx";
import { transportsRoutes } from "./transports/routes.tsx";

export const pageRoutes = [...listenersRoutes, ...domainsRoutes, ...transportsRoutes] as const;
