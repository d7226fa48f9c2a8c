/** The notice (RFC 3464) for mail that was accepted and then refused by its content flow. */
import { buildNotice } from "../delivery/delivery-status-notification.ts";
import type { ContentVerdict } from "../flows/verdict.ts";
import type { QueueEntry } from "../queue/queue-store.ts";
import type { Content } from "./content.ts";

export const rejectNotice = (
  entry: QueueEntry,
  content: Content,
  verdict: ContentVerdict,
  hostName: string,
  now: Date,
): Promise<Buffer> =>
  buildNotice({
    hostName,
    sender: entry.sender,
    envid: entry.envelope.envid,
    ret: entry.envelope.ret,
    arrival: entry.receivedAt,
    at: now,
    messageId: entry.messageId,
    smtpUtf8: entry.envelope.smtpUtf8,
    recipients: [
      {
        recipient: entry.recipient,
        orcpt: entry.envelope.orcpt,
        action: "failed",
        status: "5.7.1",
        reply: verdict.answer.kind === "reject" ? verdict.answer.text : "",
        remoteMta: null,
        retryUntil: null,
      },
    ],
    original: content.memory ?? content.header,
    isWhole: content.memory !== null,
  });
