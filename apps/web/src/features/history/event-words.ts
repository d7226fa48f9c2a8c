/** Events of a message in words a postmaster uses. */
import { duration } from "../../ui/time.tsx";
import type { Tone } from "../../ui/tone.tsx";
import type { MessageEvent } from "../flow-editor/trace/trace-types.ts";

type Words = { readonly words: string; readonly tone: Tone };

const kinds: Readonly<Record<MessageEvent["kind"], Words>> = {
  connected: { words: "Connected", tone: "else" },
  blocked: { words: "Blocked", tone: "reject" },
  tls: { words: "TLS", tone: "else" },
  "signed-in": { words: "Signed in", tone: "continue" },
  "sign-in-refused": { words: "Sign-in refused", tone: "reject" },
  "sender-accepted": { words: "Sender accepted", tone: "continue" },
  "sender-refused": { words: "Sender refused", tone: "reject" },
  "recipient-accepted": { words: "Recipient accepted", tone: "accept" },
  "recipient-rejected": { words: "Recipient rejected", tone: "reject" },
  "recipient-deferred": { words: "Recipient deferred", tone: "defer" },
  "message-accepted": { words: "Message accepted", tone: "accept" },
  "message-rejected": { words: "Message rejected", tone: "reject" },
  "message-deferred": { words: "Message deferred", tone: "defer" },
  quarantined: { words: "Quarantined", tone: "quarantine" },
  deleted: { words: "Deleted", tone: "else" },
  released: { words: "Released", tone: "accept" },
  "attempt-delivered": { words: "Delivered", tone: "accept" },
  "attempt-deferred": { words: "Attempt deferred", tone: "defer" },
  "attempt-refused": { words: "Attempt refused", tone: "reject" },
  bounced: { words: "Given up", tone: "error" },
  "notice-sent": { words: "Notice sent", tone: "else" },
  retried: { words: "Tried again by hand", tone: "continue" },
  held: { words: "Put on hold", tone: "defer" },
  rerouted: { words: "Sent another way", tone: "continue" },
  "return-asked": { words: "Return to the sender asked for", tone: "reject" },
  removed: { words: "Removed from the queue", tone: "else" },
  disconnected: { words: "Disconnected", tone: "else" },
};

export const eventWords = (kind: MessageEvent["kind"]): Words => kinds[kind];

/** Events about handing the message on. */
export const isDelivery = ({ kind, queueId }: MessageEvent): boolean =>
  queueId !== null ||
  [
    "attempt-delivered",
    "attempt-deferred",
    "attempt-refused",
    "bounced",
    "notice-sent",
    "retried",
    "held",
    "rerouted",
    "return-asked",
    "removed",
    "released",
  ].includes(kind);

type Detail = MessageEvent["detail"][string];

/** Names that a person would not say so; null: not worth a line. */
const named: Readonly<Record<string, ((value: Detail) => readonly [string, string]) | null>> = {
  action: null, // the event's own words say it
  milliseconds: (value) => ["took", duration(Number(value) * 1000)],
  delaySeconds: (value) => ["next attempt", `${span(Number(value))} later`],
};

const span = (seconds: number): string =>
  seconds < 120
    ? `${Math.round(seconds)} seconds`
    : seconds < 7200
      ? `${Math.round(seconds / 60)} minutes`
      : `${Math.round(seconds / 3600)} hours`;

/** "reply: 550 …, attempt: 2" */
export const detailWords = (
  detail: MessageEvent["detail"],
): readonly (readonly [string, string])[] =>
  Object.entries(detail)
    .filter(([name, value]) => value !== null && value !== "" && named[name] !== null)
    .map(
      ([name, value]) =>
        named[name]?.(value) ?? [
          name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase(),
          typeof value === "boolean" ? (value ? "yes" : "no") : String(value),
        ],
    );
