import { Text, Tooltip } from "@mantine/core";
import type { Column } from "../../ui/data-table.tsx";
import { LinkAnchor } from "../../ui/links.tsx";
import { MailOutcomePill, mailOutcomes } from "../../ui/mail-outcome.tsx";
import { Mono } from "../../ui/mono.tsx";
import { byteSize } from "../../ui/size.ts";
import { Time } from "../../ui/time.tsx";
import { visibleText } from "../../ui/visible-text.ts";
import type { HistoryRow } from "./history-page.tsx";

export const historyColumns: readonly Column<HistoryRow>[] = [
  {
    id: "at",
    header: "Time",
    width: "158px",
    cell: ({ at, messageId }) => (
      <LinkAnchor to="/mail/m/$id" params={{ id: messageId }} search={{}} size="sm" tabIndex={-1}>
        <Time at={at} form="short" />
      </LinkAnchor>
    ),
  },
  {
    id: "outcome",
    header: "Outcome",
    width: "136px",
    cell: ({ outcome, reply, recipientOutcomes }) => (
      <Tooltip
        multiline
        label={
          outcome === "mixed"
            ? Object.entries(recipientOutcomes).map(([recipient, own]) => (
                <div key={recipient}>{`${visibleText(recipient)}: ${mailOutcomes[own].words}`}</div>
              ))
            : visibleText(reply)
        }
        disabled={reply === "" && outcome !== "mixed"}
      >
        <span>
          <MailOutcomePill outcome={outcome} />
        </span>
      </Tooltip>
    ),
  },
  {
    id: "sender",
    header: "Sender",
    width: "minmax(150px, 2fr)",
    cell: ({ sender }) => <Address text={sender} />,
  },
  {
    id: "recipients",
    header: "Recipients",
    width: "minmax(150px, 1.7fr)",
    cell: ({ recipients, recipientOutcomes }) => (
      <span
        title={recipients
          .map((each) => {
            const own = recipientOutcomes[each];
            return `${visibleText(each)}${own === undefined ? "" : `: ${mailOutcomes[own].words}`}`;
          })
          .join("\n")}
      >
        <Address text={recipients[0] ?? null} />
        {recipients.length > 1 && ` +${recipients.length - 1}`}
      </span>
    ),
  },
  {
    id: "subject",
    header: "Subject",
    width: "minmax(120px, 1.5fr)",
    cell: ({ subject }) => <bdi title={visibleText(subject)}>{visibleText(subject)}</bdi>,
  },
  {
    id: "decided",
    header: "Decided by",
    width: "minmax(108px, 0.8fr)",
    cell: ({ flow, node, revision }) =>
      flow === null ? (
        <Text c="dimmed" size="sm">
          the gateway
        </Text>
      ) : (
        <LinkAnchor
          to="/flows/$flow"
          params={{ flow }}
          search={node === null ? {} : { node }}
          size="sm"
          title={`Flow ${flow}, revision ${revision}`}
          tabIndex={-1}
        >
          {node ?? flow}
        </LinkAnchor>
      ),
  },
  {
    id: "size",
    header: "Size",
    width: "76px",
    align: "end",
    cell: ({ size }) => (size === 0 ? "" : byteSize(size)),
  },
  {
    id: "client",
    header: "Client",
    width: "130px",
    cell: ({ clientAddress, helo }) => (
      <span title={`HELO ${visibleText(helo)}`}>
        <Mono>{clientAddress ?? ""}</Mono>
      </span>
    ),
  },
  { id: "listener", header: "Listener", width: "84px", cell: ({ listener }) => listener },
];

/** null: the session ended before there was one; empty: the null sender of notices. */
const Address = ({ text }: { readonly text: string | null }) => {
  if (text === null)
    return (
      <Text span size="sm" c="dimmed">
        none
      </Text>
    );
  if (text === "") return <Mono>{"<>"}</Mono>;
  return (
    <span title={visibleText(text)}>
      <Mono>{visibleText(text)}</Mono>
    </span>
  );
};
