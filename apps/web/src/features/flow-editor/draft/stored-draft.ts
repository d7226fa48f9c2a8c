/** What could not be sent yet, kept in this browser so that a reload does not lose it. */
import { Flow, Layout } from "@sluice/flow-schema";
import { z } from "zod";
import type { FlowDraft } from "./flow-draft.ts";

const Kept = z.object({
  draft: z.object({ flow: Flow, layout: Layout }),
  base: z.object({ flow: Flow, layout: Layout }),
});

export type Kept = { readonly draft: FlowDraft; readonly base: FlowDraft };

const keyOf = (flow: string): string => `sluice-unsaved-flow ${flow}`;

export const keepDraft = (flow: string, kept: Kept): void => {
  try {
    localStorage.setItem(keyOf(flow), JSON.stringify(kept));
  } catch {
    // no storage, or it is full: the page itself still holds the draft
  }
};

export const forgetDraft = (flow: string): void => {
  try {
    localStorage.removeItem(keyOf(flow));
  } catch {
    // there was nothing to forget
  }
};

export const keptDraft = (flow: string): Kept | null => {
  try {
    const text = localStorage.getItem(keyOf(flow));
    return text === null ? null : (Kept.safeParse(JSON.parse(text)).data ?? null);
  } catch {
    return null;
  }
};
