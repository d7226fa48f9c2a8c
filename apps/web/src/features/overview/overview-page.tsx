/** The first page: what mail does now, what waits, what needs somebody. Each number leads to its list. */
import {
  Alert,
  Card,
  Group,
  SegmentedControl,
  SimpleGrid,
  Stack,
  Text,
  Title,
} from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { z } from "zod";
import { type ObjectKind, type RouterOutputs, trpc } from "../../api.ts";
import { objectLink } from "../../shell/object-links.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { HrefAnchor, LinkAnchor } from "../../ui/links.tsx";
import { Loading } from "../../ui/loading.tsx";
import { type MailOutcome, MailOutcomePill, mailOutcomes } from "../../ui/mail-outcome.tsx";
import { Page } from "../../ui/page.tsx";
import { SeverityIcon } from "../../ui/severity.tsx";
import { relativeTime, Time } from "../../ui/time.tsx";
import { GettingStarted } from "./getting-started.tsx";
import { Traffic } from "./traffic.tsx";

type Numbers = RouterOutputs["overview"]["numbers"];
type Span = "1h" | "24h" | "7d";

const spans: readonly { value: Span; label: string }[] = [
  { value: "1h", label: "1 hour" },
  { value: "24h", label: "24 hours" },
  { value: "7d", label: "7 days" },
];

export const OverviewPage = () => {
  const { span = "24h" } = useSearch({ from: "/shell/" });
  const navigate = useNavigate();
  const query = useQuery({
    ...trpc.overview.numbers.queryOptions({ span }),
    refetchInterval: 10_000,
  });
  return (
    <Page
      title="Overview"
      actions={
        <SegmentedControl
          aria-label="Span of time"
          data={[...spans]}
          value={span}
          onChange={(value) => void navigate({ to: "/", search: { span: value as Span } })} // one of the three
        />
      }
    >
      <ErrorAlert error={query.error} />
      {query.data === undefined ? (
        query.isPending && <Loading />
      ) : (
        <Content data={query.data} span={span} />
      )}
    </Page>
  );
};

/** The gateway names exact times; a person reads "2 days ago". */
const withoutIsoTimes = (text: string): string =>
  text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (time) => relativeTime(new Date(time), new Date()));

const Panel = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <Card withBorder padding="md" component="section" aria-label={title}>
    <Title order={2} mb="sm">
      {title}
    </Title>
    {children}
  </Card>
);

/** "No such user in SPF and Recipient"; a block that the draft does not have any more keeps its id. */
const useBlockTitles = (): ((flow: string, node: string) => string) => {
  const { data } = useQuery(trpc.settings.list.queryOptions({ kind: "flow" }));
  return (flow, node) => {
    const parsed = Titles.safeParse(data?.find(({ id }) => id === flow)?.body).data;
    return `${parsed?.nodes[node]?.title ?? node} in ${parsed?.title ?? flow}`;
  };
};

/** What is read of a flow here; the rest, with all the blocks, is the editor's. */
const Titles = z.object({
  title: z.string(),
  nodes: z.record(z.string(), z.object({ title: z.string().optional() })),
});

const Content = ({ data, span }: { readonly data: Numbers; readonly span: Span }) => {
  const { numbers, queue, held, attention } = data;
  const titleOf = useBlockTitles();
  const outcomes = (Object.keys(mailOutcomes) as MailOutcome[]).filter(
    (outcome) => (numbers.outcomes[outcome] ?? 0) > 0,
  );
  const total = outcomes.reduce((sum, outcome) => sum + (numbers.outcomes[outcome] ?? 0), 0);
  const queueNames = {
    incoming: "Waiting to be scanned",
    outgoing: "Waiting for delivery",
    hold: "On hold",
  };
  return (
    <Stack gap="md">
      <GettingStarted revision={data.revision} changes={data.unpublishedChanges} mail={total} />
      {attention.map(({ kind, text, object }) => (
        <Alert
          key={`${kind} ${text}`}
          variant="default"
          icon={<SeverityIcon severity="warning" />}
          title={withoutIsoTimes(text)}
        >
          {object === null && kind === "queue-old" && (
            <HrefAnchor href="/mail/queues">Open the queues</HrefAnchor>
          )}
          {object !== null && (
            <HrefAnchor href={objectLink(object.kind as ObjectKind, { id: object.id }) ?? "/"}>
              {`Open ${object.id}`}
            </HrefAnchor>
          )}
        </Alert>
      ))}
      <Panel title="Mail by outcome">
        {total === 0 ? (
          <EmptyState title="No mail in this span">
            Its outcomes appear here, over time, each with the way to its list.
          </EmptyState>
        ) : (
          <Stack gap="sm">
            <Traffic steps={numbers.steps} span={span} />
            <Group gap="lg">
              {outcomes.map((outcome) => (
                <Group key={outcome} gap={6}>
                  <MailOutcomePill outcome={outcome} />
                  <LinkAnchor
                    to="/mail/history"
                    search={{ q: `outcome:${outcome} after:${span}` }}
                    fw={600}
                  >
                    {(numbers.outcomes[outcome] ?? 0).toLocaleString()}
                  </LinkAnchor>
                </Group>
              ))}
            </Group>
          </Stack>
        )}
      </Panel>
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Panel title="Queues">
          <Stack gap={6}>
            {queue.map(({ queue: name, count, oldest }) => (
              <Group key={name} justify="space-between" wrap="nowrap">
                <HrefAnchor href={`/mail/queues/${name}`}>{queueNames[name]}</HrefAnchor>
                <Text size="sm">
                  <strong>{count.toLocaleString()}</strong>
                  {oldest !== null && (
                    <>
                      {", oldest "}
                      <Time at={oldest} form="relative" />
                    </>
                  )}
                </Text>
              </Group>
            ))}
            <Group justify="space-between">
              <HrefAnchor href="/mail/quarantine">In quarantine</HrefAnchor>
              <Text size="sm" fw={600}>
                {held.toLocaleString()}
              </Text>
            </Group>
          </Stack>
        </Panel>
        <Panel title="What decided">
          {numbers.decidedBy.length === 0 ? (
            <Text c="dimmed" size="sm">
              Blocks that refused, held or deleted mail appear here.
            </Text>
          ) : (
            <Stack gap={6}>
              {numbers.decidedBy.map(({ flow, node, outcome, count }) => (
                <Group key={`${flow} ${node} ${outcome}`} justify="space-between" wrap="nowrap">
                  <Group gap="xs" wrap="nowrap">
                    <MailOutcomePill outcome={outcome} />
                    <LinkAnchor
                      to="/flows/$flow"
                      params={{ flow }}
                      search={{ node }}
                      title={`${flow} › ${node}`}
                    >
                      {titleOf(flow, node)}
                    </LinkAnchor>
                  </Group>
                  <LinkAnchor
                    to="/mail/history"
                    search={{ q: `flow:${flow} block:${node} outcome:${outcome} after:${span}` }}
                    fw={600}
                  >
                    {count.toLocaleString()}
                  </LinkAnchor>
                </Group>
              ))}
            </Stack>
          )}
        </Panel>
      </SimpleGrid>
    </Stack>
  );
};
