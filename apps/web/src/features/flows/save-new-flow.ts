import { Flow, Layout } from "@sluice/flow-schema";
import { api, queryClient, trpc } from "../../api.ts";
import { idFromTitle } from "./object-id.ts";

/** Stores a flow, and its layout when there is one, under an id made from its title. */
export const saveNewFlow = async (
  flow: Flow,
  layout: Layout | null,
  taken: ReadonlySet<string>,
): Promise<string> => {
  const id = idFromTitle(flow.title, taken);
  await api.settings.save.mutate({ kind: "flow", id, body: flow, version: null });
  if (layout !== null)
    await api.settings.save.mutate({ kind: "layout", id, body: layout, version: null });
  await queryClient.invalidateQueries(trpc.flows.list.queryFilter());
  return id;
};

/** Copies a flow of the draft; gives the id of the copy. */
export const duplicateFlow = async (id: string): Promise<string> => {
  const [flows, layouts] = await Promise.all([
    api.settings.list.query({ kind: "flow" }),
    api.settings.list.query({ kind: "layout" }),
  ]);
  const flow = Flow.parse(flows.find((row) => row.id === id)?.body);
  const layout = Layout.safeParse(layouts.find((row) => row.id === id && row.version > 0)?.body);
  const copy = { ...flow, title: `${flow.title} (copy)` };
  return saveNewFlow(copy, layout.data ?? null, new Set(flows.map((row) => row.id)));
};
