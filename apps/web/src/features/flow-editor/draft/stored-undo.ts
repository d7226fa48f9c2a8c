/** The steps of undo, kept in this window so that a reload does not lose them. They are good only for the document they lead to. */
import { Flow, Layout } from "@sluice/flow-schema";
import { z } from "zod";
import type { FlowDraft } from "./flow-draft.ts";
import { sameDocument } from "./merge.ts";
import type { UndoHistory } from "./undo.ts";

const Document = z.object({ flow: Flow, layout: Layout });
const Entries = z.array(z.object({ document: Document, label: z.string() }));
const Kept = z.object({ present: Document, past: Entries, future: Entries });

/** Each entry is a whole document: more would not fit in the browser's storage. */
const maximum = 60;

const keyOf = (flow: string): string => `sluice-undo ${flow}`;

export const keepUndo = (
  flow: string,
  { present, past, future }: UndoHistory<FlowDraft>,
  storage: Pick<Storage, "setItem" | "removeItem"> = sessionStorage,
): void => {
  const kept = { present, past: past.slice(-maximum), future: future.slice(0, maximum) };
  try {
    if (past.length + future.length === 0) storage.removeItem(keyOf(flow));
    else storage.setItem(keyOf(flow), JSON.stringify(kept));
  } catch {
    // no storage, or it is full: a reload then begins anew
  }
};

/** null: nothing was kept, or the flow has been changed elsewhere since. */
export const keptUndo = (
  flow: string,
  present: FlowDraft,
  storage: Pick<Storage, "getItem"> = sessionStorage,
): Pick<UndoHistory<FlowDraft>, "past" | "future"> | null => {
  try {
    const text = storage.getItem(keyOf(flow));
    const kept = text === null ? null : (Kept.safeParse(JSON.parse(text)).data ?? null);
    if (kept === null || !sameDocument(kept.present, present)) return null;
    return { past: kept.past, future: kept.future };
  } catch {
    return null;
  }
};
