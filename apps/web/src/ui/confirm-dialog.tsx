import { Button, Group, Modal, Stack } from "@mantine/core";
import type { ReactNode } from "react";
import { ErrorAlert } from "./error-alert.tsx";

type Props = {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly title: string;
  /** What will happen, in words. */
  readonly children: ReactNode;
  /** The effect: "Delete the flow", never "OK". */
  readonly action: string;
  readonly onConfirm: () => void;
  readonly dangerous?: boolean;
  readonly pending?: boolean;
  /** Something it needs is not given yet. */
  readonly disabled?: boolean;
  readonly error?: unknown;
};

/** Asks before something that cannot be undone. */
export const ConfirmDialog = ({
  opened,
  onClose,
  title,
  children,
  action,
  onConfirm,
  dangerous = true,
  pending = false,
  disabled = false,
  error,
}: Props) => (
  <Modal opened={opened} onClose={onClose} title={title} size={500}>
    <Stack>
      <div>{children}</div>
      <ErrorAlert error={error} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose} data-autofocus>
          Cancel
        </Button>
        <Button
          {...(dangerous && { color: "red.8" })}
          loading={pending}
          disabled={disabled}
          onClick={onConfirm}
        >
          {action}
        </Button>
      </Group>
    </Stack>
  </Modal>
);
