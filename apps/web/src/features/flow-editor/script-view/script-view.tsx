import { ActionIcon, Text, Tooltip } from "@mantine/core";
import { IconCopy } from "@tabler/icons-react";
import { lazy, Suspense, useMemo } from "react";
import { announce } from "../../../ui/announce.tsx";
import { copyToClipboard } from "../../../ui/copy-text.ts";
import { useCompiled, useDraft, useEditor } from "../editor-context.tsx";

const ReadOnlyScript = lazy(async () => ({
  default: (await import("./read-only-script.tsx")).ReadOnlyScript,
}));

/** The script that the flow compiles to: what runs. The lines of the chosen block are lit. */
export const ScriptView = () => {
  const compiled = useCompiled();
  const { flow } = useDraft();
  const selection = useEditor((state) => state.selection);
  const script = compiled.ok ? String(compiled.script) : null;
  const origins = compiled.ok ? compiled.origins : null;
  const lit = useMemo(
    () =>
      (origins ?? [])
        .filter(({ node, outcome }) => outcome === undefined && selection.has(node))
        .map(({ start, end }) => ({ start, end })),
    [origins, selection],
  );
  if (script === null) {
    return (
      <Text size="sm" c="dimmed" p="sm">
        There is no script while the flow has errors. What is live runs on as it is.
      </Text>
    );
  }
  return (
    <div className="script-view">
      <Tooltip label="Copy the script">
        <ActionIcon
          className="script-view-copy"
          aria-label="Copy the script"
          variant="default"
          onClick={() => {
            void copyToClipboard(script).then((done) =>
              announce(done ? "Copied." : "The browser does not let us copy."),
            );
          }}
        >
          <IconCopy size={16} />
        </ActionIcon>
      </Tooltip>
      <Suspense fallback={null}>
        <ReadOnlyScript script={script} flow={flow.kind} lit={lit} />
      </Suspense>
    </div>
  );
};
