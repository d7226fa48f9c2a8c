import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { blocks } from "@sluice/blocks/definitions";
import { IconPlayerPause, IconTrash } from "@tabler/icons-react";
import { FieldWidget } from "../../../ui/form/field-widget.tsx";
import { deleteSelection, toggleDisabled } from "../commands.ts";
import { faceOf, useDraft, useEditor, useEditorStore } from "../editor-context.tsx";
import { ScriptSurroundings } from "./script-surroundings.tsx";
import { setSharedField, sharedFields } from "./shared-fields.ts";

/** Several blocks are chosen: what they have in common is changed in all of them at once. */
export const SeveralBlocks = ({ ids }: { readonly ids: readonly string[] }) => {
  const store = useEditorStore();
  const readOnly = useEditor((state) => state.readOnly);
  const { flow } = useDraft();
  const fields = sharedFields(flow, ids, blocks);
  return (
    <div className="inspector-plain">
      <Stack gap="sm" onBlur={() => store.getState().endGesture()}>
        <Title order={2}>{ids.length} blocks</Title>
        <ul className="several-titles">
          {ids.map((id) => {
            const node = flow.nodes[id];
            return node && <li key={id}>{faceOf(node).title}</li>;
          })}
        </ul>
        {!readOnly && (
          <Group gap="xs">
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconPlayerPause size={14} />}
              onClick={() => toggleDisabled(store)}
            >
              Switch off or on
            </Button>
            <Button
              size="compact-sm"
              variant="default"
              leftSection={<IconTrash size={14} />}
              onClick={() => deleteSelection(store, true)}
            >
              Delete them
            </Button>
          </Group>
        )}
        {fields.length === 0 ? (
          <Text size="sm" c="dimmed">
            These blocks have no setting in common.
          </Text>
        ) : (
          <Text size="sm" c="dimmed">
            A change here goes into all {ids.length}.
          </Text>
        )}
        <ScriptSurroundings kind={flow.kind} node={ids[0] ?? ""} hasPast={false}>
          {fields.map(({ field, value, isMixed }) => {
            const place = field.path.join(".");
            return (
              <div key={place} data-mixed={isMixed || undefined}>
                {isMixed && (
                  <Text size="xs" c="var(--severity-warning)">
                    {`${field.label}: different in these blocks`}
                  </Text>
                )}
                <FieldWidget
                  key={ids.join(" ")}
                  field={field}
                  path={field.path}
                  value={value}
                  issues={[]}
                  onChange={(next) =>
                    store.getState().change(
                      {
                        label: `Change ${ids.length} blocks`,
                        group: `config:${ids.join(",")}:${place}`,
                      },
                      (before) => setSharedField(before, ids, field.path, next),
                    )
                  }
                />
              </div>
            );
          })}
        </ScriptSurroundings>
      </Stack>
    </div>
  );
};
