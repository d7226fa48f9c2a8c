/** Who changed what, newest first. Nobody can change a line of it. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { type RouterOutputs, trpc } from "../../api.ts";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { Mono } from "../../ui/mono.tsx";
import { Page } from "../../ui/page.tsx";
import { Time } from "../../ui/time.tsx";

type AuditRow = RouterOutputs["system"]["audit"]["rows"][number];

const shown = (value: unknown): string =>
  value === null || value === undefined ? "" : JSON.stringify(value);

const columns: readonly Column<AuditRow>[] = [
  { id: "at", header: "Time", width: "200px", cell: ({ at }) => <Time at={at} /> },
  { id: "actor", header: "Who", width: "130px", cell: ({ actor }) => actor },
  { id: "address", header: "From", width: "120px", cell: ({ address }) => <Mono>{address}</Mono> },
  { id: "action", header: "Action", width: "160px", cell: ({ action }) => action },
  {
    id: "object",
    header: "Object",
    width: "minmax(140px, 1fr)",
    cell: ({ object }) => <Mono>{object}</Mono>,
  },
  {
    id: "after",
    header: "To",
    width: "minmax(180px, 3fr)",
    cell: ({ after }) => (
      <span title={shown(after)}>
        <Mono>{shown(after).slice(0, 300)}</Mono>
      </span>
    ),
  },
];

export const AuditPage = () => {
  const pages = useInfiniteQuery(
    trpc.system.audit.infiniteQueryOptions(
      {},
      { getNextPageParam: ({ nextCursor }) => nextCursor, initialCursor: null },
    ),
  );
  const rows = pages.data?.pages.flatMap((page) => page.rows) ?? [];
  return (
    <Page
      title="Audit"
      description="Every change, release, deletion and sign-in, with who did it and from where."
      fill
    >
      <ErrorAlert error={pages.error} />
      <DataTable
        label="Audit trail"
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        loading={pages.isPending}
        hasMore={pages.hasNextPage}
        loadingMore={pages.isFetchingNextPage}
        onMore={() => void pages.fetchNextPage()}
        empty={
          pages.isSuccess && (
            <EmptyState title="Nothing yet">What people change appears here.</EmptyState>
          )
        }
      />
    </Page>
  );
};
