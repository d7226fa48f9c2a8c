import { Button, Paper, Text } from "@mantine/core";
import { useEffect } from "react";
import { undoStep } from "./commands.ts";
import { useEditor, useEditorStore } from "./editor-context.tsx";

const shownMilliseconds = 8000;

/** What was just deleted, with the way back; it was said aloud by the deletion itself. */
export const UndoToast = () => {
  const store = useEditorStore();
  const toast = useEditor((state) => state.toast);
  const isLatest = useEditor(({ history }) => history.present === toast?.document);
  useEffect(() => {
    if (toast === null) return undefined;
    const timer = setTimeout(() => store.getState().set({ toast: null }), shownMilliseconds);
    return () => clearTimeout(timer);
  }, [toast, store]);
  if (toast === null || !isLatest) return null;
  return (
    <Paper className="undo-toast" withBorder shadow="md">
      <Text size="sm">{toast.words}</Text>
      <Button
        size="compact-sm"
        variant="light"
        onClick={() => {
          undoStep(store);
          store.getState().set({ toast: null });
        }}
      >
        Undo
      </Button>
    </Paper>
  );
};
