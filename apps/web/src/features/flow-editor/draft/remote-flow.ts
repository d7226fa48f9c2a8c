/** A flow and its layout as the gateway stores them: two objects, each with its version. */
import { Flow, Layout } from "@sluice/flow-schema";
import { api, readError } from "../../../api.ts";
import type { SaveResult } from "./autosave.ts";
import type { FlowDraft } from "./flow-draft.ts";
import { sameDocument } from "./merge.ts";

export type Versions = { readonly flow: number; readonly layout: number | null };
export type Loaded = {
  readonly draft: FlowDraft;
  readonly versions: Versions;
  readonly state: string;
};

export const loadFlow = async (id: string): Promise<Loaded> => {
  const [flow, layout] = await Promise.all([
    api.settings.get.query({ kind: "flow", id }),
    api.settings.get.query({ kind: "layout", id }).catch((error: unknown) => {
      if (readError(error).code === "NOT_FOUND") return null;
      throw error;
    }),
  ]);
  return {
    draft: {
      flow: Flow.parse(flow.body),
      layout: layout === null ? {} : Layout.parse(layout.body),
    },
    versions: { flow: flow.version, layout: layout?.version ?? null },
    state: flow.state,
  };
};

export type RemoteFlow = {
  /** What the gateway has, as far as we know. */
  readonly base: () => FlowDraft;
  readonly versions: () => Versions;
  readonly adopt: (loaded: Loaded) => void;
  readonly save: (draft: FlowDraft) => Promise<SaveResult>;
};

/** Saves what differs from the gateway's state, and only that. */
export const createRemoteFlow = (id: string, loaded: Loaded): RemoteFlow => {
  let base = loaded.draft;
  let versions = loaded.versions;
  return {
    base: () => base,
    versions: () => versions,
    adopt: (next) => {
      base = next.draft;
      versions = next.versions;
    },
    save: async (draft) => {
      try {
        if (!sameDocument(draft.flow, base.flow)) {
          const { version } = await api.settings.save.mutate({
            kind: "flow",
            id,
            body: draft.flow,
            version: versions.flow,
          });
          versions = { ...versions, flow: version };
          base = { ...base, flow: draft.flow };
        }
        const layout = ownLayout(draft);
        if (!sameDocument(layout, base.layout)) {
          const { version } = await api.settings.save.mutate({
            kind: "layout",
            id,
            body: layout,
            version: versions.layout,
          });
          versions = { ...versions, layout: version };
          base = { ...base, layout };
        }
        return { kind: "saved" };
      } catch (error) {
        const { code, message } = readError(error);
        if (code === "CONFLICT") return { kind: "conflict" };
        if (code === "OFFLINE" || code.startsWith("STORAGE"))
          return { kind: "unreachable", reason: message };
        return { kind: "refused", reason: message };
      }
    },
  };
};

/** Positions of blocks that are there. */
const ownLayout = ({ flow, layout }: FlowDraft): Layout =>
  Object.fromEntries(Object.entries(layout).filter(([id]) => id in flow.nodes));
