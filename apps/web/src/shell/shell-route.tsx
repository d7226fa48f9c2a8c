import { createRoute, redirect } from "@tanstack/react-router";
import { trpc } from "../api.ts";
import { rootRoute } from "./root-route.tsx";
import { Shell } from "./shell.tsx";

/** Everything behind the sign-in: rail, top bar, and the page. */
export const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "shell",
  beforeLoad: async ({ context, location }) => {
    const status = await context.queryClient.ensureQueryData(trpc.signIn.status.queryOptions());
    if (status.setupNeeded) throw redirect({ to: "/setup", search: { code: "" } });
    if (status.user === null) throw redirect({ to: "/sign-in", search: { next: location.href } });
  },
  component: Shell,
});
