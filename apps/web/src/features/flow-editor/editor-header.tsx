import { ActionIcon, Badge, Button, Group, SegmentedControl, Text, Tooltip } from "@mantine/core";
import {
  IconArrowBackUp,
  IconArrowForwardUp,
  IconChevronLeft,
  IconKeyboard,
  IconLayoutDashboard,
} from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { LinkIcon } from "../../ui/links.tsx";
import { kindTitle } from "../flows/flow-kinds.ts";
import { redoStep, tidy, undoStep } from "./commands.ts";
import { useDraft, useEditor, useEditorStore } from "./editor-context.tsx";
import { SaveLine } from "./save-line.tsx";

const PublishDialog = lazy(async () => ({
  default: (await import("../publish/publish-dialog.tsx")).PublishDialog,
}));

type Props = { readonly saveNow: () => Promise<void>; readonly onTry: () => void };

export const EditorHeader = ({ saveNow, onTry }: Props) => {
  const store = useEditorStore();
  const { flow } = useDraft();
  const view = useEditor((state) => state.view);
  const readOnly = useEditor((state) => state.readOnly);
  const undoLabel = useEditor(({ history }) => history.past.at(-1)?.label ?? null);
  const redoLabel = useEditor(({ history }) => history.future[0]?.label ?? null);
  const [publishes, setPublishes] = useState(false);
  return (
    <header className="editor-header" data-region="header">
      <Group gap="xs" wrap="nowrap" className="editor-name">
        <LinkIcon to="/flows" aria-label="Back to the flows">
          <IconChevronLeft size={18} />
        </LinkIcon>
        <Text component="h1" fw={600} size="md" truncate m={0}>
          {flow.title}
        </Text>
        <Badge color="gray" style={{ flex: "none" }}>
          {kindTitle(flow.kind)}
        </Badge>
        <SaveLine />
      </Group>
      <Group gap={6} wrap="nowrap">
        {!readOnly && (
          <>
            <Tooltip label={undoLabel === null ? "Nothing to undo" : `Undo: ${undoLabel}`}>
              <ActionIcon
                aria-label={undoLabel === null ? "Undo" : `Undo: ${undoLabel}`}
                disabled={undoLabel === null}
                onClick={() => undoStep(store)}
              >
                <IconArrowBackUp size={18} />
              </ActionIcon>
            </Tooltip>
            <Tooltip label={redoLabel === null ? "Nothing to redo" : `Redo: ${redoLabel}`}>
              <ActionIcon
                aria-label={redoLabel === null ? "Redo" : `Redo: ${redoLabel}`}
                disabled={redoLabel === null}
                onClick={() => redoStep(store)}
              >
                <IconArrowForwardUp size={18} />
              </ActionIcon>
            </Tooltip>
            <Tooltip label="Tidy (Shift T)">
              <ActionIcon aria-label="Tidy" onClick={() => tidy(store)}>
                <IconLayoutDashboard size={18} />
              </ActionIcon>
            </Tooltip>
          </>
        )}
        <Tooltip label="Keys (?)">
          <ActionIcon
            aria-label="Keys"
            visibleFrom="md"
            onClick={() => store.getState().set({ dialog: { kind: "keys" } })}
          >
            <IconKeyboard size={18} />
          </ActionIcon>
        </Tooltip>
        <SegmentedControl
          size="xs"
          aria-label="View"
          value={view}
          data={[
            { value: "canvas", label: "Canvas" },
            { value: "outline", label: "Outline" },
          ]}
          onChange={(next) =>
            store.getState().set({ view: next === "outline" ? "outline" : "canvas" })
          }
        />
        {!readOnly && (
          <Button size="xs" variant="default" onClick={onTry} visibleFrom="sm">
            Try it
          </Button>
        )}
        {!readOnly && (
          <Button
            size="xs"
            onClick={() => {
              void saveNow().then(() => setPublishes(true));
            }}
          >
            Publish
          </Button>
        )}
      </Group>
      {publishes && (
        <Suspense fallback={null}>
          <PublishDialog onClose={() => setPublishes(false)} />
        </Suspense>
      )}
    </header>
  );
};
