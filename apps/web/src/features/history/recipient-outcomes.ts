/** What became of the message for each of its recipients: history's own word, else what its events say. */
import type { MailOutcome } from "../../ui/mail-outcome.tsx";
import type { MessageEvent, MessageView } from "../flow-editor/trace/trace-types.ts";

const meaning: Readonly<Partial<Record<MessageEvent["kind"], MailOutcome>>> = {
  "recipient-rejected": "rejected",
  "recipient-deferred": "deferred",
  "recipient-accepted": "queued",
  quarantined: "quarantined",
  deleted: "deleted",
  removed: "deleted",
  released: "queued",
  "attempt-delivered": "delivered",
  "attempt-deferred": "queued",
  bounced: "bounced",
};

export type RecipientOutcome = {
  readonly recipient: string;
  readonly outcome: MailOutcome;
  /** What the next hop, or the gateway, said last about it. */
  readonly reply: string | null;
};

export const recipientOutcomes = ({
  record,
  events,
}: Pick<MessageView, "record" | "events">): readonly RecipientOutcome[] => {
  const named = new Set(record.recipients);
  for (const { recipient } of events) if (recipient !== null) named.add(recipient);
  return [...named].map((recipient) => {
    const own = events.filter((event) => event.recipient === recipient);
    const last = own.findLast(({ kind }) => meaning[kind] !== undefined);
    const reply = own.findLast(({ detail }) => typeof detail["reply"] === "string")?.detail[
      "reply"
    ];
    const said = last === undefined ? undefined : meaning[last.kind];
    const isAccepted = last?.kind === "recipient-accepted";
    const whole = record.outcome === "mixed" ? undefined : record.outcome;
    return {
      recipient,
      // "accepted" alone tells what came of it only when the message's own outcome says no more
      outcome:
        record.recipientOutcomes[recipient] ??
        (isAccepted ? (whole ?? said) : said) ??
        whole ??
        "queued",
      reply: typeof reply === "string" && reply !== "" ? reply : null,
    };
  });
};

/** "2 delivered, 1 rejected" */
export const countWords = (
  outcomes: readonly RecipientOutcome[],
  words: (outcome: MailOutcome) => string,
): string =>
  [...Map.groupBy(outcomes, ({ outcome }) => outcome)]
    .map(([outcome, all]) => `${all.length} ${words(outcome).toLowerCase()}`)
    .join(", ");
