import { Button, Group, Modal, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, type ObjectKind, queryClient, trpc } from "../../api.ts";
import { ErrorAlert } from "../../ui/error-alert.tsx";

type Props = {
  readonly kind: ObjectKind;
  readonly id: string;
  readonly onRenamed: (id: string) => void;
};

/** Gives an object another id; everything that names it follows. */
export const RenameObject = ({ kind, id, onRenamed }: Props) => {
  const [opened, { open, close }] = useDisclosure();
  const [newId, setNewId] = useState(id);
  const rename = useMutation({
    mutationFn: () => api.settings.rename.mutate({ kind, id, newId }),
    onSuccess: async () => {
      close();
      onRenamed(newId);
      await queryClient.invalidateQueries({ queryKey: trpc.settings.pathKey() });
    },
  });
  return (
    <>
      <Button
        variant="default"
        onClick={() => {
          setNewId(id);
          open();
        }}
      >
        Rename
      </Button>
      <Modal opened={opened} onClose={close} title={`Rename ${id}`}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            rename.mutate();
          }}
        >
          <Stack>
            <TextInput
              label="New id"
              description="Small letters, digits, dots and dashes. Whatever names the old id in the draft is changed with it."
              data-autofocus
              value={newId}
              onChange={(event) => setNewId(event.currentTarget.value)}
            />
            <ErrorAlert error={rename.error} />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                Cancel
              </Button>
              <Button
                type="submit"
                loading={rename.isPending}
                disabled={newId === id || newId === ""}
              >
                Rename
              </Button>
            </Group>
          </Stack>
        </form>
      </Modal>
    </>
  );
};
