/** Ties the editor's document to the gateway: autosave, changes of others, conflicts, what a reload must not lose. */
import { useEffect, useMemo, useRef, useState } from "react";
import { queryClient, trpc } from "../../../api.ts";
import { onLiveNotice } from "../../../shell/live-notices.ts";
import { announce } from "../../../ui/announce.tsx";
import type { EditorStore } from "../editor-store.ts";
import { createDraftLink } from "./draft-link.ts";
import type { FlowDraft } from "./flow-draft.ts";
import { type Merge, resolve } from "./merge.ts";
import { createRemoteFlow, type Loaded, loadFlow } from "./remote-flow.ts";
import { forgetDraft, keepDraft } from "./stored-draft.ts";
import { keepUndo } from "./stored-undo.ts";

export type FlowDraftLink = {
  /** Set while a person must choose. */
  readonly conflict: Merge | null;
  readonly choose: (takeTheirs: ReadonlySet<string>) => void;
  readonly saveNow: () => Promise<void>;
};

export const useFlowDraft = (id: string, store: EditorStore, loaded: Loaded): FlowDraftLink => {
  const [conflict, setConflict] = useState<Merge | null>(null);
  const link = useMemo(() => {
    const remote = createRemoteFlow(id, loaded);
    const present = (): FlowDraft => store.getState().history.present;
    return createDraftLink({
      remote,
      load: () => loadFlow(id),
      present,
      rebase: (change) => store.getState().rebase(change),
      onState: (save) => {
        store.getState().set({ save });
        if (save.kind === "saved") forgetDraft(id);
        else keepDraft(id, { draft: present(), base: remote.base() });
        if (save.kind === "offline")
          announce("The gateway does not answer. Changes are kept here.");
      },
      onConflict: setConflict,
    });
  }, [id, store, loaded]);

  const last = useRef<FlowDraft>(loaded.draft);
  useEffect(() => {
    const sync = (): void => {
      const { present } = store.getState().history;
      if (present === last.current) return;
      last.current = present;
      link.autosave.change(present);
    };
    sync();
    return store.subscribe(sync);
  }, [store, link]);

  useEffect(() => {
    const onLeave = (event: BeforeUnloadEvent): void => {
      if (!link.autosave.isDirty()) return;
      void link.autosave.flush();
      event.preventDefault();
    };
    const onOnline = (): void => void link.autosave.flush();
    window.addEventListener("beforeunload", onLeave);
    const keep = (): void => keepUndo(id, store.getState().history);
    window.addEventListener("online", onOnline);
    window.addEventListener("pagehide", keep);
    return () => {
      window.removeEventListener("beforeunload", onLeave);
      window.removeEventListener("online", onOnline);
      window.removeEventListener("pagehide", keep);
      keep();
      void link.autosave.flush().finally(async () => {
        link.leave();
        await queryClient.invalidateQueries({ queryKey: trpc.flows.pathKey() });
      });
    };
  }, [link]);

  useEffect(
    () =>
      onLiveNotice((notice) => {
        if (notice.type === "connected") void link.caughtUp();
        if (notice.type !== "draft" || notice.id !== id) return;
        if (notice.kind === "flow" || notice.kind === "layout")
          void link.noticed(notice.kind, notice.version);
      }),
    [link, id],
  );

  return {
    conflict,
    choose: (takeTheirs) => {
      if (conflict === null) return;
      const chosen = resolve(conflict, takeTheirs);
      setConflict(null);
      store
        .getState()
        .rebase((document) => (document === store.getState().history.present ? chosen : document));
      last.current = store.getState().history.present;
      link.chosen(last.current);
      announce("The conflict is settled.");
    },
    saveNow: link.autosave.flush,
  };
};
