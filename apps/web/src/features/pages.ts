/** The routes of every feature that is a list or a form. */
import { listenersRoutes } from "./listeners/routes.tsx";

export const pageRoutes = [...listenersRoutes] as const;
