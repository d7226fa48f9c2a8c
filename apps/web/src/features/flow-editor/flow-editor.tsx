/**
 * The editor of one flow: palette, canvas or outline, inspector and dock over
 * one document. Whatever is done in one of them is done to the document.
 */
import { Drawer } from "@mantine/core";
import { useLocalStorage, useMediaQuery } from "@mantine/hooks";
import type { CompiledFlow } from "@sluice/flow-schema";
import { type KeyboardEvent, useDeferredValue, useEffect, useMemo, useState } from "react";
import { fieldId } from "../../ui/form/widget-props.ts";
import { FlowCanvas } from "./canvas/flow-canvas.tsx";
import { IconAddresses } from "./canvas/icon-address.ts";
import type { CompileDraft } from "./compile-draft.ts";
import { ConflictDialog } from "./conflict-dialog.tsx";
import { Dock, type DockTab } from "./dock.tsx";
import type { Loaded } from "./draft/remote-flow.ts";
import { useFlowDraft } from "./draft/use-flow-draft.ts";
import {
  CompiledContext,
  EditorContext,
  useCompiled,
  useDraft,
  useEditor,
  useEditorStore,
} from "./editor-context.tsx";
import { EditorHeader } from "./editor-header.tsx";
import type { EditorStore } from "./editor-store.ts";
import { FlowIdContext } from "./flow-id.ts";
import { iconUrls, useIcons } from "./icons.ts";
import { Inspector, isEscape } from "./inspector/inspector.tsx";
import type { KeyCommand } from "./keymap.ts";
import { Outline } from "./outline/outline.tsx";
import { BlockPalette, PaletteGhost } from "./palette/block-palette.tsx";
import { EditorDialogs } from "./palette/editor-dialogs.tsx";
import { nextProblem, orderProblems } from "./problems/problem-order.ts";
import { ReferencesContext, useReferences } from "./references.ts";
import { nextRegion } from "./regions.ts";
import { UndoToast } from "./undo-toast.tsx";
import "./flow-editor.css";

type Props = { readonly id: string; readonly store: EditorStore; readonly loaded: Loaded };

export const FlowEditor = ({ id, store, loaded }: Props) => (
  <EditorContext value={store}>
    <FlowIdContext value={id}>
      <Surroundings>
        <Parts id={id} loaded={loaded} />
      </Surroundings>
    </FlowIdContext>
  </EditorContext>
);

/** The compiled flow, other objects, pictures: what the parts read. */
const Surroundings = ({ children }: { readonly children: React.ReactNode }) => {
  const draft = useDraft();
  const readOnly = useEditor((state) => state.readOnly);
  const references = useReferences();
  const { flow } = useDeferredValue(draft);
  const { exists } = references;
  const compile = useCompiler();
  const compiled = useMemo(
    () =>
      compile === null
        ? notCompiled
        : compile(flow, exists === undefined ? {} : { references: exists }),
    [compile, flow, exists],
  );
  const icons = useIcons(iconUrls(draft), !readOnly);
  return (
    <ReferencesContext value={references}>
      <CompiledContext value={compiled}>
        <IconAddresses value={icons}>{children}</IconAddresses>
      </CompiledContext>
    </ReferencesContext>
  );
};

const notCompiled: CompiledFlow = { ok: false, problems: [] };

/** null: not here yet; the editor can be used meanwhile. */
const useCompiler = (): CompileDraft | null => {
  const [compile, setCompile] = useState<CompileDraft | null>(null);
  useEffect(() => {
    let isGone = false;
    void import("./inspector/block-form.tsx"); // the next thing somebody will want
    void import("./compile-draft.ts").then(({ compileDraft }) => {
      if (!isGone) setCompile(() => compileDraft);
    });
    return () => {
      isGone = true;
    };
  }, []);
  return compile;
};

const Parts = ({ id, loaded }: Omit<Props, "store">) => {
  const store = useEditorStore();
  const { conflict, choose, saveNow } = useFlowDraft(id, store, loaded);
  const view = useEditor((state) => state.view);
  const readOnly = useEditor((state) => state.readOnly);
  const draft = useDraft();
  const [dock, setDock] = useLocalStorage<DockTab | null>({
    key: "sluice-dock",
    defaultValue: null,
  });
  const isAsked = useEditor((state) => state.trialMessage !== null);
  useEffect(() => {
    if (isAsked) setDock("test");
  }, [isAsked, setDock]);
  const [hasPalette, setPalette] = useLocalStorage({ key: "sluice-palette", defaultValue: true });
  const [hasInspector, setInspector] = useLocalStorage({
    key: "sluice-inspector",
    defaultValue: true,
  });
  const isWide = useMediaQuery("(min-width: 75em)", true, { getInitialValueInEffect: false });
  const isNarrow = useMediaQuery("(max-width: 56.25em)", false, { getInitialValueInEffect: false });
  const [current, setCurrent] = useState<number | null>(null);

  const goToProblem = (index: number | null): void => {
    setCurrent(index);
    const problem = index === null ? undefined : problems()[index];
    if (problem === undefined) return;
    if (dock === null && !isNarrow) setDock("problems");
    const { node, field, line, column } = problem;
    if (node === undefined || !(node in draft.flow.nodes)) return;
    const state = store.getState();
    if (field !== undefined) {
      // the field gets the focus: the block is only brought into view
      const at = line === undefined || column === undefined ? null : { line, column };
      state.select([node]);
      state.set({ reveal: { count: state.reveal.count + 1, node } });
      state.openInspector("settings", fieldId(field), at);
      return;
    }
    state.goTo(node);
    if (problem.rule.startsWith("outcome") || problem.rule === "error-unwired")
      state.set({ tab: "outcomes" });
  };
  const compiled = useCompiled();
  const problems = () => orderProblems(compiled.problems);

  const onCommand = (name: KeyCommand): void => {
    switch (name) {
      case "next-problem":
        goToProblem(nextProblem(problems(), current, 1));
        break;
      case "previous-problem":
        goToProblem(nextProblem(problems(), current, -1));
        break;
      case "filter":
        setPalette(true);
        requestAnimationFrame(() => document.getElementById("palette-search")?.focus());
        break;
      case "saved":
        void saveNow();
        break;
      default:
    }
  };

  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const mod = event.ctrlKey || event.metaKey;
    if (event.key === "F6") {
      if (nextRegion(event.currentTarget, event.shiftKey ? -1 : 1)) event.preventDefault();
    } else if (event.key === "F8") {
      event.preventDefault();
      onCommand(event.shiftKey ? "previous-problem" : "next-problem");
    } else if (mod && event.key === "`") {
      event.preventDefault();
      setDock(dock === null ? "problems" : null);
    } else if (mod && event.key === "Enter" && !event.defaultPrevented && !readOnly) {
      event.preventDefault();
      setDock("test");
    } else if (mod && event.key.toLowerCase() === "s") {
      event.preventDefault();
      onCommand("saved");
    } else if ((event.key === "[" || event.key === "]") && !mod && isOnFlow(event.target)) {
      event.preventDefault();
      if (event.key === "[") setPalette(!hasPalette);
      else setInspector(!hasInspector);
    }
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of the whole page come up to here
    <div className="editor" onKeyDown={onKeyDown} data-locked={readOnly || undefined}>
      <EditorHeader saveNow={saveNow} onTry={() => setDock("test")} />
      <div className="editor-middle">
        {isWide && hasPalette && !readOnly && view === "canvas" && <BlockPalette />}
        {view === "canvas" ? (
          <FlowCanvas onCommand={onCommand} />
        ) : (
          <Outline onCommand={onCommand} />
        )}
        {isNarrow ? <InspectorSheet /> : hasInspector && <Inspector />}
      </div>
      <Dock tab={dock} onTab={setDock} current={current} onGo={goToProblem} />
      <EditorDialogs />
      <PaletteGhost />
      <UndoToast />
      {conflict !== null && <ConflictDialog merge={conflict} onChoose={choose} />}
    </div>
  );
};

/** Below 900 px the inspector comes from the bottom, when it is asked for. */
const InspectorSheet = () => {
  const count = useEditor((state) => state.inspectorRequest.count);
  const [closedAt, setClosedAt] = useState(0);
  const close = (): void => setClosedAt(count);
  return (
    <Drawer
      opened={count > closedAt}
      onClose={close}
      // Escape in a script belongs to its list of words first
      closeOnEscape={false}
      onKeyDown={(event) => {
        if (isEscape(event)) close();
      }}
      position="bottom"
      size="75%"
      title="Settings"
      classNames={{ content: "inspector-sheet" }}
    >
      <Inspector onLeave={close} />
    </Drawer>
  );
};

const isOnFlow = (target: EventTarget): boolean =>
  target instanceof Element && target.closest("[role=application], [role=treegrid]") !== null;
