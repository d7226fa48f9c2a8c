import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, Outlet } from "@tanstack/react-router";
import { LiveRegion } from "../ui/announce.tsx";
import { ProofDialog } from "./proof-dialog.tsx";

export const rootRoute = createRootRouteWithContext<{ readonly queryClient: QueryClient }>()({
  component: () => (
    <>
      <Outlet />
      <ProofDialog />
      <LiveRegion />
    </>
  ),
});
