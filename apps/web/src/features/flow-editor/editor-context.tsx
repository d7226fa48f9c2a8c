import { blocks } from "@sluice/blocks/definitions";
import type { CompiledFlow, FlowNode } from "@sluice/flow-schema";
import { createContext, use } from "react";
import { useStore } from "zustand";
import type { FlowDraft } from "./draft/flow-draft.ts";
import { type NodeFace, nodeFace } from "./draft/node-face.ts";
import type { EditorActions, EditorState, EditorStore } from "./editor-store.ts";

export const EditorContext = createContext<EditorStore | null>(null);

export const useEditorStore = (): EditorStore => {
  const store = use(EditorContext);
  if (store === null) throw new Error("There is no editor around this.");
  return store;
};

export const useEditor = <T,>(select: (state: EditorState & EditorActions) => T): T =>
  useStore(useEditorStore(), select);

export const useDraft = (): FlowDraft => useEditor(({ history }) => history.present);

const faces = new WeakMap<FlowNode, NodeFace>();

/** The face of a node; nodes never change, so it is made once for each. */
export const faceOf = (node: FlowNode): NodeFace => {
  const known = faces.get(node);
  if (known !== undefined) return known;
  const face = nodeFace(node, blocks);
  faces.set(node, face);
  return face;
};

/** The compiled flow and its problems, a moment behind the typing. */
export const CompiledContext = createContext<CompiledFlow>({ ok: false, problems: [] });

export const useCompiled = (): CompiledFlow => use(CompiledContext);
