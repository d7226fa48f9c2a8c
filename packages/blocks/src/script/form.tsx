/** The script's own form: the editor, as high as one likes, and the face its first comment gives the block. */
import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { blockTitle } from "@sluice/hsl";
import { type ComponentType, useState } from "react";

type ScriptInputProps = {
  readonly field: readonly string[];
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly isExpression: boolean;
  readonly readOnly: boolean;
};

type Props = {
  readonly config: { readonly source?: unknown };
  readonly onChange: (config: unknown) => void;
  readonly readOnly: boolean;
  /** The page's script editor. */
  readonly ScriptInput: ComponentType<ScriptInputProps> | null;
  /** A hook: where the gateway's copy of a picture is, or why there is none. */
  readonly useIcon: (url: string | undefined) => {
    readonly address: string | null;
    readonly failure: string | null;
  };
};

export const Form = ({ config, onChange, readOnly, ScriptInput, useIcon }: Props) => {
  const [isFull, setFull] = useState(false);
  const source = typeof config.source === "string" ? config.source : "";
  const { title, icon } = blockTitle(source);
  const { address, failure } = useIcon(icon ?? undefined);
  const editor = ScriptInput !== null && (
    <ScriptInput
      field={["source"]}
      label="Script"
      value={source}
      onChange={(next) => onChange({ ...config, source: next })}
      isExpression={false}
      readOnly={readOnly}
    />
  );
  const face = (
    <Group gap="xs" wrap="nowrap">
      {address !== null && <img src={address} alt="" width={24} height={24} />}
      <div>
        <Text size="sm" fw={600}>
          {title ?? "No title yet"}
        </Text>
        <Text size="xs" c="dimmed">
          The first comment is the block's title; --webui-icon=URL in it is its picture.
        </Text>
      </div>
    </Group>
  );
  const trouble = failure !== null && (
    <Text size="xs" c="var(--mantine-color-error)" role="alert">
      The picture could not be fetched: {failure}
    </Text>
  );
  return (
    <Stack gap="xs">
      {face}
      {!isFull && editor}
      {trouble}
      <Button variant="default" size="xs" onClick={() => setFull(true)}>
        Edit in the full window
      </Button>
      <Modal
        opened={isFull}
        onClose={() => setFull(false)}
        title={title ?? "Script"}
        fullScreen
        closeOnEscape={false}
      >
        <div className="script-full">
          {face}
          {editor}
          {trouble}
        </div>
      </Modal>
    </Stack>
  );
};
