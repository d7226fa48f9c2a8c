import { Anchor, Stack, Text, Textarea, TextInput, Title } from "@mantine/core";
import { flowKindDefinitions } from "@sluice/flow-schema";
import { useQuery } from "@tanstack/react-query";
import { use } from "react";
import { trpc } from "../../../api.ts";
import { kindWords, objectLink } from "../../../shell/object-links.ts";
import { HrefAnchor } from "../../../ui/links.tsx";
import * as draftOf from "../draft/flow-draft.ts";
import { useDraft, useEditor, useEditorStore } from "../editor-context.tsx";
import { FlowIdContext } from "../flow-id.ts";

/** Nothing is chosen: the flow itself. */
export const FlowSettings = () => {
  const store = useEditorStore();
  const { flow } = useDraft();
  const id = use(FlowIdContext);
  const readOnly = useEditor((state) => state.readOnly);
  const { data: uses } = useQuery({
    ...trpc.settings.usedBy.queryOptions({ kind: "flow", id }),
    enabled: !readOnly,
  });
  const definition = flowKindDefinitions[flow.kind];
  return (
    <div className="inspector-plain">
      <Stack gap="sm" onBlur={() => store.getState().endGesture()}>
        <Title order={2}>The flow</Title>
        <Text size="sm" c="dimmed">
          {definition.title}: {definition.summary}
        </Text>
        <TextInput
          label="Title"
          required
          maxLength={120}
          value={flow.title}
          readOnly={readOnly}
          error={flow.title.trim() === "" ? "Give it a title." : null}
          onChange={(event) => {
            const title = event.currentTarget.value;
            store
              .getState()
              .change({ label: "Rename the flow", group: "flow-title" }, (before) =>
                draftOf.setTitle(before, title),
              );
          }}
        />
        <Textarea
          label="Description"
          description="What it is for, in a sentence or two."
          autosize
          minRows={2}
          maxRows={12}
          maxLength={4000}
          value={flow.description ?? ""}
          readOnly={readOnly}
          onChange={(event) => {
            const description = event.currentTarget.value;
            store
              .getState()
              .change({ label: "Describe the flow", group: "flow-description" }, (before) =>
                draftOf.setDescription(before, description),
              );
          }}
        />
        {!readOnly && (
          <div>
            <Text size="sm" fw={500}>
              Used by
            </Text>
            {uses === undefined || uses.length === 0 ? (
              <Text size="sm" c="dimmed">
                Nothing yet: a listener or a domain runs a flow.
              </Text>
            ) : (
              <ul style={{ margin: 0, paddingLeft: 18 }}>
                {uses.map((use_) => {
                  const link = objectLink(use_.kind, { id: use_.id, node: use_.node });
                  const words = `${kindWords[use_.kind]} ${use_.id}`;
                  return (
                    <li key={`${words} ${use_.path.join(".")}`}>
                      {link === null ? words : <HrefAnchor href={link}>{words}</HrefAnchor>}
                    </li>
                  );
                })}
              </ul>
            )}
          </div>
        )}
        <Text size="xs" c="dimmed">
          Choose a block to see its settings. Press{" "}
          <Anchor
            component="button"
            type="button"
            size="xs"
            onClick={() => store.getState().set({ dialog: { kind: "keys" } })}
          >
            ?
          </Anchor>{" "}
          for the keys.
        </Text>
      </Stack>
    </div>
  );
};
