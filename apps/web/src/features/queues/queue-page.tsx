/**
 * Mail that waits: in groups above, each entry with its reason below. What is done
 * to entries runs as a job on the server and can be watched, also by who comes later.
 */
import { Button, Group, Menu, SegmentedControl, TextInput } from "@mantine/core";
import { IconChevronDown, IconDownload } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { api, queryClient, type RouterInputs, trpc } from "../../api.ts";
import { useMay } from "../../shell/user.ts";
import { DataTable } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { Page } from "../../ui/page.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { SavedViews } from "../saved-views/saved-views.tsx";
import { ActionDialog } from "./action-dialog.tsx";
import { JobLine } from "./job-line.tsx";
import { PauseEverything, Pauses } from "./pauses.tsx";
import { type QueueName, queueColumns } from "./queue-columns.tsx";
import { QueueGroups } from "./queue-groups.tsx";
import { type Action, actionWords, offered, queueNames } from "./queue-words.ts";

type Filter = NonNullable<RouterInputs["queue"]["list"]["filter"]>;

const emptyWords: Readonly<Record<QueueName, string>> = {
  outgoing: "Mail that could not be handed on at once waits here, with the next hop's answer.",
  incoming: "Mail of listeners without direct processing waits here for its content flow.",
  hold: "Mail that somebody put on hold waits here.",
};

export const QueuePage = () => {
  const params = useParams({ from: "/shell/mail/queues/$queue" });
  const search = useSearch({ from: "/shell/mail/queues/$queue" });
  const queue: QueueName =
    params.queue === "incoming" || params.queue === "hold" ? params.queue : "outgoing";
  const navigate = useNavigate();
  const mayOperate = useMay("operate");
  const mayRead = useMay("read-content");
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [asked, setAsked] = useState<{ action: Action; all: boolean } | null>(null);
  const [job, setJob] = useState<string | null>(null);
  const filter: Filter = {
    ...(search.hop !== undefined && { nextHop: search.hop }),
    ...(search.reply !== undefined && { reply: search.reply }),
    ...(search.text !== undefined && { text: search.text }),
    ...(search.recipient !== undefined && { recipient: search.recipient }),
    ...(search.sender !== undefined && { sender: search.sender }),
    ...(search.message !== undefined && { messageId: search.message }),
  };
  const narrowed = [
    search.hop === undefined ? null : `next hop ${search.hop === "" ? "not decided" : search.hop}`,
    search.reply === undefined ? null : `last answer “${visibleText(search.reply)}”`,
    search.text === undefined ? null : `containing “${search.text}”`,
    search.recipient === undefined ? null : `recipient ${search.recipient}`,
    search.sender === undefined ? null : `sender ${search.sender}`,
    search.message === undefined ? null : `message ${search.message}`,
  ].filter((words) => words !== null);
  const isFiltered = Object.keys(filter).length > 0;
  const pages = useInfiniteQuery({
    ...trpc.queue.list.infiniteQueryOptions(
      { queue, filter },
      { getNextPageParam: ({ nextCursor }) => nextCursor, initialCursor: null },
    ),
    refetchInterval: 10_000,
  });
  const rows = pages.data?.pages.flatMap((page) => page.rows) ?? [];
  const estimate = pages.data?.pages[0]?.estimate ?? 0;
  const refresh = (): void => {
    void queryClient.invalidateQueries({ queryKey: trpc.queue.pathKey() });
  };
  const jobs = useQuery(trpc.queue.jobs.queryOptions());
  const running = jobs.data?.find(({ state }) => state === "running")?.id;
  useEffect(() => {
    if (running !== undefined) setJob((shown) => shown ?? running);
  }, [running]);
  const download = useMutation({
    mutationFn: (queueId: string) => api.queue.download.mutate({ queueId }),
    onSuccess: ({ path }) => window.location.assign(path),
  });
  const go = (next: Partial<Record<"hop" | "reply" | "text", string>>): void => {
    setSelected(new Set());
    void navigate({ to: "/mail/queues/$queue", params: { queue }, search: next });
  };
  const [only] = selected;
  const shown = estimate >= 100_000 ? "100,000 or more" : estimate.toLocaleString();

  return (
    <Page
      title="Queues"
      description="Mail we have taken and not yet handed on, with the reason of each delay."
      fill
      actions={
        <>
          <PauseEverything onDone={refresh} />
          <SegmentedControl
            aria-label="Queue"
            value={queue}
            data={Object.entries(queueNames).map(([value, label]) => ({ value, label }))}
            onChange={(value) =>
              void navigate({ to: "/mail/queues/$queue", params: { queue: value }, search: {} })
            }
          />
        </>
      }
    >
      <Pauses onDone={refresh} />
      <QueueGroups
        key={queue}
        queue={queue}
        chosen={search}
        onChoose={({ hop, reply }) =>
          go({
            ...(hop !== undefined && { hop }),
            ...(reply !== undefined && { reply }),
            ...(search.text !== undefined && { text: search.text }),
          })
        }
        onDone={refresh}
      />
      <Group align="flex-end" gap="sm">
        <TextInput
          key={`${queue} ${search.text ?? search.message ?? ""}`}
          style={{ flex: 1, minWidth: 200 }}
          aria-label="Search"
          placeholder="Address, subject, next hop or answer contains …"
          defaultValue={search.text ?? search.recipient ?? search.sender ?? search.message ?? ""}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            const text = event.currentTarget.value.trim();
            go({
              ...(search.hop !== undefined && { hop: search.hop }),
              ...(search.reply !== undefined && { reply: search.reply }),
              ...(text !== "" && { text }),
            });
          }}
        />
        <SavedViews page="queues" isFiltered={isFiltered} />
        {mayRead && selected.size === 1 && only !== undefined && (
          <Button
            variant="default"
            leftSection={<IconDownload size={16} />}
            loading={download.isPending}
            onClick={() => download.mutate(only)}
          >
            Download
          </Button>
        )}
        {mayOperate && (
          <Menu position="bottom-end">
            <Menu.Target>
              <Button
                variant="default"
                rightSection={<IconChevronDown size={14} />}
                disabled={rows.length === 0}
              >
                {selected.size > 0 ? `Act on ${selected.size}` : `Act on all ${shown}`}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {offered[queue].map((action) => (
                <Menu.Item
                  key={action}
                  onClick={() => setAsked({ action, all: selected.size === 0 })}
                >
                  {actionWords[action].title}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        )}
      </Group>
      {job !== null && <JobLine id={job} onDone={refresh} onClose={() => setJob(null)} />}
      <ErrorAlert error={pages.error ?? download.error} />
      <DataTable
        label={`${queueNames[queue]} queue`}
        columns={queueColumns}
        rows={rows}
        rowKey={({ queueId }) => queueId}
        selection={{ keys: selected, onChange: setSelected }}
        loading={pages.isPending}
        hasMore={pages.hasNextPage}
        loadingMore={pages.isFetchingNextPage}
        onMore={() => void pages.fetchNextPage()}
        onOpen={({ messageId }) =>
          void navigate({ to: "/mail/m/$id", params: { id: messageId }, search: {} })
        }
        empty={
          pages.isSuccess &&
          (isFiltered ? (
            <EmptyState
              title="Nothing matches"
              action={
                <Button variant="default" onClick={() => go({})}>
                  Show the whole queue
                </Button>
              }
            />
          ) : (
            <EmptyState title="Nothing waits">{emptyWords[queue]}</EmptyState>
          ))
        }
      />
      {asked !== null && (
        <ActionDialog
          action={asked.action}
          which={asked.all ? { filter: { ...filter, queue } } : { ids: [...selected] }}
          matching={
            asked.all
              ? narrowed.length > 0
                ? narrowed.join(", ")
                : `everything in the queue “${queueNames[queue]}”`
              : null
          }
          count={asked.all ? estimate : selected.size}
          onClose={() => setAsked(null)}
          onBegun={(id) => {
            setAsked(null);
            setSelected(new Set());
            setJob(id);
          }}
        />
      )}
    </Page>
  );
};
