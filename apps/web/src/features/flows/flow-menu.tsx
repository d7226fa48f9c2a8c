import { ActionIcon, Menu, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconArrowBackUp, IconCopy, IconDots, IconTrash } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api, queryClient, type RouterOutputs, readError, trpc } from "../../api.ts";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { duplicateFlow } from "./save-new-flow.ts";

type Props = {
  readonly flow: RouterOutputs["flows"]["list"][number];
  readonly onError: (words: string | null) => void;
};

export const FlowMenu = ({ flow, onError }: Props) => {
  const navigate = useNavigate();
  const [asks, { open, close }] = useDisclosure();
  const refresh = (): Promise<void> => queryClient.invalidateQueries(trpc.flows.list.queryFilter());
  const duplicate = useMutation({
    mutationFn: () => duplicateFlow(flow.id),
    onSuccess: (id) => navigate({ to: "/flows/$flow", params: { flow: id }, search: {} }),
    onError: (error) => onError(readError(error).message),
  });
  const remove = useMutation({
    mutationFn: async () => {
      const { version } = await api.settings.get.query({ kind: "flow", id: flow.id });
      await api.settings.remove.mutate({ kind: "flow", id: flow.id, version });
    },
    onSuccess: () => {
      close();
      onError(null);
    },
    onSettled: refresh,
  });
  const bringBack = useMutation({
    mutationFn: () => api.settings.discard.mutate({ kind: "flow", id: flow.id }),
    onError: (error) => onError(readError(error).message),
    onSettled: refresh,
  });
  const isDeleted = flow.state === "deleted";
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon aria-label={`Actions for ${flow.title}`}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {!isDeleted && (
            <Menu.Item leftSection={<IconCopy size={16} />} onClick={() => duplicate.mutate()}>
              Duplicate
            </Menu.Item>
          )}
          {(flow.state === "changed" || isDeleted) && (
            <Menu.Item
              leftSection={<IconArrowBackUp size={16} />}
              onClick={() => bringBack.mutate()}
            >
              {isDeleted ? "Bring back" : "Discard changes"}
            </Menu.Item>
          )}
          {!isDeleted && (
            <Menu.Item
              leftSection={<IconTrash size={16} />}
              c="var(--severity-error)"
              onClick={open}
            >
              Delete
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <ConfirmDialog
        opened={asks}
        onClose={close}
        title={`Delete “${flow.title}”?`}
        action="Delete the flow"
        onConfirm={() => remove.mutate()}
        pending={remove.isPending}
        error={remove.error}
      >
        <Text>The flow leaves the draft. What is live keeps it until you publish.</Text>
      </ConfirmDialog>
    </>
  );
};
