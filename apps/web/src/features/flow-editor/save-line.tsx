import { Text } from "@mantine/core";
import { clockTime } from "../../ui/time.tsx";
import type { SaveState } from "./draft/autosave.ts";
import { useEditor } from "./editor-context.tsx";

/** What became of the last change, in the header. */
export const SaveLine = () => {
  const save = useEditor((state) => state.save);
  const readOnly = useEditor((state) => state.readOnly);
  if (readOnly) {
    return (
      <Text size="xs" c="dimmed" truncate>
        To read only
      </Text>
    );
  }
  const isBad = save.kind === "offline" || save.kind === "refused" || save.kind === "conflict";
  return (
    <Text
      size="xs"
      c={isBad ? "var(--severity-warning)" : "dimmed"}
      fw={isBad ? 600 : 400}
      truncate
      data-save={save.kind}
    >
      {saveWords(save)}
    </Text>
  );
};

export const saveWords = (save: SaveState): string => {
  switch (save.kind) {
    case "saved":
      return save.at === null ? "Saved" : `Saved ${clockTime(new Date(save.at))}`;
    case "waiting":
    case "saving":
      return "Saving";
    case "offline":
      return `Offline, ${save.changes} ${save.changes === 1 ? "change" : "changes"} kept`;
    case "conflict":
      return "Conflict";
    case "refused":
      return `Not saved: ${save.reason}`;
    default:
      return save satisfies never;
  }
};
