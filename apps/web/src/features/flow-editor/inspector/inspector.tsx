import { ActionIcon, Alert, Group, ScrollArea, Tabs, Text, Title, Tooltip } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay, IconTrash } from "@tabler/icons-react";
import { type KeyboardEvent, lazy, Suspense, useEffect, useRef } from "react";
import { Loading } from "../../../ui/loading.tsx";
import { BlockIcon } from "../canvas/block-icon.tsx";
import { deleteSelection, toggleDisabled } from "../commands.ts";
import type { NodeFace } from "../draft/node-face.ts";
import { faceOf, useCompiled, useDraft, useEditor, useEditorStore } from "../editor-context.tsx";
import type { InspectorTab } from "../editor-store.ts";
import { FlowSettings } from "./flow-settings.tsx";
import { NotesTab } from "./notes-tab.tsx";
import { OutcomesTable } from "./outcomes-table.tsx";
import { PastTab } from "./past-tab.tsx";
import { StatsTab } from "./stats-tab.tsx";
import "./inspector.css";

const SeveralBlocks = lazy(async () => ({
  default: (await import("./several-blocks.tsx")).SeveralBlocks,
}));
const BlockForm = lazy(async () => ({ default: (await import("./block-form.tsx")).BlockForm }));

/** Escape that nobody inside has taken, nor a dialog above. */
export const isEscape = (event: KeyboardEvent): boolean =>
  event.key === "Escape" &&
  !event.defaultPrevented &&
  event.target instanceof Node &&
  event.currentTarget.contains(event.target);

/** The panel at the right: the chosen block, several of them, or the flow itself. */
export const Inspector = ({ onLeave }: { readonly onLeave?: () => void }) => {
  const selection = useEditor((state) => state.selection);
  const draft = useDraft();
  const root = useRef<HTMLElement>(null);
  const store = useEditorStore();
  useInspectorFocus(root);
  const [only] = selection.size === 1 ? [...selection] : [];
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!isEscape(event)) return;
    event.preventDefault();
    onLeave?.();
    const { focusRequest } = store.getState();
    store.getState().set({ focusRequest: focusRequest + 1 });
  };
  return (
    <aside
      ref={root}
      className="inspector"
      aria-label="Inspector"
      data-region="inspector"
      onKeyDown={onKeyDown}
    >
      {only !== undefined && draft.flow.nodes[only] !== undefined ? (
        <BlockInspector key={only} id={only} />
      ) : selection.size > 1 ? (
        <Suspense fallback={<Loading />}>
          <SeveralBlocks ids={[...selection]} />
        </Suspense>
      ) : (
        <FlowSettings />
      )}
    </aside>
  );
};

/** Takes the focus to the first field, or to the one that is asked for. */
const useInspectorFocus = (root: React.RefObject<HTMLElement | null>): void => {
  const { count, field } = useEditor((state) => state.inspectorRequest);
  useEffect(() => {
    if (count === 0) return undefined;
    let frame = 0;
    let tries = 0;
    const focus = (): void => {
      const named = field === null ? null : document.getElementById(field);
      const target =
        named?.matches("input, textarea, button") === true
          ? named
          : (named?.querySelector<HTMLElement>(".cm-content") ??
            (named ?? root.current)?.querySelector<HTMLElement>(
              "[role=tabpanel] input, [role=tabpanel] textarea, [role=tabpanel] .cm-content, input, textarea",
            ));
      // the form may still be on its way
      if (target == null && ++tries < 60) frame = requestAnimationFrame(focus);
      target?.focus();
      target?.scrollIntoView({ block: "nearest" });
    };
    frame = requestAnimationFrame(focus);
    return () => cancelAnimationFrame(frame);
  }, [count, field, root]);
};

const BlockInspector = ({ id }: { readonly id: string }) => {
  const store = useEditorStore();
  const draft = useDraft();
  const tab = useEditor((state) => state.tab);
  const readOnly = useEditor((state) => state.readOnly);
  const { problems } = useCompiled();
  const node = draft.flow.nodes[id];
  if (node === undefined) return null;
  const face = faceOf(node);
  const own = problems.filter(
    (problem) =>
      problem.node === id && problem.severity !== "advice" && problem.field === undefined,
  );
  return (
    <>
      <Group wrap="nowrap" gap="sm" className="inspector-head">
        <span className="block-tile">
          <BlockIcon name={face.icon} url={face.iconUrl} />
        </span>
        <div style={{ flex: 1, minWidth: 0 }}>
          <Title order={2} lineClamp={1}>
            {face.title}
          </Title>
          <Text size="xs" c="dimmed" lineClamp={2}>
            {face.block?.summary ?? "This block is not installed here."}
          </Text>
        </div>
        {!readOnly && (
          <Group gap={0} wrap="nowrap">
            <Tooltip label={node.disabled === true ? "Switch on (X)" : "Switch off (X)"}>
              <ActionIcon
                aria-label={node.disabled === true ? "Switch the block on" : "Switch the block off"}
                onClick={() => toggleDisabled(store)}
              >
                {node.disabled === true ? (
                  <IconPlayerPlay size={18} />
                ) : (
                  <IconPlayerPause size={18} />
                )}
              </ActionIcon>
            </Tooltip>
            <Tooltip label="Delete (Del)">
              <ActionIcon
                aria-label="Delete the block"
                onClick={() => deleteSelection(store, true)}
              >
                <IconTrash size={18} />
              </ActionIcon>
            </Tooltip>
          </Group>
        )}
      </Group>
      <Tabs
        value={tab}
        onChange={(next) => store.getState().set({ tab: (next ?? "settings") as InspectorTab })}
        className="inspector-tabs"
        keepMounted={false}
      >
        <Tabs.List>
          <Tabs.Tab value="settings">Settings</Tabs.Tab>
          <Tabs.Tab value="outcomes">Outcomes</Tabs.Tab>
          <Tabs.Tab value="notes">Notes</Tabs.Tab>
          <Tabs.Tab value="stats">Stats</Tabs.Tab>
          <Tabs.Tab value="past">Past</Tabs.Tab>
        </Tabs.List>
        <ScrollArea className="inspector-body" type="auto">
          {node.disabled === true && (
            <Alert color="gray" mb="sm" p="xs">
              {offWords(face)}
            </Alert>
          )}
          {own.map(({ message, cure, severity }) => (
            <Alert key={message} color={severity === "error" ? "red" : "yellow"} mb="sm" p="xs">
              {message} {cure}
            </Alert>
          ))}
          <Tabs.Panel value="settings">
            <Suspense fallback={<Loading />}>
              <BlockForm id={id} node={node} />
            </Suspense>
          </Tabs.Panel>
          <Tabs.Panel value="outcomes">
            <OutcomesTable id={id} node={node} />
          </Tabs.Panel>
          <Tabs.Panel value="notes">
            <NotesTab id={id} node={node} />
          </Tabs.Panel>
          <Tabs.Panel value="stats">
            <StatsTab id={id} node={node} />
          </Tabs.Panel>
          <Tabs.Panel value="past">
            <PastTab id={id} node={node} />
          </Tabs.Panel>
        </ScrollArea>
      </Tabs>
    </>
  );
};

const offWords = ({ outcomes, passThrough, ends }: NodeFace): string => {
  if (ends !== undefined) return "This block is switched off: runs that come here end otherwise.";
  const words = outcomes.find(({ id }) => id === passThrough)?.words;
  return words === undefined
    ? "This block is switched off: runs pass it by."
    : `This block is switched off: it asks nothing, and every run goes on with “${words}”.`;
};
