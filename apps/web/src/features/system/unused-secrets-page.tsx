/** Keys and passwords that nothing uses any more: seen, and deleted one by one. */
import { Button, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, queryClient, type RouterOutputs, trpc } from "../../api.ts";
import { announce } from "../../ui/announce.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { Mono } from "../../ui/mono.tsx";
import { Page } from "../../ui/page.tsx";
import { Time } from "../../ui/time.tsx";

type Secret = RouterOutputs["secrets"]["unused"][number];

const nameOf = ({ kind, objectId, field }: Secret): string => `${kind}/${objectId}/${field}`;

export const UnusedSecretsPage = () => {
  const [chosen, setChosen] = useState<Secret | null>(null);
  const unused = useQuery({ ...trpc.secrets.unused.queryOptions(), staleTime: 0 });
  const remove = useMutation({
    mutationFn: ({ kind, objectId, field }: Secret) =>
      api.secrets.removeUnused.mutate({ kind, objectId, field }),
    onSuccess: () => {
      announce("The secret is deleted.");
      setChosen(null);
      void queryClient.invalidateQueries({ queryKey: trpc.secrets.pathKey() });
    },
  });
  const columns: readonly Column<Secret>[] = [
    {
      id: "object",
      header: "Object",
      width: "minmax(180px, 1fr)",
      cell: ({ kind, objectId }) => <Mono>{`${kind} ${objectId}`}</Mono>,
    },
    {
      id: "field",
      header: "Secret",
      width: "minmax(200px, 2fr)",
      cell: ({ field }) => (
        <span title={field}>
          <Mono>{field}</Mono>
        </span>
      ),
    },
    {
      id: "at",
      header: "Stored",
      width: "200px",
      cell: ({ updatedAt }) => <Time at={updatedAt} />,
    },
    { id: "by", header: "By", width: "130px", cell: ({ updatedBy }) => updatedBy },
    {
      id: "revision",
      header: "Last revision",
      width: "130px",
      align: "end",
      cell: ({ lastRevision }) => lastRevision ?? "none",
    },
    {
      id: "act",
      header: "Action",
      width: "100px",
      cell: (row) => (
        <Button size="compact-xs" variant="default" onClick={() => setChosen(row)}>
          Delete
        </Button>
      ),
    },
  ];
  return (
    <Page
      title="Unused secrets"
      description="Private keys and passwords that neither the live settings nor the draft use. What was stored within a day is not shown."
      fill
    >
      <ErrorAlert error={unused.error} />
      <DataTable
        label="Unused secrets"
        columns={columns}
        rows={unused.data ?? []}
        rowKey={nameOf}
        loading={unused.isPending}
        hasMore={false}
        loadingMore={false}
        onMore={() => undefined}
        empty={
          unused.isSuccess && (
            <EmptyState title="Every secret is in use">
              A key that a new one has superseded is listed here.
            </EmptyState>
          )
        }
      />
      <ConfirmDialog
        opened={chosen !== null}
        onClose={() => setChosen(null)}
        title="Delete this secret?"
        action="Delete the secret"
        pending={remove.isPending}
        error={remove.error}
        onConfirm={() => chosen !== null && remove.mutate(chosen)}
      >
        <Text size="sm" style={{ overflowWrap: "anywhere" }}>
          {chosen !== null && nameOf(chosen)} is gone for good.{" "}
          {chosen?.lastRevision != null &&
            `Who goes back to revision ${chosen.lastRevision} or to an older one that used it has to enter it again first.`}
        </Text>
      </ConfirmDialog>
    </Page>
  );
};
