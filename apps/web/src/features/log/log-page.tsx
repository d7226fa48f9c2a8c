/** The log: by text, by message or queue id, by pattern; it says how it read the box. */
import { Badge, Button, Group, Select, Switch, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { type RouterOutputs, readError, trpc } from "../../api.ts";
import { type Column, DataTable } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { LinkAnchor } from "../../ui/links.tsx";
import { Mono } from "../../ui/mono.tsx";
import { Page } from "../../ui/page.tsx";
import { Time } from "../../ui/time.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { LogLine } from "./log-line.tsx";

export type LogRow = RouterOutputs["log"]["search"]["rows"][number];
type Level = "debug" | "info" | "warn" | "error";

const columns: readonly Column<LogRow>[] = [
  { id: "at", header: "Time", width: "158px", cell: ({ at }) => <Time at={at} form="short" /> },
  { id: "level", header: "Level", width: "70px", cell: ({ level }) => level },
  { id: "component", header: "Part", width: "100px", cell: ({ component }) => component },
  {
    id: "text",
    header: "Line",
    width: "minmax(240px, 5fr)",
    cell: ({ text }) => (
      <span title={visibleText(text)}>
        <Mono>{visibleText(text)}</Mono>
      </span>
    ),
  },
  {
    id: "message",
    header: "Message",
    width: "110px",
    cell: ({ messageId }) =>
      messageId === null ? (
        ""
      ) : (
        <LinkAnchor to="/mail/m/$id" params={{ id: messageId }} search={{}} size="sm">
          {`…${messageId.slice(-8)}`}
        </LinkAnchor>
      ),
  },
];

export const LogPage = () => {
  const { q = "", level } = useSearch({ from: "/shell/logs" });
  const navigate = useNavigate();
  const [live, setLive] = useState(true);
  const [open, setOpen] = useState<LogRow | null>(null);
  const [text, setText] = useState(q);
  useEffect(() => setText(q), [q]);
  const pages = useInfiniteQuery({
    ...trpc.log.search.infiniteQueryOptions(
      { text: q, level: level ?? null },
      { getNextPageParam: ({ nextCursor }) => nextCursor, initialCursor: null },
    ),
    staleTime: 0,
    refetchInterval: live ? 5000 : false,
  });
  const rows = pages.data?.pages.flatMap((page) => page.rows) ?? [];
  const understoodAs = pages.data?.pages[0]?.understoodAs;
  const problem = pages.error === null ? null : readError(pages.error);
  const go = (next: { q?: string; level?: Level | null }): void => {
    const text = next.q ?? q;
    const chosen = next.level === undefined ? level : (next.level ?? undefined);
    void navigate({
      to: "/logs",
      search: {
        ...(text !== "" && { q: text }),
        ...(chosen !== undefined && { level: chosen }),
      },
    });
  };
  return (
    <Page
      title="Log"
      description="What scripts wrote, and what went wrong; newest first."
      fill
      actions={
        <Switch
          label="Live"
          checked={live}
          onChange={(event) => setLive(event.currentTarget.checked)}
        />
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          go({ q: text.trim() });
        }}
      >
        <Group align="flex-start" gap="sm">
          <TextInput
            style={{ flex: 1, minWidth: 220 }}
            aria-label="Search the log"
            description="Text, a message id, messageid:queueid, a queue id, or /pattern/"
            inputWrapperOrder={["input", "description", "error"]}
            placeholder="Search"
            leftSection={<IconSearch size={16} />}
            value={text}
            error={problem?.code === "INVALID" ? problem.message : null}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Select
            aria-label="Lowest level"
            w={130}
            clearable
            placeholder="All levels"
            data={["debug", "info", "warn", "error"]}
            value={level ?? null}
            onChange={(value) => go({ level: value as Level | null })} // one of the four above
          />
          <Button type="submit" variant="default">
            Search
          </Button>
        </Group>
      </form>
      {q !== "" && understoodAs !== undefined && (
        <Group gap="xs">
          <Badge color="gray">{`Understood as ${understoodAs}`}</Badge>
        </Group>
      )}
      {problem?.code !== "INVALID" && <ErrorAlert error={pages.error} />}
      <DataTable
        label="Log lines"
        columns={columns}
        rows={rows}
        rowKey={({ id }) => id}
        loading={pages.isPending}
        hasMore={pages.hasNextPage}
        loadingMore={pages.isFetchingNextPage}
        onMore={() => void pages.fetchNextPage()}
        openKey={open?.id ?? null}
        onOpen={setOpen}
        empty={
          pages.isSuccess && (
            <EmptyState
              title={q === "" ? "Nothing yet" : "No line matches"}
              action={
                q === "" ? undefined : (
                  <Button variant="default" onClick={() => go({ q: "", level: null })}>
                    Show everything
                  </Button>
                )
              }
            >
              {q === ""
                ? "What scripts write with echo appears here, and what the gateway could not do. What became of each message stands in History."
                : "Take a word out, or choose a lower level."}
            </EmptyState>
          )
        }
      />
      {open !== null && <LogLine key={open.id} row={open} onClose={() => setOpen(null)} />}
    </Page>
  );
};
