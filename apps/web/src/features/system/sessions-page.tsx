/** Where you are signed in, and a change of your own password. */
import { Button, Group, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, queryClient, type RouterOutputs, readError, trpc } from "../../api.ts";
import { announce } from "../../ui/announce.tsx";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { Mono } from "../../ui/mono.tsx";
import { OutcomePill } from "../../ui/outcome-pill.tsx";
import { Page } from "../../ui/page.tsx";
import { Time } from "../../ui/time.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { SecondFactor } from "./second-factor.tsx";

type SessionRow = RouterOutputs["signIn"]["sessions"][number];

const refresh = (): Promise<void> =>
  queryClient.invalidateQueries({ queryKey: trpc.signIn.pathKey() });

export const SessionsPage = () => {
  const list = useQuery(trpc.signIn.sessions.queryOptions());
  const end = useMutation({
    mutationFn: (id: string) => api.signIn.endSession.mutate({ id }),
    onSuccess: () => announce("The session is over."),
    onSettled: refresh,
  });
  const columns: readonly Column<SessionRow>[] = [
    {
      id: "seen",
      header: "Last seen",
      width: "130px",
      cell: ({ lastSeenAt }) => <Time at={lastSeenAt} form="relative" />,
    },
    {
      id: "since",
      header: "Signed in",
      width: "200px",
      cell: ({ createdAt }) => <Time at={createdAt} />,
    },
    {
      id: "address",
      header: "From",
      width: "150px",
      cell: ({ address }) => <Mono>{address}</Mono>,
    },
    {
      id: "browser",
      header: "Browser",
      width: "minmax(160px, 2fr)",
      cell: ({ userAgent }) => <span title={visibleText(userAgent)}>{visibleText(userAgent)}</span>,
    },
    {
      id: "act",
      header: <span className="visually-hidden">Actions</span>,
      width: "150px",
      align: "end",
      cell: ({ id, current }) =>
        current ? (
          <OutcomePill tone="accept">This one</OutcomePill>
        ) : (
          <Button
            size="compact-xs"
            variant="default"
            loading={end.isPending && end.variables === id}
            onClick={() => end.mutate(id)}
          >
            End
          </Button>
        ),
    },
  ];
  return (
    <Page title="Your sessions" description="Every browser you are signed in with.">
      <ErrorAlert error={list.error ?? end.error} />
      <DataTable
        label="Your sessions"
        columns={columns}
        rows={list.data ?? []}
        rowKey={({ id }) => id}
        loading={list.isPending}
      />
      <SecondFactor />
      <ChangePassword />
    </Page>
  );
};

const ChangePassword = () => {
  const [current, setCurrent] = useState("");
  const [password, setPassword] = useState("");
  const change = useMutation({
    mutationFn: () => api.signIn.changePassword.mutate({ current, password }),
    onSuccess: async () => {
      setCurrent("");
      setPassword("");
      announce("The password is changed.");
      await refresh();
    },
  });
  const failure = change.error === null ? null : readError(change.error);
  const field = failure?.detail["field"];
  return (
    <form
      aria-labelledby="change-password"
      onSubmit={(event) => {
        event.preventDefault();
        change.mutate();
      }}
    >
      <Stack maw={420} gap="sm">
        <Title order={2} id="change-password">
          Change your password
        </Title>
        <PasswordInput
          label="Present password"
          autoComplete="current-password"
          value={current}
          error={field === "current" ? failure?.message : null}
          onChange={(event) => setCurrent(event.currentTarget.value)}
        />
        <PasswordInput
          label="New password"
          description="At least 12 characters. All your other sessions end."
          autoComplete="new-password"
          value={password}
          error={field === "password" ? failure?.message : null}
          onChange={(event) => setPassword(event.currentTarget.value)}
        />
        {field === undefined && <ErrorAlert error={change.error} />}
        <Group>
          <Button
            type="submit"
            loading={change.isPending}
            disabled={current === "" || password === ""}
          >
            Change the password
          </Button>
          {change.isSuccess && (
            <Text size="sm" role="status">
              The password is changed.
            </Text>
          )}
        </Group>
      </Stack>
    </form>
  );
};
