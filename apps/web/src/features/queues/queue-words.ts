/** Actions named by their effect. */
import type { QueueName } from "./queue-columns.tsx";

export type Action =
  | "retry"
  | "hold"
  | "release"
  | "changeTransport"
  | "changeRecipient"
  | "bounce"
  | "remove";

export const queueNames: Readonly<Record<QueueName, string>> = {
  outgoing: "Outgoing",
  incoming: "Incoming",
  hold: "On hold",
};

export const actionWords: Readonly<
  Record<Action, { title: string; effect: string; dangerous: boolean }>
> = {
  retry: { title: "Deliver now", effect: "They are tried at once.", dangerous: false },
  hold: { title: "Hold", effect: "They wait until somebody releases them.", dangerous: false },
  release: { title: "Release from hold", effect: "They are tried at once.", dangerous: false },
  changeTransport: {
    title: "Send through another transport",
    effect: "They are tried at once by the new way, and their attempts count from the start.",
    dangerous: false,
  },
  changeRecipient: {
    title: "Send to another recipient",
    effect: "They go to the new address alone; the message itself is not changed.",
    dangerous: true,
  },
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

/** Mail that went out or is gone cannot be called back: these wait a moment, and can be undone meanwhile. */
export const undoSecondsOf = (action: Action): number =>
  action === "release" || action === "remove" || action === "bounce" ? 10 : 0;

export const offered: Readonly<Record<QueueName, readonly Action[]>> = {
  outgoing: ["retry", "hold", "changeTransport", "changeRecipient", "bounce", "remove"],
  hold: ["release", "changeTransport", "changeRecipient", "bounce", "remove"],
  incoming: ["retry", "bounce", "remove"],
};
