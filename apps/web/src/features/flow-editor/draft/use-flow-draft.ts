/** Ties the editor's document to the gateway: autosave, changes of others, conflicts, what a reload must not lose. */
import { useEffect, useMemo, useRef, useState } from "react";
import { queryClient, trpc } from "../../../api.ts";
import { onLiveNotice } from "../../../shell/live-notices.ts";
import { announce } from "../../../ui/announce.tsx";
import type { EditorStore } from "../editor-store.ts";
import { createAutosave } from "./autosave.ts";
import type { FlowDraft } from "./flow-draft.ts";
import { type Merge, merge, resolve } from "./merge.ts";
import { createRemoteFlow, type Loaded, loadFlow } from "./remote-flow.ts";
import { forgetDraft, keepDraft } from "./stored-draft.ts";
import { keepUndo } from "./stored-undo.ts";

const retryMilliseconds = 3000;

export type FlowDraftLink = {
  /** Set while a person must choose. */
  readonly conflict: Merge | null;
  readonly choose: (takeTheirs: ReadonlySet<string>) => void;
  readonly saveNow: () => Promise<void>;
};

export const useFlowDraft = (id: string, store: EditorStore, loaded: Loaded): FlowDraftLink => {
  const [conflict, setConflict] = useState<Merge | null>(null);
  const link = useMemo(() => {
    let isGone = false;
    const remote = createRemoteFlow(id, loaded);
    const autosave = createAutosave<FlowDraft>(loaded.draft, {
      save: remote.save,
      onState: (save) => {
        store.getState().set({ save });
        const draft = store.getState().history.present;
        if (save.kind === "saved") forgetDraft(id);
        else keepDraft(id, { draft, base: remote.base() });
        if (save.kind === "conflict") void settle();
        if (save.kind === "offline")
          announce("The gateway does not answer. Changes are kept here.");
      },
    });

    /** Brings in what others stored; asks only about what both changed. */
    const reconcile = async (): Promise<void> => {
      const base = remote.base();
      const theirs = await loadFlow(id);
      const mine = store.getState().history.present;
      const merged = merge(base, mine, theirs.draft);
      remote.adopt(theirs);
      if (merged.conflicts.length > 0) {
        setConflict(merged);
        return;
      }
      store.getState().rebase((document) => merge(base, document, theirs.draft).draft);
      autosave.settle(store.getState().history.present, !autosave.isDirty());
      announce("Somebody else changed this flow too; both are kept.");
    };

    /** Tries until the gateway answers: a conflict cannot be left standing. */
    const settle = async (): Promise<void> => {
      try {
        await reconcile();
      } catch {
        if (!isGone) setTimeout(() => void settle(), retryMilliseconds);
      }
    };

    const noticed = async (kind: string, version: number): Promise<void> => {
      const own = remote.versions();
      const isKnown = kind === "flow" ? version <= own.flow : version <= (own.layout ?? -1);
      const { save } = store.getState();
      // A save that is under way tells its own version; what is not known after it is somebody else's.
      if (isKnown || version === 0 || save.kind === "saving" || save.kind === "conflict") return;
      await settle();
    };
    /** Nobody told us anything for a while: looks for itself. */
    const caughtUp = async (): Promise<void> => {
      const { versions } = await loadFlow(id).catch(() => ({ versions: remote.versions() }));
      await noticed("flow", versions.flow);
      if (versions.layout !== null) await noticed("layout", versions.layout);
    };
    const leave = (): void => {
      isGone = true;
      autosave.stop();
    };
    return { leave, autosave, noticed, caughtUp };
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
      link.autosave.settle(last.current, false);
      announce("The conflict is settled.");
    },
    saveNow: link.autosave.flush,
  };
};
