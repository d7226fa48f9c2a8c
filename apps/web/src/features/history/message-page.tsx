/** One message: what became of it in a sentence, what happened in order, and the flows it ran through. */
import { Group, Paper, Select, Tabs, Text, Title } from "@mantine/core";
import { FlowKind } from "@sluice/flow-schema";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";
import { trpc } from "../../api.ts";
import { useMay } from "../../shell/user.ts";
import { ErrorAlert } from "../../ui/error-alert.tsx";
import { LinkAnchor } from "../../ui/links.tsx";
import { Loading } from "../../ui/loading.tsx";
import { MailOutcomePill } from "../../ui/mail-outcome.tsx";
import { Mono } from "../../ui/mono.tsx";
import { Page, useDocumentTitle } from "../../ui/page.tsx";
import { Time } from "../../ui/time.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import type { FlowTrace, MessageView } from "../flow-editor/trace/trace-types.ts";
import { TraceView } from "../flow-editor/trace/trace-view.tsx";
import { kindTitle } from "../flows/flow-kinds.ts";
import { EventList } from "./event-list.tsx";
import { isDelivery } from "./event-words.ts";
import { MessageActions } from "./message-actions.tsx";
import { MessageFacts } from "./message-facts.tsx";
import { StoredContent } from "./stored-content.tsx";
import { decidingRun, verdictSentence } from "./verdict-sentence.ts";
import "./message-page.css";

const route = getRouteApi("/shell/mail/m/$id");
const tabs = ["trace", "delivery", "headers", "content", "log"] as const;

export const MessagePage = () => {
  const { id } = route.useParams();
  const { data, error } = useQuery(trpc.history.message.queryOptions({ id }));
  if (error !== null) {
    return (
      <Page title="Message">
        <ErrorAlert error={error} />
      </Page>
    );
  }
  return data === undefined ? <Loading label="Loading the message" /> : <Message view={data} />;
};

const Message = ({ view }: { readonly view: MessageView }) => {
  const { record, events, traces, log } = view;
  const { tab = "trace" } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: flows } = useQuery(trpc.flows.list.queryOptions());
  const mayRead = useMay("read-content");
  useDocumentTitle(`Message ${record.subject}`);
  const titleOf = (flow: string): string => flows?.find(({ id }) => id === flow)?.title ?? flow;
  return (
    <div className="message-page">
      <Group gap="sm" align="center">
        <Title order={1}>Message</Title>
        <MailOutcomePill outcome={record.outcome} />
        <MessageActions record={record} />
      </Group>
      <p className="message-verdict">{visibleText(verdictSentence(view, titleOf))}</p>
      <div className="message-body">
        <div className="message-side">
          <Paper withBorder p="md" bg="var(--surface)">
            <MessageFacts view={view} />
          </Paper>
          <Paper withBorder p="md" bg="var(--surface)">
            <EventList
              events={events}
              label="What happened, in order"
              none="Nothing was written down."
            />
          </Paper>
        </div>
        <Tabs
          value={tab}
          className="message-tabs"
          keepMounted={false}
          onChange={(next) => {
            const value = tabs.find((each) => each === next);
            void navigate({ search: (before) => ({ ...before, tab: value }), replace: true });
          }}
        >
          <Tabs.List>
            <Tabs.Tab value="trace">Trace</Tabs.Tab>
            <Tabs.Tab value="delivery">Delivery</Tabs.Tab>
            {mayRead && <Tabs.Tab value="headers">Headers</Tabs.Tab>}
            {mayRead && <Tabs.Tab value="content">Content</Tabs.Tab>}
            <Tabs.Tab value="log">Log</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="trace" className="message-panel">
            <Traces record={record} traces={traces} titleOf={titleOf} />
          </Tabs.Panel>
          <Tabs.Panel value="delivery" className="message-panel">
            <EventList
              events={events.filter(isDelivery)}
              label="Attempts to hand the message on"
              none="There was no attempt to deliver it."
            />
          </Tabs.Panel>
          <Tabs.Panel value="headers" className="message-panel">
            <StoredContent messageId={record.messageId} part="headers" />
          </Tabs.Panel>
          <Tabs.Panel value="content" className="message-panel">
            <StoredContent messageId={record.messageId} part="content" />
          </Tabs.Panel>
          <Tabs.Panel value="log" className="message-panel">
            <LogLines log={log} />
            <LinkAnchor to="/logs" search={{ q: record.messageId }} size="sm">
              This message in the log
            </LinkAnchor>
          </Tabs.Panel>
        </Tabs>
      </div>
    </div>
  );
};

type TracesProps = {
  readonly record: MessageView["record"];
  readonly traces: readonly FlowTrace[];
  readonly titleOf: (flow: string) => string;
};

const Traces = ({ record, traces, titleOf }: TracesProps) => {
  const { messageId } = record;
  const { trace: wanted = decidingRun(record, traces), step } = route.useSearch();
  const navigate = route.useNavigate();
  const mayEdit = useMay("edit");
  const index = Math.min(wanted, traces.length - 1);
  const trace = traces[index];
  const onStep = useCallback(
    (next: number) =>
      void navigate({ search: (before) => ({ ...before, step: next }), replace: true }),
    [navigate],
  );
  if (trace === undefined) {
    return (
      <Text c="dimmed" size="sm">
        No flow ran for this message, or its trace has passed its time.
      </Text>
    );
  }
  const last = Math.max(0, trace.steps.length - 1);
  return (
    <>
      <Group gap="sm" align="flex-end">
        <Select
          label="Run"
          w={420}
          maw="100%"
          allowDeselect={false}
          data={traces.map((each, at) => ({ value: String(at), label: traceTitle(each, titleOf) }))}
          value={String(index)}
          onChange={(next) =>
            void navigate({
              search: ({ step: _, ...before }) => ({ ...before, trace: Number(next ?? 0) }),
              replace: true,
            })
          }
        />
        <Text size="sm" pb={8}>
          Revision {trace.revision}
          {mayEdit && (
            <>
              {" · "}
              <LinkAnchor to="/flows/$flow" params={{ flow: trace.flow }} search={{}} size="sm">
                Edit the draft of this flow
              </LinkAnchor>
              {" · "}
              <LinkAnchor
                to="/flows/$flow"
                params={{ flow: trace.flow }}
                search={{ try: messageId }}
                size="sm"
              >
                Try the draft on this message
              </LinkAnchor>
            </>
          )}
        </Text>
      </Group>
      <TraceView key={index} trace={trace} step={Math.min(step ?? last, last)} onStep={onStep} />
    </>
  );
};

const traceTitle = (
  { flow, kind, recipient }: FlowTrace,
  titleOf: (flow: string) => string,
): string => {
  const parsed = FlowKind.safeParse(kind);
  const stage = parsed.success ? kindTitle(parsed.data) : kind;
  return `${stage}: ${titleOf(flow)}${recipient === null ? "" : ` for ${visibleText(recipient)}`}`;
};

const LogLines = ({ log }: { readonly log: MessageView["log"] }) => {
  if (log.length === 0) {
    return (
      <Text c="dimmed" size="sm">
        No line of the log is about this message.
      </Text>
    );
  }
  return (
    <ol className="message-log" aria-label="Log of this message">
      {log.map(({ id, at, level, component, text }) => (
        <li key={id}>
          <Time at={at} />
          <span>{level}</span>
          <span>{component}</span>
          <Mono>{visibleText(text)}</Mono>
        </li>
      ))}
    </ol>
  );
};
