import { createRoute, lazyRouteComponent } from "@tanstack/react-router";
import { z } from "zod";
import { shellRoute } from "../../shell/shell-route.tsx";

const editorRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/flows/$flow",
  validateSearch: z.object({
    /** The block to show first. */
    node: z.string().optional(),
    /** A message to try the draft on. */
    try: z.uuid().optional(),
    view: z.enum(["canvas", "outline"]).optional(),
  }),
  component: lazyRouteComponent(() => import("./flow-editor-page.tsx"), "FlowEditorPage"),
});

export const flowEditorRoutes = [editorRoute] as const;
