/**
 * The notice we send when we give up, are late, or were asked to confirm
 * (RFC 3461, 3464). Never to the null sender, never about a notice.
 */
import { randomBytes } from "node:crypto";
import {
  buildDeliveryStatus,
  type DeliveryAction,
  decodeXtext,
  encodeWords,
  formatDate,
  type RecipientStatus,
} from "@sluice/mail-syntax";
import { headerOf } from "../scanner/content-store.ts";

export type NoticeRecipient = {
  readonly recipient: string;
  readonly orcpt: string | null;
  readonly action: Extract<DeliveryAction, "failed" | "delayed" | "delivered" | "relayed">;
  readonly status: string;
  readonly reply: string;
  readonly remoteMta: string | null;
  readonly retryUntil: Date | null;
};

export type Notice = {
  readonly hostName: string;
  readonly sender: string; // to whom the notice goes
  readonly envid: string | null;
  readonly ret: "FULL" | "HDRS" | null;
  readonly arrival: Date;
  readonly at: Date;
  readonly messageId: string;
  readonly smtpUtf8: boolean;
  readonly recipients: readonly NoticeRecipient[];
  /** The original as it was stored. */
  readonly original: Buffer;
};

const subjects: Readonly<Record<NoticeRecipient["action"], string>> = {
  failed: "Mail could not be delivered",
  delayed: "Mail is delayed",
  delivered: "Mail was delivered",
  relayed: "Mail was passed on",
};

const explanations: Readonly<Record<NoticeRecipient["action"], string>> = {
  failed: "Your message could not be delivered to",
  delayed: "Your message has not yet been delivered to",
  delivered: "Your message was delivered to",
  relayed: "Your message was passed to a server that sends no confirmations, for",
};

const statusOf = (one: NoticeRecipient): RecipientStatus => ({
  originalRecipient: one.orcpt === null ? undefined : (decodeXtext(one.orcpt) ?? one.orcpt),
  finalRecipient: one.recipient,
  action: one.action,
  status: one.status,
  remoteMta: one.remoteMta ?? undefined,
  diagnosticCode: one.reply === "" ? undefined : one.reply,
  willRetryUntil: one.retryUntil ?? undefined,
});

/** Whether a notice about this may be sent (RFC 3461 §4.1, §5.2): NOTIFY decides, failure is the default. */
export const isWanted = (
  notify: readonly string[] | null,
  action: NoticeRecipient["action"],
): boolean => {
  if (notify === null) return action === "failed" || action === "delayed";
  if (notify.includes("NEVER")) return false;
  if (action === "failed") return notify.includes("FAILURE");
  return action === "delayed" ? notify.includes("DELAY") : notify.includes("SUCCESS");
};

/** The whole notice, header section first. Only the original's header goes back unless RET=FULL asks for all of a failed one. */
export const buildNotice = (notice: Notice): Buffer => {
  const { hostName, recipients, at } = notice;
  const action = recipients[0]?.action ?? "failed";
  const boundary = `=_${randomBytes(16).toString("hex")}`;
  const isFull = notice.ret === "FULL" && action === "failed";
  const original = isFull ? notice.original : headerOf(notice.original);
  const kind = notice.smtpUtf8 ? "global" : "rfc822";
  const words = [
    `This is the mail gateway at ${hostName}.`,
    "",
    `${explanations[action]}:`,
    "",
    ...recipients.flatMap((one) => [
      `  <${one.recipient}>`,
      ...(one.reply === ""
        ? []
        : [`      ${one.remoteMta === null ? "" : `${one.remoteMta} said: `}${one.reply}`]),
      ...(one.retryUntil === null
        ? []
        : [`      It will be tried until ${formatDate(one.retryUntil)}.`]),
    ]),
    "",
    isFull ? "The message is attached." : "The header of the message is attached.",
    "",
  ];
  const lines = [
    `Date: ${formatDate(at)}`,
    `From: Mail gateway <MAILER-DAEMON@${hostName}>`,
    `To: <${notice.sender}>`,
    `Subject: ${encodeWords(subjects[action])}`,
    `Message-ID: <${notice.messageId}@${hostName}>`,
    "Auto-Submitted: auto-replied",
    "MIME-Version: 1.0",
    `Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary="${boundary}"`,
    "",
    "This is a message in MIME format.",
    `--${boundary}`,
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: 8bit",
    "",
    ...words,
    `--${boundary}`,
    `Content-Type: message/${notice.smtpUtf8 ? "global-" : ""}delivery-status`,
    "",
  ];
  const status = buildDeliveryStatus({
    reportingMta: hostName,
    originalEnvelopeId:
      notice.envid === null ? undefined : (decodeXtext(notice.envid) ?? notice.envid),
    arrival: notice.arrival,
    recipients: recipients.map(statusOf),
  });
  const type = isFull
    ? `message/${kind}`
    : kind === "global"
      ? "message/global-headers"
      : "text/rfc822-headers";
  return Buffer.concat([
    Buffer.from(`${lines.join("\r\n")}\r\n`, "utf8"),
    Buffer.from(status, "latin1"),
    Buffer.from(
      `\r\n--${boundary}\r\nContent-Type: ${type}\r\nContent-Disposition: attachment\r\n\r\n`,
      "latin1",
    ),
    original,
    Buffer.from(`\r\n--${boundary}--\r\n`, "latin1"),
  ]);
};
