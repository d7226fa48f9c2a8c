/**
 * Notices to senders: mail that could not be delivered, or was handed to a host that
 * sends no notices (RFC 3461). Each is accepted like any mail, before the entry it is
 * about is removed: a crash between the two sends it twice, never none.
 */
import { randomUUID } from "node:crypto";
import { statusOfCode } from "@sluice/mail-syntax";
import { matchDomain } from "../config/domain-match.ts";
import type { Snapshot } from "../config/snapshot.ts";
import type { AcceptMessage } from "../queue/queue-entry.ts";
import type { QueueEntry } from "../queue/queue-store.ts";
import { contentOfBytes } from "../scanner/content-store.ts";
import type { CopyResult } from "./deliver.ts";
import { buildNotice, isWanted, type NoticeRecipient } from "./delivery-status-notification.ts";
import type { Job } from "./hop-queue.ts";
import { recipientDomain } from "./next-hop.ts";

export type SendNotices = (job: Job, copies: readonly CopyResult[]) => Promise<void>;

export type NoticeOptions = {
  readonly snapshot: () => Snapshot;
  readonly hostName: string;
  readonly clock: () => Date;
  readonly acceptMessage: AcceptMessage;
  readonly readBody: (bodyId: string) => AsyncIterable<Buffer>;
};

export const createNotices = (options: NoticeOptions): SendNotices => {
  const sendNotices = async (job: Job, copies: readonly CopyResult[]): Promise<void> => {
    const wanted: { entry: QueueEntry; about: NoticeRecipient }[] = [];
    for (const { entry, decision, result, host, takesDsn } of copies) {
      if (entry.sender === "") continue; // RFC 5321 §4.5.5: nobody to tell
      const isFailure = decision.kind === "gone" && decision.notify;
      const isSuccess = decision.kind === "delivered" && !takesDsn; // else the next hop confirms
      const action = isFailure ? "failed" : isSuccess ? "relayed" : null;
      if (action === null || !isWanted(entry.envelope.notify, action)) continue;
      wanted.push({
        entry,
        about: {
          recipient: entry.recipient,
          orcpt: entry.envelope.orcpt,
          action,
          status:
            result.status ??
            (isFailure ? (result.code === 0 ? "4.4.1" : statusOfCode(result.code)) : "2.0.0"),
          reply: result.text,
          remoteMta: host?.name ?? null,
          retryUntil: null,
        },
      });
    }
    for (const action of ["failed", "relayed"] as const) {
      const these = wanted.filter(({ about }) => about.action === action);
      const [first] = these;
      if (first === undefined) continue;
      const original = job.body ?? (await wholeBody(first.entry.bodyId));
      await acceptNotice(
        first.entry,
        these.map(({ about }) => about),
        original,
      );
    }
  };

  const wholeBody = async (bodyId: string): Promise<Buffer> => {
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of options.readBody(bodyId)) {
      parts.push(part);
      size += part.length;
      if (size > 1024 * 1024) break; // a notice carries the header, or a message of modest size
    }
    return Buffer.concat(parts);
  };

  const acceptNotice = async (
    entry: QueueEntry,
    recipients: readonly NoticeRecipient[],
    original: Buffer,
  ): Promise<void> => {
    const snapshot = options.snapshot();
    const messageId = randomUUID();
    const at = options.clock();
    const hostName = snapshot.settings.gateway.hostName || options.hostName;
    const bytes = buildNotice({
      hostName,
      sender: entry.sender,
      envid: entry.envelope.envid,
      ret: entry.envelope.ret,
      arrival: entry.receivedAt,
      at,
      messageId,
      smtpUtf8: entry.envelope.smtpUtf8,
      recipients,
      original,
    });
    const content = contentOfBytes(bytes);
    const listenerId = entry.listener ?? Object.keys(snapshot.settings.listeners)[0] ?? "";
    // to a domain of ours by its transport; else the way out, or back where mail for others goes
    const match = matchDomain(snapshot.settings, listenerId, recipientDomain(entry.sender));
    const outbound =
      match?.domain.transport ??
      snapshot.settings.listeners[listenerId]?.outboundTransport ??
      Object.entries(snapshot.settings.transports).find(([, one]) =>
        /^\s*lookup-mx\s*(;|$)/i.test(one.destination),
      )?.[0] ??
      null;
    const subject = "Mail could not be delivered";
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
              recipient: entry.sender,
              domain: match?.id ?? null,
              transport: outbound,
              delaySeconds: 0,
              envelope: {
                ...entry.envelope,
                ret: null,
                envid: null,
                notify: ["NEVER"],
                orcpt: null,
                mayBounce: false,
                eightBit: true,
                requireTls: false,
                subject,
                metadata: {},
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
        recipients: [entry.sender],
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
            recipient: entry.sender,
            detail: { about: entry.messageId },
          },
        ],
      },
    });
  };

  return sendNotices;
};
