import { Button, Stack, Text, TextInput } from "@mantine/core";
import { blocks } from "@sluice/blocks/definitions";
import { forms } from "@sluice/blocks/forms";
import { blockProblems, type FlowNode } from "@sluice/flow-schema";
import { use, useMemo } from "react";
import { ErrorBoundary } from "../../../ui/error-boundary.tsx";
import { SchemaForm } from "../../../ui/form/schema-form.tsx";
import type { Issue } from "../../../ui/form/widget-props.ts";
import { titleOf } from "../commands.ts";
import * as draftOf from "../draft/flow-draft.ts";
import { useDraft, useEditor, useEditorStore } from "../editor-context.tsx";
import { ReferencesContext } from "../references.ts";
import { OwnForm } from "./own-form.tsx";
import { ScriptSurroundings } from "./script-surroundings.tsx";

type Props = { readonly id: string; readonly node: FlowNode };

/** The settings of a block: its own form where it brings one, else one made from its schema. */
export const BlockForm = ({ id, node }: Props) => {
  const store = useEditorStore();
  const draft = useDraft();
  const readOnly = useEditor((state) => state.readOnly);
  const { exists } = use(ReferencesContext);
  const block = blocks.get(node.block);
  const issues = useMemo(
    (): Issue[] =>
      blockProblems(draft.flow, id, blocks, exists)
        .filter(({ field, severity }) => field !== undefined && severity === "error")
        .map(({ field = [], message, cure, line, column }) => ({
          path: field,
          message: [
            ...(line === undefined ? [] : [`Line ${line}, column ${column}:`]),
            ...[message, cure ?? ""],
          ]
            .join(" ")
            .trim(),
        })),
    [draft.flow, id, exists],
  );
  const setConfig = (config: unknown, field: string): void => {
    if (typeof config !== "object" || config === null) return;
    store.getState().change(
      { label: `Change ${titleOf(draft, id)}`, group: `config:${id}:${field}` },
      (before) => draftOf.setConfig(before, id, config as Readonly<Record<string, unknown>>), // a form gives an object
    );
  };
  const Form = forms.get(node.block);
  return (
    <Stack gap="sm" onBlur={() => store.getState().endGesture()}>
      <TextInput
        label="Title"
        description="On the card, in traces and in the script."
        placeholder={block?.title ?? node.block}
        maxLength={120}
        value={node.title ?? ""}
        readOnly={readOnly}
        onChange={(event) => {
          const title = event.currentTarget.value;
          store
            .getState()
            .change({ label: `Rename ${titleOf(draft, id)}`, group: `title:${id}` }, (before) =>
              draftOf.rename(before, id, title),
            );
        }}
      />
      {block === undefined ? (
        <Text c="dimmed">
          The block “{node.block}” is not installed here; its settings are kept as they are.
        </Text>
      ) : (
        <ErrorBoundary
          fallback={(reset) => (
            <Button variant="default" onClick={reset}>
              The form failed. Show it again
            </Button>
          )}
        >
          <ScriptSurroundings kind={draft.flow.kind} node={id}>
            {Form === undefined ? (
              <SchemaForm
                schema={block.config}
                value={node.config}
                issues={issues}
                onChange={(config, path) => setConfig(config, path.join("."))}
              />
            ) : (
              <OwnForm
                Form={Form}
                config={node.config}
                onChange={(config: unknown) => setConfig(config, "form")}
                issues={issues}
                readOnly={readOnly}
              />
            )}
          </ScriptSurroundings>
          {block.config.shape && Object.keys(block.config.shape).length === 0 && (
            <Text size="sm" c="dimmed">
              There is nothing to set.
            </Text>
          )}
        </ErrorBoundary>
      )}
    </Stack>
  );
};
