/**
 * Every message and every refused session, newest first. The query is in the
 * address; what arrives meanwhile waits behind a button while somebody reads.
 */
import { Button, Group, Switch, Text } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { IconArrowUp } from "@tabler/icons-react";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { api, type RouterOutputs, readError, trpc } from "../../api.ts";
import { onLiveNotice } from "../../shell/live-notices.ts";
import { useMay } from "../../shell/user.ts";
import { announce } from "../../ui/announce.tsx";
import { copyToClipboard } from "../../ui/copy-text.ts";
import { DataTable } from "../../ui/data-table.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { Page } from "../../ui/page.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import { SavedViews } from "../saved-views/saved-views.tsx";
import { cellTerm, rowTerms } from "./cell-terms.ts";
import { ColumnChooser } from "./column-chooser.tsx";
import { Histogram } from "./histogram.tsx";
import { historyColumns } from "./history-columns.tsx";
import { QueryBox } from "./query-box.tsx";

export type HistoryRow = RouterOutputs["history"]["list"]["rows"][number];

const AddToList = lazy(async () => ({
  default: (await import("../sender-lists/add-to-list.tsx")).AddToList,
}));

const mostCounted = 200;

export const HistoryPage = () => {
  const { q: text = "" } = useSearch({ from: "/shell/mail/history" });
  const navigate = useNavigate();
  const client = useQueryClient();
  const mayEdit = useMay("edit");
  const [listed, setListed] = useState<HistoryRow | null>(null);
  const [live, setLive] = useState(true);
  /** Grows with each notice; a notice stands for any number of messages. */
  const [notices, setNotices] = useState(0);
  const [fresh, setFresh] = useState(0);
  const scrolled = useRef(false);
  const [hidden, setHidden] = useLocalStorage<readonly string[]>({
    key: "sluice-history-hidden",
    defaultValue: [],
  });
  const columns = useMemo(() => historyColumns.filter(({ id }) => !hidden.includes(id)), [hidden]);
  const options = trpc.history.list.infiniteQueryOptions(
    { query: text },
    { getNextPageParam: ({ nextCursor }) => nextCursor, initialCursor: null },
  );
  const pages = useInfiniteQuery({ ...options, staleTime: 0 });
  const rows = useMemo(() => pages.data?.pages.flatMap((page) => page.rows) ?? [], [pages.data]);
  const key = JSON.stringify(options.queryKey);

  const refresh = useCallback((): void => {
    setFresh(0);
    setNotices(0);
    // only the first page is asked for again, however far somebody had read
    client.setQueryData(options.queryKey, (old) =>
      old === undefined
        ? undefined
        : { pages: old.pages.slice(0, 1), pageParams: old.pageParams.slice(0, 1) },
    );
    void client.invalidateQueries({ queryKey: options.queryKey });
  }, [client, key]);

  useEffect(
    () =>
      onLiveNotice((notice) => {
        if (notice.type === "history") setNotices((count) => count + 1);
        // nobody told what happened while the connection was gone
        if (notice.type === "connected") refresh();
      }),
    [refresh],
  );
  const shows = live && !scrolled.current;
  useEffect(() => {
    if (notices === 0) return undefined;
    let isOld = false;
    const timer = setTimeout(() => {
      if (live && !scrolled.current) {
        refresh();
        return;
      }
      // somebody reads: says how many there are, and moves nothing
      const loaded = new Set(rows.map(({ messageId }) => messageId));
      api.history.list.query({ query: text, limit: mostCounted }).then(
        (page) => {
          if (!isOld) setFresh(page.rows.filter(({ messageId }) => !loaded.has(messageId)).length);
        },
        () => {}, // the list itself says when nobody answers
      );
    }, 1000);
    return () => {
      isOld = true;
      clearTimeout(timer);
    };
  }, [notices, shows, refresh, live, text, rows]);

  const search = (next: string): void => {
    setFresh(0);
    void navigate({
      to: "/mail/history",
      search: next === "" ? {} : { q: next },
      replace: next === text,
    });
  };
  const problem = pages.error === null ? null : readError(pages.error);
  const isWrongQuery = problem?.code === "INVALID";
  useEffect(() => {
    if (pages.data !== undefined)
      announce(`${rows.length}${pages.hasNextPage ? " or more" : ""} messages.`);
  }, [key, pages.data === undefined]);

  return (
    <Page
      title="History"
      description="What happened to each message and each refused session."
      fill
      actions={
        <>
          <SavedViews page="history" isFiltered={text !== ""} />
          <ColumnChooser hidden={hidden} onChange={setHidden} />
          <Switch
            label="Live"
            checked={live}
            onChange={(event) => setLive(event.currentTarget.checked)}
          />
        </>
      }
    >
      <QueryBox text={text} onSearch={search} error={isWrongQuery ? problem.message : null} />
      <Histogram query={text} onSearch={search} />
      {!isWrongQuery && <ErrorAlert error={pages.error} />}
      {fresh > 0 && !shows && (
        <Group justify="center">
          <Button
            size="compact-sm"
            variant="light"
            leftSection={<IconArrowUp size={14} />}
            onClick={() => {
              document.querySelector(".history-rows .data-table")?.scrollTo({ top: 0 });
              refresh();
            }}
          >
            {fresh >= mostCounted ? `${mostCounted} or more new` : `${fresh} new`}
          </Button>
        </Group>
      )}
      <div
        className="history-rows"
        style={{ display: "contents" }}
        onScrollCapture={(event) => {
          if (event.target instanceof HTMLElement) scrolled.current = event.target.scrollTop > 40;
        }}
      >
        <DataTable
          label="History"
          columns={columns}
          menu={(row, column) => {
            const own = column === null ? rowTerms(row) : [cellTerm(row, column)];
            const lists =
              mayEdit && (column === null || column === "sender" || column === "client");
            const terms = own.flatMap((each) => {
              if (each === null) return [];
              const shown = visibleText(each.words);
              return [
                { words: `Only ${shown}`, run: () => search(joined(text, each.term)) },
                { words: `Without ${shown}`, run: () => search(joined(text, `-${each.term}`)) },
                ...(column === null
                  ? []
                  : [{ words: "Copy", run: () => void copyToClipboard(each.text) }]),
              ];
            });
            return lists
              ? [...terms, { words: "Add to a list", run: () => setListed(row) }]
              : terms;
          }}
          rows={rows}
          rowKey={({ messageId }) => messageId}
          loading={pages.isPending}
          hasMore={pages.hasNextPage}
          loadingMore={pages.isFetchingNextPage}
          onMore={() => void pages.fetchNextPage()}
          onOpen={({ messageId }) =>
            void navigate({ to: "/mail/m/$id", params: { id: messageId }, search: {} })
          }
          empty={
            pages.isSuccess &&
            (text === "" ? (
              <EmptyState title="No mail yet">
                Each message and each refused session appears here when it ends. Send a test message
                to one of your listeners.
              </EmptyState>
            ) : (
              <EmptyState
                title="Nothing matches"
                action={
                  <Button variant="default" onClick={() => search("")}>
                    Show everything
                  </Button>
                }
              >
                <Text span>Take a term out of the query, or a wider span of time.</Text>
              </EmptyState>
            ))
          }
        />
      </div>
      {listed !== null && (
        <Suspense fallback={null}>
          <AddToList
            facts={listed}
            onClose={() => {
              setListed(null);
              // back to the row whose menu it came from
              requestAnimationFrame(() =>
                document
                  .querySelector<HTMLElement>(".history-rows [role=row][tabindex='0']")
                  ?.focus(),
              );
            }}
          />
        </Suspense>
      )}
    </Page>
  );
};

const joined = (query: string, term: string): string =>
  query.includes(term) ? query : `${query} ${term}`.trim();
