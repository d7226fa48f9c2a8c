import { Button, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconTrash } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { api, type ObjectKind, queryClient, trpc } from "../../api.ts";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { type Use, UseList } from "./used-by.tsx";

type Props = {
  readonly kind: ObjectKind;
  readonly id: string;
  readonly noun: string;
  readonly version: number;
  readonly uses: readonly Use[] | undefined;
  readonly onDeleted: () => void;
};

/** Deletes from the draft; what is in use stays, and the dialog says who uses it. */
export const DeleteObject = ({ kind, id, noun, version, uses = [], onDeleted }: Props) => {
  const [opened, { open, close }] = useDisclosure();
  const remove = useMutation({
    mutationFn: () => api.settings.remove.mutate({ kind, id, version }),
    onSuccess: async () => {
      close();
      onDeleted();
      await queryClient.invalidateQueries({ queryKey: trpc.settings.pathKey() });
    },
  });
  const isUsed = uses.length > 0;
  return (
    <>
      <Button
        variant="default"
        c="var(--severity-error)"
        leftSection={<IconTrash size={16} />}
        onClick={open}
      >
        Delete
      </Button>
      <ConfirmDialog
        opened={opened}
        onClose={close}
        title={isUsed ? `${id} is still in use` : `Delete the ${noun} ${id}?`}
        action={isUsed ? "Close" : `Delete the ${noun}`}
        dangerous={!isUsed}
        onConfirm={isUsed ? close : () => remove.mutate()}
        pending={remove.isPending}
        error={remove.error}
      >
        {isUsed ? (
          <>
            <Text mb="xs">Take it out of these places first:</Text>
            <UseList uses={uses} />
          </>
        ) : (
          <Text>It leaves the draft. What is live keeps it until you publish.</Text>
        )}
      </ConfirmDialog>
    </>
  );
};
