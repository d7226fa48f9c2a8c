/**
 * Notices to senders (RFC 3461, 3464): mail that could not be delivered, that is
 * late, or that was handed to a host that sends no notices itself. Each is accepted
 * like any mail, before the entry it is about is removed: a crash between the two
 * sends it twice, never none.
 */
import { randomUUID } from "node:crypto";
import { statusOfCode } from "@sluice/mail-syntax";
import { matchDomain } from "../config/domain-match.ts";
import type { Snapshot } from "../config/snapshot.ts";
import type { AcceptMessage } from "../queue/queue-entry.ts";
import type { QueueEntry } from "../queue/queue-store.ts";
import { contentOfBytes } from "../scanner/content-store.ts";
import type { CopyResult } from "./deliver.ts";
import {
  buildNotice,
  isWanted,
  type NoticeRecipient,
  noticeSubjects,
} from "./delivery-status-notification.ts";
import type { Job } from "./hop-queue.ts";
import { outboundTransport, recipientDomain } from "./next-hop.ts";

export type SendNotices = (job: Job, copies: readonly CopyResult[]) => Promise<void>;

export type NoticeOptions = {
  readonly snapshot: () => Snapshot;
  readonly hostName: string;
  readonly clock: () => Date;
  readonly acceptMessage: AcceptMessage;
  readonly readBody: (bodyId: string) => AsyncIterable<Buffer>;
};

/** A message that RET=FULL sends back whole is no larger than this. */
const largestReturned = 1024 * 1024;

export const createNotices = (options: NoticeOptions): SendNotices => {
  const sendNotices = async (job: Job, copies: readonly CopyResult[]): Promise<void> => {
    const wanted = new Map<NoticeRecipient["action"], NoticeRecipient[]>();
    for (const copy of copies) {
      const about = noticeOf(copy);
      if (about === null) continue;
      wanted.set(about.action, [...(wanted.get(about.action) ?? []), about]);
    }
    const [first] = copies;
    if (wanted.size === 0 || first === undefined) return;
    const original = await originalOf(job, first.entry);
    for (const recipients of wanted.values()) await acceptNotice(first, recipients, original);
  };

  const originalOf = async (
    job: Job,
    entry: QueueEntry,
  ): Promise<{ bytes: Buffer; isWhole: boolean }> => {
    if (job.body !== null) return { bytes: job.body, isWhole: job.body.length <= largestReturned };
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of options.readBody(entry.bodyId)) {
      parts.push(part);
      size += part.length;
      if (size > largestReturned) return { bytes: Buffer.concat(parts), isWhole: false };
    }
    return { bytes: Buffer.concat(parts), isWhole: true };
  };

  const acceptNotice = async (
    { entry, notice = {} }: Pick<CopyResult, "entry" | "notice">,
    recipients: readonly NoticeRecipient[],
    original: { readonly bytes: Buffer; readonly isWhole: boolean },
  ): Promise<void> => {
    const snapshot = options.snapshot();
    const { settings } = snapshot;
    const { envelope } = entry;
    const reader = notice.recipient ?? entry.sender;
    const messageId = randomUUID();
    const at = options.clock();
    const bytes = await buildNotice({
      hostName: settings.gateway.hostName || options.hostName,
      from: { name: notice.fromName, address: notice.from },
      sender: reader,
      envid: envelope.envid,
      ret: envelope.requireTls ? "HDRS" : envelope.ret, // RFC 8689 §5
      arrival: entry.receivedAt,
      at,
      messageId,
      smtpUtf8: envelope.smtpUtf8,
      recipients,
      original: original.bytes,
      isWhole: original.isWhole,
    });
    const content = contentOfBytes(bytes);
    const listenerId = entry.listener ?? Object.keys(settings.listeners)[0] ?? "";
    // to a domain of ours by its transport; else the way out for mail to others
    const match = matchDomain(settings, listenerId, recipientDomain(reader));
    const transport =
      notice.transport ??
      match?.domain.transport ??
      outboundTransport(settings, listenerId) ??
      entry.transport;
    const subject = noticeSubjects[recipients[0]?.action ?? "failed"];
    await options.acceptMessage({
      messageId,
      revision: snapshot.revision,
      listener: entry.listener,
      receivedAt: at,
      bodies: [
        {
          prefix: Buffer.alloc(0),
          header: content.header,
          content,
          held: [],
          entries: [
            {
              queue: "outgoing",
              sender: "",
              recipient: reader,
              domain: match?.id ?? null,
              transport,
              delaySeconds: 0,
              envelope: {
                ...envelope,
                ret: null,
                envid: null,
                notify: ["NEVER"],
                orcpt: null,
                mayBounce: false,
                eightBit: bytes.some((byte) => byte > 127),
                subject,
                metadata: notice.metadata ?? {},
                returnNow: undefined,
                delayNoticed: undefined,
              },
            },
          ],
        },
      ],
      history: {
        messageId,
        at,
        outcome: "queued",
        stage: "queue",
        listener: listenerId,
        clientAddress: "",
        helo: "",
        signIn: null,
        sender: "",
        recipients: [reader],
        subject,
        size: bytes.length,
        revision: snapshot.revision,
        flow: null,
        node: null,
        reply: "",
        traces: [],
        events: [
          {
            at,
            kind: "notice-sent",
            queueId: entry.queueId,
            recipient: reader,
            detail: { about: entry.messageId },
          },
        ],
      },
    });
  };

  return sendNotices;
};

/** What the sender is told of this copy; null: nothing. */
const noticeOf = (copy: CopyResult): NoticeRecipient | null => {
  const { entry, decision, result, host } = copy;
  if (entry.sender === "") return null; // RFC 5321 §4.5.5: nobody to tell
  const action = actionOf(copy);
  if (action === null || !isWanted(entry.envelope.notify, action)) return null;
  const isGood = action === "delivered" || action === "relayed";
  // RFC 3463 §3.5: no answer from host; delivery time expired. A failure may have class 4 (§2)
  const unanswered = action === "delayed" ? "4.4.1" : "4.4.7";
  const said = result.status ?? (result.code === 0 ? unanswered : statusOfCode(result.code));
  return {
    recipient: entry.recipient,
    orcpt: entry.envelope.orcpt,
    action,
    status: isGood ? (result.status ?? "2.0.0") : said,
    reply: result.text,
    // our own words about a host (no connection, no TLS, too large) are not its reply
    remoteMta: isReply(result.text) ? (host?.name ?? null) : null,
    retryUntil: decision.kind === "again" ? (decision.until ?? null) : null,
    attempts:
      decision.kind === "gone" && isExhausted(decision.why) ? entry.attempts + 1 : undefined,
  };
};

/** RFC 5321 §4.2: a reply begins with its code. */
const isReply = (text: string): boolean => /^[2-5]\d\d(?:[ -]|$)/.test(text);

const isExhausted = (why: string): boolean => why === "age" || why === "attempts";

const actionOf = (copy: CopyResult): NoticeRecipient["action"] | null => {
  const { decision } = copy;
  switch (decision.kind) {
    case "gone":
      return decision.notify ? "failed" : null;
    case "again":
      return copy.isLate === true ? "delayed" : null;
    case "delivered":
      if (copy.isFinal === true) return "delivered";
      return copy.takesDsn ? null : "relayed"; // else the next hop confirms
    case "discarded":
      return null;
    default:
      return decision satisfies never;
  }
};
