/** Held mail: the reason of each, a look at it as text, release and delete. */
import { Button, Group, Select, Text, TextInput } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, queryClient, type RouterOutputs, trpc } from "../../api.ts";
import { useMay } from "../../shell/user.ts";
import { announce } from "../../ui/announce.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { Mono } from "../../ui/mono.tsx";
import { OutcomePill } from "../../ui/outcome-pill.tsx";
import { Page } from "../../ui/page.tsx";
import { byteSize } from "../../ui/size.ts";
import { Time } from "../../ui/time.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { JobLine } from "../queues/job-line.tsx";
import { HeldMessage } from "./held-message.tsx";

export type HeldRow = RouterOutputs["quarantine"]["list"]["rows"][number];

const columns: readonly Column<HeldRow>[] = [
  {
    id: "at",
    header: "Time",
    width: "158px",
    cell: ({ receivedAt }) => <Time at={receivedAt} form="short" />,
  },
  {
    id: "state",
    header: "State",
    width: "112px",
    cell: ({ releasedAt }) =>
      releasedAt === null ? (
        <OutcomePill tone="quarantine">Held</OutcomePill>
      ) : (
        <OutcomePill tone="accept">Released</OutcomePill>
      ),
  },
  {
    id: "sender",
    header: "Sender",
    width: "minmax(140px, 1.6fr)",
    cell: ({ sender }) => <Mono>{sender === "" ? "<>" : visibleText(sender)}</Mono>,
  },
  {
    id: "recipient",
    header: "Recipient",
    width: "minmax(140px, 1.2fr)",
    cell: ({ recipient }) => <Mono>{visibleText(recipient)}</Mono>,
  },
  {
    id: "subject",
    header: "Subject",
    width: "minmax(140px, 1.4fr)",
    cell: ({ subject }) => <bdi>{visibleText(subject)}</bdi>,
  },
  {
    id: "reason",
    header: "Reason",
    width: "minmax(140px, 1.4fr)",
    cell: ({ reason }) => visibleText(reason),
  },
  {
    id: "expires",
    header: "Kept until",
    width: "110px",
    cell: ({ expiresAt }) => <Time at={expiresAt} form="relative" />,
  },
  { id: "size", header: "Size", width: "76px", align: "end", cell: ({ size }) => byteSize(size) },
];

export const QuarantinePage = () => {
  const { folder, q = "" } = useSearch({ from: "/shell/mail/quarantine" });
  const navigate = useNavigate();
  const mayOperate = useMay("operate");
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [open, setOpen] = useState<HeldRow | null>(null);
  const [removing, setRemoving] = useState(false);
  const [releasing, setReleasing] = useState(false);
  /** Acts on what matches, not only on the rows that are ticked. */
  const [whole, setWhole] = useState(false);
  const [job, setJob] = useState<string | null>(null);
  const folders = useQuery(trpc.settings.list.queryOptions({ kind: "quarantine" }));
  const pages = useInfiniteQuery({
    ...trpc.quarantine.list.infiniteQueryOptions(
      { quarantine: folder ?? null, search: q },
      { getNextPageParam: ({ nextCursor }) => nextCursor, initialCursor: null },
    ),
    refetchInterval: 15_000,
  });
  const rows = pages.data?.pages.flatMap((page) => page.rows) ?? [];
  const after =
    (words: string) =>
    (result: { done: number; skipped: number }): void => {
      announce(`${result.done} ${words}.`);
      setSelected(new Set());
      setRemoving(false);
      setOpen(null);
      void queryClient.invalidateQueries({ queryKey: trpc.quarantine.pathKey() });
    };
  const release = useMutation({
    mutationFn: () => api.quarantine.release.mutate({ ids: [...selected] }),
    onSuccess: after("released"),
  });
  const releaseOne = useMutation({
    mutationFn: (id: string) => api.quarantine.release.mutate({ ids: [id] }),
    onSuccess: after("released"),
  });
  const remove = useMutation({
    mutationFn: () => api.quarantine.remove.mutate({ ids: [...selected] }),
    onSuccess: after("deleted"),
  });
  const matching = useMutation({
    mutationFn: (action: "releaseMatching" | "removeMatching") =>
      api.quarantine[action].mutate({ quarantine: folder ?? null, search: q, undoSeconds: 10 }),
    onSuccess: ({ id }) => {
      setJob(id);
      setSelected(new Set());
      setWhole(false);
      setRemoving(false);
      setReleasing(false);
      setOpen(null);
    },
  });
  const select = (keys: ReadonlySet<string>): void => {
    setWhole(false);
    setSelected(keys);
  };
  const isAllTicked = rows.length > 0 && rows.every(({ id }) => selected.has(id));
  const what = whole ? "everything that matches" : String(selected.size);
  const go = (next: { folder?: string | undefined; q?: string }): void => {
    select(new Set());
    const text = next.q ?? q;
    const chosen = "folder" in next ? next.folder : folder;
    void navigate({
      to: "/mail/quarantine",
      search: { ...(chosen !== undefined && { folder: chosen }), ...(text !== "" && { q: text }) },
    });
  };
  return (
    <Page title="Quarantine" description="Mail that a flow held back, with its reason." fill>
      <Group align="flex-end" gap="sm">
        <TextInput
          style={{ flex: 1, minWidth: 200 }}
          aria-label="Search held mail"
          placeholder="Sender, recipient, subject or reason"
          defaultValue={q}
          onKeyDown={(event) => {
            if (event.key === "Enter") go({ q: event.currentTarget.value.trim() });
          }}
        />
        <Select
          aria-label="Folder"
          placeholder="All folders"
          clearable
          w={180}
          data={folders.data?.map(({ id }) => id) ?? []}
          value={folder ?? null}
          onChange={(value) => go({ folder: value ?? undefined })}
        />
        {mayOperate && (
          <>
            <Button
              disabled={selected.size === 0}
              loading={release.isPending}
              onClick={() => (whole ? setReleasing(true) : release.mutate())}
            >
              {selected.size > 0 ? `Release ${what}` : "Release"}
            </Button>
            <Button
              variant="default"
              disabled={selected.size === 0}
              onClick={() => setRemoving(true)}
            >
              Delete
            </Button>
          </>
        )}
      </Group>
      <ErrorAlert error={pages.error ?? release.error ?? releaseOne.error} />
      {job !== null && (
        <JobLine
          id={job}
          onDone={() => void queryClient.invalidateQueries({ queryKey: trpc.quarantine.pathKey() })}
          onClose={() => setJob(null)}
        />
      )}
      {mayOperate && isAllTicked && (pages.hasNextPage || whole) && (
        <Group gap="xs">
          <Text size="sm">
            {whole
              ? "Everything that matches is selected."
              : `${selected.size} loaded rows are selected.`}
          </Text>
          <Button
            size="compact-sm"
            variant="subtle"
            onClick={() => (whole ? select(new Set()) : setWhole(true))}
          >
            {whole ? "Clear" : "Select everything that matches"}
          </Button>
        </Group>
      )}
      <DataTable
        label="Held mail"
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        {...(mayOperate && { selection: { keys: selected, onChange: select } })}
        loading={pages.isPending}
        hasMore={pages.hasNextPage}
        loadingMore={pages.isFetchingNextPage}
        onMore={() => void pages.fetchNextPage()}
        openKey={open?.id ?? null}
        onOpen={setOpen}
        empty={
          pages.isSuccess &&
          (q === "" && folder === undefined ? (
            <EmptyState title="Nothing held">
              Messages held by a Quarantine ending appear here.
            </EmptyState>
          ) : (
            <EmptyState
              title="Nothing matches"
              action={
                <Button variant="default" onClick={() => go({ folder: undefined, q: "" })}>
                  Show everything
                </Button>
              }
            />
          ))
        }
      />
      {open !== null && (
        <HeldMessage
          key={open.id}
          row={open}
          onClose={() => setOpen(null)}
          {...(mayOperate && {
            onRelease: () => releaseOne.mutate(open.id),
            onRemove: () => {
              select(new Set([open.id]));
              setRemoving(true);
            },
          })}
          pending={releaseOne.isPending}
        />
      )}
      <ConfirmDialog
        opened={releasing}
        onClose={() => setReleasing(false)}
        title="Release everything that matches?"
        action="Release all"
        dangerous={false}
        pending={matching.isPending}
        error={matching.error}
        onConfirm={() => matching.mutate("releaseMatching")}
      >
        <Text size="sm">
          It is delivered past the flow that held it, also what is not loaded here. Mail that was
          delivered cannot be called back.
        </Text>
      </ConfirmDialog>
      <ConfirmDialog
        opened={removing}
        onClose={() => setRemoving(false)}
        title="Delete held mail?"
        action={whole ? "Delete all" : `Delete ${selected.size}`}
        pending={remove.isPending || matching.isPending}
        error={remove.error ?? matching.error}
        onConfirm={() => (whole ? matching.mutate("removeMatching") : remove.mutate())}
      >
        <Text size="sm">
          {whole
            ? "Everything that matches is gone for good, also what is not loaded here."
            : `${selected.size} ${selected.size === 1 ? "message is" : "messages are"} gone for good.`}
        </Text>
      </ConfirmDialog>
    </Page>
  );
};
