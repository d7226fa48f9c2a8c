/**
 * Mail that waits: grouped by next hop above, each entry with its reason below.
 * What is done to entries runs as a job on the server and can be watched.
 */
import {
  Button,
  Group,
  Menu,
  SegmentedControl,
  Stack,
  Table,
  Text,
  TextInput,
} from "@mantine/core";
import { IconChevronDown } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, queryClient, type RouterInputs, type RouterOutputs, trpc } from "../../api.ts";
import { useMay } from "../../shell/user.ts";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { LinkAnchor } from "../../ui/links.tsx";
import { Mono } from "../../ui/mono.tsx";
import { Page } from "../../ui/page.tsx";
import { byteSize } from "../../ui/size.ts";
import { Time } from "../../ui/time.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { JobLine } from "./job-line.tsx";

type QueueRow = RouterOutputs["queue"]["list"]["rows"][number];
type QueueName = QueueRow["queue"];
type Action = "retry" | "hold" | "release" | "remove" | "bounce";
type Filter = NonNullable<RouterInputs["queue"]["list"]["filter"]>;

const names: Readonly<Record<QueueName, string>> = {
  outgoing: "Outgoing",
  incoming: "Incoming",
  hold: "On hold",
};

const actionWords: Readonly<Record<Action, { title: string; effect: string; dangerous: boolean }>> =
  {
    retry: { title: "Deliver now", effect: "They are tried at once.", dangerous: false },
    hold: { title: "Hold", effect: "They wait until somebody releases them.", dangerous: false },
    release: { title: "Release from hold", effect: "They are tried at once.", dangerous: false },
    bounce: {
      title: "Return to the sender",
      effect: "Each sender gets a notice, and the mail is gone.",
      dangerous: true,
    },
    remove: {
      title: "Delete from the queue",
      effect: "The mail is gone, and no sender hears of it.",
      dangerous: true,
    },
  };

const offered: Readonly<Record<QueueName, readonly Action[]>> = {
  outgoing: ["retry", "hold", "bounce", "remove"],
  hold: ["release", "bounce", "remove"],
  incoming: ["remove"],
};

const columns: readonly Column<QueueRow>[] = [
  {
    id: "recipient",
    header: "Recipient",
    width: "minmax(160px, 1.4fr)",
    cell: ({ recipient, messageId }) => (
      <LinkAnchor to="/mail/m/$id" params={{ id: messageId }} search={{}} size="sm" tabIndex={-1}>
        <Mono>{visibleText(recipient)}</Mono>
      </LinkAnchor>
    ),
  },
  {
    id: "sender",
    header: "Sender",
    width: "minmax(130px, 1fr)",
    cell: ({ sender }) => <Mono>{sender === "" ? "<>" : visibleText(sender)}</Mono>,
  },
  {
    id: "reason",
    header: "Reason",
    width: "minmax(200px, 2.4fr)",
    cell: ({ lastReply, attempts, active }) => (
      <span title={visibleText(lastReply ?? "")}>
        {active
          ? "Being delivered now"
          : lastReply === null
            ? attempts === 0
              ? "Not tried yet"
              : ""
            : visibleText(lastReply)}
      </span>
    ),
  },
  {
    id: "attempts",
    header: "Attempts",
    width: "92px",
    align: "end",
    cell: ({ attempts }) => attempts,
  },
  {
    id: "next",
    header: "Next attempt",
    width: "120px",
    cell: ({ nextAttemptAt, queue }) =>
      queue === "hold" ? "none" : <Time at={nextAttemptAt} form="relative" />,
  },
  {
    id: "age",
    header: "Received",
    width: "110px",
    cell: ({ receivedAt }) => <Time at={receivedAt} form="relative" />,
  },
  {
    id: "hop",
    header: "Next hop",
    width: "minmax(110px, 1fr)",
    cell: ({ nextHop }) => <Mono>{nextHop}</Mono>,
  },
  { id: "size", header: "Size", width: "76px", align: "end", cell: ({ size }) => byteSize(size) },
];

export const QueuePage = () => {
  const params = useParams({ from: "/shell/mail/queues/$queue" });
  const { hop, recipient } = useSearch({ from: "/shell/mail/queues/$queue" });
  const queue: QueueName =
    params.queue === "incoming" || params.queue === "hold" ? params.queue : "outgoing";
  const navigate = useNavigate();
  const mayOperate = useMay("operate");
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [asked, setAsked] = useState<{ action: Action; all: boolean } | null>(null);
  const [job, setJob] = useState<string | null>(null);
  const filter: Filter = {
    ...(hop !== undefined && { nextHop: hop }),
    ...(recipient !== undefined && { recipient }),
  };
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
  const run = useMutation({
    mutationFn: ({ action, all }: { action: Action; all: boolean }) =>
      api.queue[action].mutate(all ? { filter: { ...filter, queue } } : { ids: [...selected] }),
    onSuccess: ({ id }) => {
      setAsked(null);
      setSelected(new Set());
      setJob(id);
    },
  });
  const go = (next: { hop?: string | undefined; recipient?: string | undefined }): void => {
    setSelected(new Set());
    void navigate({
      to: "/mail/queues/$queue",
      params: { queue },
      search: {
        ...(next.hop !== undefined && { hop: next.hop }),
        ...(next.recipient !== undefined && next.recipient !== "" && { recipient: next.recipient }),
      },
    });
  };
  const count = asked?.all === true ? estimate : selected.size;

  return (
    <Page
      title="Queues"
      description="Mail we have taken and not yet handed on, with the reason of each delay."
      fill
      actions={
        <SegmentedControl
          aria-label="Queue"
          value={queue}
          data={Object.entries(names).map(([value, label]) => ({ value, label }))}
          onChange={(value) =>
            void navigate({ to: "/mail/queues/$queue", params: { queue: value }, search: {} })
          }
        />
      }
    >
      <NextHops
        queue={queue}
        chosen={hop ?? null}
        onChoose={(next) => go({ hop: next, recipient })}
      />
      <Group align="flex-end" gap="sm">
        <TextInput
          style={{ flex: 1, minWidth: 200 }}
          aria-label="Filter by recipient"
          placeholder="Recipient contains …"
          defaultValue={recipient ?? ""}
          onKeyDown={(event) => {
            if (event.key === "Enter") go({ hop, recipient: event.currentTarget.value.trim() });
          }}
        />
        {mayOperate && (
          <Menu position="bottom-end">
            <Menu.Target>
              <Button
                variant="default"
                rightSection={<IconChevronDown size={14} />}
                disabled={rows.length === 0}
              >
                {selected.size > 0
                  ? `Act on ${selected.size}`
                  : `Act on all ${estimate.toLocaleString()}`}
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
      <ErrorAlert error={pages.error} />
      <DataTable
        label={`${names[queue]} queue`}
        columns={columns}
        rows={rows}
        rowKey={({ queueId }) => queueId}
        {...(mayOperate && { selection: { keys: selected, onChange: setSelected } })}
        loading={pages.isPending}
        hasMore={pages.hasNextPage}
        loadingMore={pages.isFetchingNextPage}
        onMore={() => void pages.fetchNextPage()}
        onOpen={({ messageId }) =>
          void navigate({ to: "/mail/m/$id", params: { id: messageId }, search: {} })
        }
        empty={
          pages.isSuccess &&
          (hop === undefined && recipient === undefined ? (
            <EmptyState title="Nothing waits">
              {queue === "outgoing"
                ? "Mail that could not be handed on at once waits here, with the next hop's answer."
                : queue === "incoming"
                  ? "Mail of listeners without direct processing waits here for its content flow."
                  : "Mail that somebody put on hold waits here."}
            </EmptyState>
          ) : (
            <EmptyState
              title="Nothing matches"
              action={
                <Button variant="default" onClick={() => go({})}>
                  Show the whole queue
                </Button>
              }
            />
          ))
        }
      />
      {asked !== null && (
        <ConfirmDialog
          opened
          onClose={() => setAsked(null)}
          title={`${actionWords[asked.action].title}?`}
          action={`${actionWords[asked.action].title} (${count.toLocaleString()})`}
          dangerous={actionWords[asked.action].dangerous}
          pending={run.isPending}
          error={run.error}
          onConfirm={() => run.mutate(asked)}
        >
          <Text size="sm">
            {`${count.toLocaleString()} ${count === 1 ? "entry" : "entries"}. ${actionWords[asked.action].effect} Entries that are being delivered at this moment are left alone.`}
          </Text>
        </ConfirmDialog>
      )}
    </Page>
  );
};

const NextHops = ({
  queue,
  chosen,
  onChoose,
}: {
  readonly queue: QueueName;
  readonly chosen: string | null;
  readonly onChoose: (hop: string | undefined) => void;
}) => {
  const summary = useQuery({ ...trpc.queue.summary.queryOptions(), refetchInterval: 10_000 });
  const hops = summary.data?.nextHops.filter((hop) => hop.queue === queue) ?? [];
  if (hops.length === 0) return null;
  return (
    <Stack gap={4}>
      <Table.ScrollContainer minWidth={560} mah={220}>
        <Table aria-label="By next hop" verticalSpacing={4}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">Next hop</Table.Th>
              <Table.Th scope="col" ta="end">
                Entries
              </Table.Th>
              <Table.Th scope="col">Oldest</Table.Th>
              <Table.Th scope="col">Next attempt</Table.Th>
              <Table.Th scope="col">Last answer</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {hops.map(({ nextHop, count, oldest, nextAttempt, lastReply, paused }) => (
              <Table.Tr
                key={nextHop}
                {...(chosen === nextHop && { bg: "var(--mantine-color-default-hover)" })}
              >
                <Table.Td>
                  <Button
                    size="compact-xs"
                    variant="subtle"
                    aria-pressed={chosen === nextHop}
                    onClick={() => onChoose(chosen === nextHop ? undefined : nextHop)}
                  >
                    <Mono>{nextHop === "" ? "not decided" : nextHop}</Mono>
                  </Button>
                  {paused && " paused"}
                </Table.Td>
                <Table.Td ta="end">{count.toLocaleString()}</Table.Td>
                <Table.Td>
                  <Time at={oldest} form="relative" />
                </Table.Td>
                <Table.Td>
                  {nextAttempt === null ? "" : <Time at={nextAttempt} form="relative" />}
                </Table.Td>
                <Table.Td style={{ overflowWrap: "anywhere" }}>
                  {visibleText(lastReply ?? "")}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Stack>
  );
};
