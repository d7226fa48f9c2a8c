/** Who may sign in, and as what. */
import { Button, Modal, PasswordInput, Select, Stack, Text, TextInput } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, queryClient, type RouterOutputs, trpc } from "../../api.ts";
import { announce } from "../../ui/announce.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { OutcomePill } from "../../ui/outcome-pill.tsx";
import { Page } from "../../ui/page.tsx";
import { Time } from "../../ui/time.tsx";

type UserRow = RouterOutputs["users"]["list"][number];
type Role = UserRow["role"];

const roleWords: Readonly<Record<Role, string>> = {
  administrator: "Administrator: everything",
  operator: "Operator: queues, quarantine, history",
  auditor: "Auditor: may look, changes nothing",
};

const roles = Object.entries(roleWords).map(([value, label]) => ({ value, label }));
const refresh = (): void => {
  void queryClient.invalidateQueries({ queryKey: trpc.users.pathKey() });
};

export const UsersPage = () => {
  const list = useQuery(trpc.users.list.queryOptions());
  const [adding, setAdding] = useState(false);
  const setRole = useMutation({
    mutationFn: (input: { name: string; role: Role }) => api.users.setRole.mutate(input),
    onSettled: refresh,
  });
  const disable = useMutation({
    mutationFn: (input: { name: string; disabled: boolean }) => api.users.disable.mutate(input),
    onSettled: refresh,
  });
  const reset = useMutation({
    mutationFn: (name: string) => api.users.removeSecondFactor.mutate({ name }),
    onSuccess: (_done, name) => announce(`${name} signs in with the password alone.`),
    onSettled: refresh,
  });
  const [losing, setLosing] = useState<string | null>(null);
  const columns: readonly Column<UserRow>[] = [
    { id: "name", header: "Name", width: "minmax(120px, 1fr)", cell: ({ name }) => name },
    {
      id: "role",
      header: "Role",
      width: "minmax(240px, 2fr)",
      cell: ({ name, role }) => (
        <Select
          size="xs"
          aria-label={`Role of ${name}`}
          data={roles}
          value={role}
          allowDeselect={false}
          onChange={(value) => value !== null && setRole.mutate({ name, role: value as Role })} // one of the three
        />
      ),
    },
    {
      id: "since",
      header: "Since",
      width: "150px",
      cell: ({ createdAt }) => <Time at={createdAt} form="relative" />,
    },
    {
      id: "state",
      header: "State",
      width: "110px",
      cell: ({ disabled }) =>
        disabled ? (
          <OutcomePill tone="defer">Disabled</OutcomePill>
        ) : (
          <OutcomePill tone="accept">Active</OutcomePill>
        ),
    },
    {
      id: "factor",
      header: "Second factor",
      width: "150px",
      cell: ({ name, secondFactor }) =>
        secondFactor ? (
          <Button size="compact-xs" variant="default" onClick={() => setLosing(name)}>
            On: take away
          </Button>
        ) : (
          <Text size="sm" c="dimmed">
            Off
          </Text>
        ),
    },
    {
      id: "act",
      header: <span className="visually-hidden">Actions</span>,
      width: "120px",
      cell: ({ name, disabled }) => (
        <Button
          size="compact-xs"
          variant="default"
          onClick={() => disable.mutate({ name, disabled: !disabled })}
        >
          {disabled ? "Let in again" : "Disable"}
        </Button>
      ),
    },
  ];
  return (
    <Page
      title="Users"
      description="Who may sign in here. The last administrator cannot be taken away."
      fill
      actions={
        <Button leftSection={<IconPlus size={16} />} onClick={() => setAdding(true)}>
          New user
        </Button>
      }
    >
      <ErrorAlert error={list.error ?? setRole.error ?? disable.error} />
      <DataTable
        label="Users"
        columns={columns}
        rows={list.data ?? []}
        rowKey={({ id }) => id}
        loading={list.isPending}
        rowHeight={44}
      />
      <ConfirmDialog
        opened={losing !== null}
        onClose={() => setLosing(null)}
        title={`Take the second factor of ${losing ?? ""} away?`}
        action="Take it away"
        pending={reset.isPending}
        error={reset.error}
        onConfirm={() =>
          losing !== null && reset.mutate(losing, { onSuccess: () => setLosing(null) })
        }
      >
        <Text size="sm">
          For somebody who has lost the authenticator: the password alone signs in again, and every
          session of this user ends.
        </Text>
      </ConfirmDialog>
      {adding && <AddUser onClose={() => setAdding(false)} />}
    </Page>
  );
};

const AddUser = ({ onClose }: { readonly onClose: () => void }) => {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [role, setRole] = useState<Role>("operator");
  const add = useMutation({
    mutationFn: () => api.users.add.mutate({ name, password, role }),
    onSuccess: () => {
      refresh();
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title="New user">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          add.mutate();
        }}
      >
        <Stack>
          <TextInput
            label="Name"
            required
            data-autofocus
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            description="At least twelve characters."
            required
            autoComplete="new-password"
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <Select
            label="Role"
            data={roles}
            value={role}
            allowDeselect={false}
            onChange={(value) => value !== null && setRole(value as Role)} // one of the three
          />
          <ErrorAlert error={add.error} />
          <Text size="sm" c="dimmed">
            Tell the user the password in person; it can be changed after sign-in.
          </Text>
          <Button type="submit" loading={add.isPending}>
            Add the user
          </Button>
        </Stack>
      </form>
    </Modal>
  );
};
