/** The editor's state: the document with its undo history, and what is chosen. Only the document is saved. */
import type { Flow } from "@sluice/flow-schema";
import { createStore, type StoreApi } from "zustand/vanilla";
import type { SaveState } from "./draft/autosave.ts";
import { type FlowDraft, type Position, startWire, type Wire } from "./draft/flow-draft.ts";
import {
  closeGroup,
  commit,
  rebase,
  redo,
  type Step,
  startHistory,
  type UndoHistory,
  undo,
} from "./draft/undo.ts";
import type { FlowTrace } from "./trace/trace-types.ts";

export type EditorDialog =
  /** Choose a block to add: on a wire, before a node, after a node, or standing alone. */
  | { readonly kind: "add"; readonly place: AddPlace }
  /** Choose an outcome, then a target. */
  | { readonly kind: "connect"; readonly source: string; readonly outcome: string | null }
  | { readonly kind: "find" }
  | { readonly kind: "keys" }
  | { readonly kind: "rename"; readonly node: string };

export type AddPlace =
  | { readonly kind: "wire"; readonly wire: Wire; readonly at: Position | null }
  | { readonly kind: "outcome"; readonly wire: Wire; readonly at: Position | null }
  | { readonly kind: "after"; readonly node: string }
  | { readonly kind: "free"; readonly at: Position | null };

/** A block on its way from the palette, under the pointer. */
export type PaletteDrag = { readonly type: string; readonly x: number; readonly y: number };

export type TextPlace = { readonly line: number; readonly column: number };

export type InspectorTab = "settings" | "outcomes" | "notes" | "stats" | "past";

export type EditorState = {
  readonly history: UndoHistory<FlowDraft>;
  readonly selection: ReadonlySet<string>;
  /** The node that has the canvas's one tab stop. */
  readonly focus: string | null;
  /** Which outcome of the focused node the keys are about. */
  readonly outcome: string | null;
  readonly wire: Wire | null;
  readonly save: SaveState;
  readonly dialog: EditorDialog | null;
  readonly drag: PaletteDrag | null;
  readonly view: "canvas" | "outline";
  readonly tab: InspectorTab;
  /** Grows when the focused node shall be shown and get the DOM's focus. */
  readonly focusRequest: number;
  /** Grows when a node shall be shown without taking the focus. */
  readonly reveal: { readonly count: number; readonly node: string | null };
  /** Grows when the inspector shall get the focus; `field` names the place. */
  readonly inspectorRequest: {
    readonly count: number;
    readonly field: string | null;
    /** A place inside a script. */
    readonly at: TextPlace | null;
  };
  /** The document as it was when the editor was opened. */
  readonly opened: FlowDraft;
  /** The version of a script that is compared with; null: none is. */
  readonly compareWith: string | null;
  /** A run of the draft that is drawn on the canvas, with the flow that ran. */
  readonly trial: { readonly flow: Flow; readonly trace: FlowTrace; readonly step: number } | null;
  /** The message the draft shall be tried on first. */
  readonly trialMessage: string | null;
  /** What was just deleted, and the document that left. */
  readonly toast: { readonly words: string; readonly document: FlowDraft } | null;
  readonly readOnly: boolean;
};

export type EditorActions = {
  /** Changes the document as one step of undo. */
  readonly change: (step: Step, operation: (draft: FlowDraft) => FlowDraft) => void;
  /** The gesture is over: the next change is a step of its own. */
  readonly endGesture: () => void;
  readonly undo: () => string | null;
  readonly redo: () => string | null;
  /** A change that somebody else made. */
  readonly rebase: (change: (draft: FlowDraft) => FlowDraft) => void;
  readonly select: (ids: readonly string[], focus?: string | null) => void;
  readonly setFocus: (id: string | null) => void;
  /** Selects a node, shows it and gives it the focus. */
  readonly goTo: (id: string) => void;
  readonly selectWire: (wire: Wire | null) => void;
  readonly openInspector: (
    tab?: InspectorTab,
    field?: string | null,
    at?: TextPlace | null,
  ) => void;
  readonly set: (part: Partial<EditorState>) => void;
};

export type EditorStore = StoreApi<EditorState & EditorActions>;

export const createEditorStore = (
  draft: FlowDraft,
  options: {
    readonly readOnly: boolean;
    readonly view: EditorState["view"];
    readonly node?: string | undefined;
    readonly trialMessage?: string | undefined;
    /** Steps of undo from before a reload. */
    readonly undo?: Pick<UndoHistory<FlowDraft>, "past" | "future"> | undefined;
  },
): EditorStore => {
  const focus = options.node ?? draft.flow.entry ?? null;
  return createStore<EditorState & EditorActions>()((set, get) => ({
    history: { ...startHistory(draft), ...options.undo },
    selection: new Set(options.node === undefined ? [] : [options.node]),
    focus,
    outcome: null,
    wire: null,
    save: { kind: "saved", at: null },
    dialog: null,
    drag: null,
    view: options.view,
    tab: "settings",
    focusRequest: options.node === undefined ? 0 : 1,
    reveal: { count: 0, node: null },
    inspectorRequest: { count: 0, field: null, at: null },
    opened: draft,
    compareWith: null,
    trial: null,
    toast: null,
    trialMessage: options.trialMessage ?? null,
    readOnly: options.readOnly,

    change: (step, operation) => {
      if (get().readOnly) return;
      set((state) =>
        keepValid(state, commit(state.history, operation(state.history.present), step, Date.now())),
      );
    },
    endGesture: () => set(({ history }) => ({ history: closeGroup(history) })),
    undo: () => {
      const label = get().history.past.at(-1)?.label ?? null;
      if (!get().readOnly) set((state) => keepValid(state, undo(state.history)));
      return label;
    },
    redo: () => {
      const label = get().history.future[0]?.label ?? null;
      if (!get().readOnly) set((state) => keepValid(state, redo(state.history)));
      return label;
    },
    rebase: (change) => set((state) => keepValid(state, rebase(state.history, change))),
    select: (ids, next) =>
      set((state) => ({
        selection: sameIds(state.selection, ids) ? state.selection : new Set(ids),
        focus: next === undefined ? (ids.at(-1) ?? state.focus) : next,
        outcome: next === state.focus ? state.outcome : null,
        wire: null,
      })),
    setFocus: (id) => set((state) => (state.focus === id ? state : { focus: id, outcome: null })),
    goTo: (id) =>
      set(({ focusRequest }) => ({
        selection: new Set([id]),
        focus: id,
        outcome: null,
        wire: null,
        focusRequest: focusRequest + 1,
      })),
    selectWire: (wire) => set({ wire, ...(wire !== null && { selection: new Set<string>() }) }),
    openInspector: (tab, field = null, at = null) =>
      set(({ inspectorRequest: { count }, tab: before }) => ({
        tab: tab ?? before,
        inspectorRequest: { count: count + 1, field, at },
      })),
    set: (part) => set(part),
  }));
};

/** After any change of the document: nothing that is gone stays chosen. */
const keepValid = (state: EditorState, history: UndoHistory<FlowDraft>): Partial<EditorState> => {
  const { nodes, entry } = history.present.flow;
  const kept = [...state.selection].filter((id) => id in nodes);
  const isFocusGone = state.focus !== null && !(state.focus in nodes);
  return {
    history,
    ...(kept.length < state.selection.size && { selection: new Set(kept) }),
    ...((isFocusGone || state.focus === null) && { focus: entry ?? null, outcome: null }),
    ...(state.wire !== null && !hasWire(history.present, state.wire) && { wire: null }),
  };
};

const hasWire = ({ flow }: FlowDraft, { source, outcome }: Wire): boolean =>
  source === startWire.source
    ? flow.entry !== undefined
    : flow.nodes[source]?.outcomes[outcome] !== undefined;

const sameIds = (set: ReadonlySet<string>, ids: readonly string[]): boolean =>
  set.size === ids.length && ids.every((id) => set.has(id));
