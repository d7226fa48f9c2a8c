/** What is shown of an entry; above all, why it waits. */
import type { RouterOutputs } from "../../api.ts";
import type { Column } from "../../ui/data-table.tsx";
import { LinkAnchor } from "../../ui/links.tsx";
import { Mono } from "../../ui/mono.tsx";
import { byteSize } from "../../ui/size.ts";
import { Time } from "../../ui/time.tsx";
import { visibleText } from "../../ui/visible-text.ts";

export type QueueRow = RouterOutputs["queue"]["list"]["rows"][number];
export type QueueName = QueueRow["queue"];

const reasonOf = ({ queue, active, paused, lastReply, attempts }: QueueRow): string => {
  if (active) return queue === "incoming" ? "Its content flow runs now" : "Being delivered now";
  const reply = lastReply ?? "";
  if (queue === "hold") return reply === "" ? "On hold" : `On hold. ${reply}`;
  if (paused) return reply === "" ? "Paused" : `Paused. ${reply}`;
  if (reply !== "") return reply;
  if (queue === "incoming") return "Waits for its content flow";
  return attempts === 0 ? "Not tried yet" : "";
};

/** What is due waits for a free place at its hop. */
export const NextAttempt = ({ at }: { readonly at: string }) =>
  new Date(at) <= new Date() ? "due" : <Time at={at} form="relative" />;

export const queueColumns: readonly Column<QueueRow>[] = [
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
    width: "minmax(130px, 1.2fr)",
    cell: ({ sender }) => <Mono>{sender === "" ? "<>" : visibleText(sender)}</Mono>,
  },
  {
    id: "reason",
    header: "Reason",
    width: "minmax(200px, 1.8fr)",
    cell: (row) => <span title={visibleText(reasonOf(row))}>{visibleText(reasonOf(row))}</span>,
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
    cell: ({ nextAttemptAt, queue, paused, active }) =>
      active ? (
        "now"
      ) : queue === "hold" ? (
        "when released"
      ) : paused ? (
        "when resumed"
      ) : (
        <NextAttempt at={nextAttemptAt} />
      ),
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
    width: "minmax(130px, 1.2fr)",
    cell: ({ nextHop }) => <Mono>{nextHop}</Mono>,
  },
  { id: "size", header: "Size", width: "76px", align: "end", cell: ({ size }) => byteSize(size) },
];
