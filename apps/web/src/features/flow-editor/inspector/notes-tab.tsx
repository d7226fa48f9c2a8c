import { Textarea } from "@mantine/core";
import type { FlowNode } from "@sluice/flow-schema";
import { titleOf } from "../commands.ts";
import * as draftOf from "../draft/flow-draft.ts";
import { useDraft, useEditor, useEditorStore } from "../editor-context.tsx";

type Props = { readonly id: string; readonly node: FlowNode };

/** What the next person should know about the block. */
export const NotesTab = ({ id, node }: Props) => {
  const store = useEditorStore();
  const draft = useDraft();
  const readOnly = useEditor((state) => state.readOnly);
  return (
    <Textarea
      label="Note"
      description="For people; it changes nothing."
      autosize
      minRows={6}
      maxRows={24}
      maxLength={4000}
      value={node.note ?? ""}
      readOnly={readOnly}
      onBlur={() => store.getState().endGesture()}
      onChange={(event) => {
        const note = event.currentTarget.value;
        store
          .getState()
          .change({ label: `Note of ${titleOf(draft, id)}`, group: `note:${id}` }, (before) =>
            draftOf.setNote(before, id, note),
          );
      }}
    />
  );
};
