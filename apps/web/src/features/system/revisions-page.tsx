/** Every published state of the settings; an old one can be published again. */
import { Button, Text } from "@mantine/core";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, queryClient, type RouterOutputs, trpc } from "../../api.ts";
import { useMay } from "../../shell/user.ts";
import { announce } from "../../ui/announce.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { OutcomePill } from "../../ui/outcome-pill.tsx";
import { Page } from "../../ui/page.tsx";
import { Time } from "../../ui/time.tsx";

type RevisionRow = RouterOutputs["settings"]["revisions"]["rows"][number];

export const RevisionsPage = () => {
  const mayEdit = useMay("edit");
  const [chosen, setChosen] = useState<RevisionRow | null>(null);
  const pages = useInfiniteQuery(
    trpc.settings.revisions.infiniteQueryOptions(
      {},
      { getNextPageParam: ({ nextCursor }) => nextCursor, initialCursor: null },
    ),
  );
  const rows = pages.data?.pages.flatMap((page) => page.rows) ?? [];
  const live = rows[0]?.number;
  const rollback = useMutation({
    mutationFn: (number: number) => api.settings.rollback.mutate({ number }),
    onSuccess: ({ revision }) => {
      announce(`Revision ${revision} is live.`);
      setChosen(null);
      void queryClient.invalidateQueries();
    },
  });
  const columns: readonly Column<RevisionRow>[] = [
    { id: "number", header: "Revision", width: "90px", cell: ({ number }) => number },
    {
      id: "state",
      header: "State",
      width: "100px",
      cell: ({ number }) => (number === live ? <OutcomePill tone="accept">Live</OutcomePill> : ""),
    },
    {
      id: "at",
      header: "Published",
      width: "200px",
      cell: ({ createdAt }) => <Time at={createdAt} />,
    },
    { id: "by", header: "By", width: "140px", cell: ({ author }) => author },
    {
      id: "message",
      header: "What changed",
      width: "minmax(200px, 4fr)",
      cell: ({ message }) => message,
    },
    {
      id: "act",
      header: <span className="visually-hidden">Actions</span>,
      width: "150px",
      cell: (row) =>
        mayEdit && row.number !== live ? (
          <Button size="compact-xs" variant="default" onClick={() => setChosen(row)}>
            Go back to this
          </Button>
        ) : null,
    },
  ];
  return (
    <Page
      title="Revisions"
      description="Each time something was published. A message is always shown on the revision that judged it."
      fill
    >
      <ErrorAlert error={pages.error} />
      <DataTable
        label="Revisions"
        columns={columns}
        rows={rows}
        rowKey={({ number }) => String(number)}
        loading={pages.isPending}
        hasMore={pages.hasNextPage}
        loadingMore={pages.isFetchingNextPage}
        onMore={() => void pages.fetchNextPage()}
      />
      <ConfirmDialog
        opened={chosen !== null}
        onClose={() => setChosen(null)}
        title={`Go back to revision ${chosen?.number ?? ""}?`}
        action="Publish it again"
        dangerous={false}
        pending={rollback.isPending}
        error={rollback.error}
        onConfirm={() => chosen !== null && rollback.mutate(chosen.number)}
      >
        <Text size="sm">
          Its content becomes a new revision and is live at once. The draft follows: changes that
          are not published are lost.
        </Text>
      </ConfirmDialog>
    </Page>
  );
};
