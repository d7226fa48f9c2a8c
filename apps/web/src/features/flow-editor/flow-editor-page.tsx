import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { useMay } from "../../shell/user.ts";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { Loading } from "../../ui/loading.tsx";
import { Page, useDocumentTitle } from "../../ui/page.tsx";
import { merge } from "./draft/merge.ts";
import { type Loaded, loadFlow } from "./draft/remote-flow.ts";
import { keptDraft } from "./draft/stored-draft.ts";
import { keptUndo } from "./draft/stored-undo.ts";
import { createEditorStore, type EditorStore } from "./editor-store.ts";
import { FlowEditor } from "./flow-editor.tsx";

const route = getRouteApi("/shell/flows/$flow");

export const FlowEditorPage = () => {
  const { flow } = route.useParams();
  return <Loader key={flow} id={flow} />;
};

const Loader = ({ id }: { readonly id: string }) => {
  const { data, error } = useQuery({
    queryKey: ["flow-editor", id],
    queryFn: () => loadFlow(id),
    // What was loaded is the beginning of a session of editing; from then on the editor keeps up by itself.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnReconnect: false,
    refetchOnWindowFocus: false,
  });
  if (error !== null) {
    return (
      <Page title="Flow">
        <ErrorAlert error={error} />
      </Page>
    );
  }
  return data === undefined ? (
    <Loading label="Loading the flow" />
  ) : (
    <Ready id={id} loaded={data} />
  );
};

const Ready = ({ id, loaded }: { readonly id: string; readonly loaded: Loaded }) => {
  const { node, view, try: trialMessage } = route.useSearch();
  const mayEdit = useMay("edit");
  useDocumentTitle(loaded.draft.flow.title);
  const [store] = useState((): EditorStore => {
    const kept = mayEdit ? keptDraft(id) : null;
    const isNarrow = matchMedia("(max-width: 56.25em)").matches;
    const made = createEditorStore(loaded.draft, {
      readOnly: !mayEdit,
      view: view ?? (isNarrow ? "outline" : "canvas"),
      trialMessage,
      undo: mayEdit ? (keptUndo(id, loaded.draft) ?? undefined) : undefined,
      node: node !== undefined && node in loaded.draft.flow.nodes ? node : undefined,
    });
    if (kept !== null) {
      // What could not be sent before the last reload comes back as one step.
      made
        .getState()
        .change(
          { label: "Bring back what was not saved" },
          (draft) => merge(kept.base, kept.draft, draft).draft,
        );
    }
    return made;
  });
  return <FlowEditor id={id} store={store} loaded={loaded} />;
};
