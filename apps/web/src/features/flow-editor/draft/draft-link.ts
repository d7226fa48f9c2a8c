/**
 * The editor's document and the gateway's: what is changed here is saved, what others
 * store is brought in, and a person is asked only about what both have changed.
 */
import { announce } from "../../../ui/announce.tsx";
import { createAutosave, type SaveState } from "./autosave.ts";
import type { FlowDraft } from "./flow-draft.ts";
import { type Merge, merge } from "./merge.ts";
import type { Loaded, RemoteFlow } from "./remote-flow.ts";

const retryMilliseconds = 3000;

type Parts = {
  readonly remote: RemoteFlow;
  readonly load: () => Promise<Loaded>;
  /** The document as it is now. */
  readonly present: () => FlowDraft;
  readonly rebase: (change: (document: FlowDraft) => FlowDraft) => void;
  readonly onState: (save: SaveState) => void;
  readonly onConflict: (merged: Merge) => void;
};

export type DraftLink = ReturnType<typeof createDraftLink>;

export const createDraftLink = (parts: Parts) => {
  const { remote, load, present, rebase } = parts;
  let isGone = false;
  /** A person has the choice before them. */
  let isAsked = false;
  const autosave = createAutosave<FlowDraft>(remote.base(), {
    save: remote.save,
    onState: (save) => {
      parts.onState(save);
      if (save.kind === "conflict" && !isAsked) void settle();
    },
  });

  /** Brings in what others stored; asks only about what both changed. */
  const reconcile = async (): Promise<void> => {
    const theirs = await load();
    const base = remote.base();
    const merged = merge(base, present(), theirs.draft);
    remote.adopt(theirs);
    if (merged.conflicts.length > 0) {
      isAsked = true;
      autosave.halt();
      parts.onConflict(merged);
      return;
    }
    rebase((document) => merge(base, document, theirs.draft).draft);
    autosave.settle(present(), !autosave.isDirty());
    announce("Somebody else changed this flow too; both are kept.");
  };

  /** Tries until the gateway answers: a conflict cannot be left standing. */
  const settle = async (isNeeded = (): boolean => true): Promise<void> => {
    try {
      // a save that is under way tells its own version first: our own words are not somebody else's
      await autosave.alone(async () => {
        if (isNeeded()) await reconcile();
      });
    } catch {
      if (!isGone) setTimeout(() => void settle(isNeeded), retryMilliseconds);
    }
  };

  const noticed = async (kind: "flow" | "layout", version: number): Promise<void> => {
    const isNews = (): boolean => {
      const own = remote.versions();
      return !isAsked && version > (kind === "flow" ? own.flow : (own.layout ?? -1));
    };
    if (version === 0 || !isNews()) return;
    await settle(isNews);
  };

  return {
    autosave,
    noticed,
    /** Nobody told us anything for a while: looks for itself. */
    caughtUp: async (): Promise<void> => {
      const { versions } = await load().catch(() => ({ versions: remote.versions() }));
      await noticed("flow", versions.flow);
      if (versions.layout !== null) await noticed("layout", versions.layout);
    },
    /** The person has chosen. */
    chosen: (document: FlowDraft): void => {
      isAsked = false;
      autosave.settle(document, false);
    },
    leave: (): void => {
      isGone = true;
      autosave.stop();
    },
  };
};
