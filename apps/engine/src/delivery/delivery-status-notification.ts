/**
 * The notice we send when we give up, are late, or were asked to confirm
 * (RFC 3461, 3464, 6533). Never to the null sender, never about a notice.
 */
import {
  buildDeliveryStatus,
  type DeliveryAction,
  decodeXtext,
  fieldValue,
  formatDate,
  isAscii,
  parseHeaderSection,
  type RecipientStatus,
} from "@sluice/mail-syntax";
import MimeNode from "nodemailer/lib/mime-node";
import { headerOf } from "../scanner/content-store.ts";

export type NoticeRecipient = {
  readonly recipient: string;
  readonly orcpt: string | null;
  readonly action: Extract<DeliveryAction, "failed" | "delayed" | "delivered" | "relayed">;
  readonly status: string;
  /** What the next hop said, or what else went wrong. */
  readonly reply: string;
  /** Who said so; null: nobody but us. */
  readonly remoteMta: string | null;
  /** Attempts so far, when we give up because of them or of the time they took. */
  readonly attempts?: number | undefined;
  readonly retryUntil: Date | null;
};

export type Notice = {
  readonly hostName: string;
  /** Whom it comes from; what is missing is ours. */
  readonly from?: { readonly name?: string | undefined; readonly address?: string | undefined };
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
  /** `original` is all of it; else only its header goes back. */
  readonly isWhole?: boolean | undefined;
};

export const noticeSubjects: Readonly<Record<NoticeRecipient["action"], string>> = {
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
export const buildNotice = async (notice: Notice): Promise<Buffer> => {
  const { hostName, recipients, at, smtpUtf8 } = notice;
  const action = recipients[0]?.action ?? "failed";
  const isFull = notice.ret === "FULL" && action === "failed" && notice.isWhole !== false;
  const original = isFull ? notice.original : headerOf(notice.original);
  const about = messageIdField(notice.original);
  const root = new MimeNode("multipart/report; report-type=delivery-status");
  root.setHeader({
    date: formatDate(at),
    from: {
      name: notice.from?.name ?? "Mail gateway",
      address: notice.from?.address ?? `MAILER-DAEMON@${hostName}`,
    },
    to: notice.sender,
    subject: noticeSubjects[action],
    "message-id": `<${notice.messageId}@${hostName}>`,
    "auto-submitted": "auto-replied",
    ...(about === null ? {} : { "in-reply-to": about, references: about }),
  });
  root.createChild("text/plain; charset=utf-8").setContent(wordsOf(notice, action, isFull));
  const status = buildDeliveryStatus({
    reportingMta: hostName,
    originalEnvelopeId:
      notice.envid === null ? undefined : (decodeXtext(notice.envid) ?? notice.envid),
    arrival: notice.arrival,
    recipients: recipients.map((one) => statusOf(one, smtpUtf8)),
  });
  attach(
    root,
    smtpUtf8 ? "message/global-delivery-status" : "message/delivery-status",
    Buffer.from(status, "latin1"),
  );
  const [whole, header] = smtpUtf8
    ? ["message/global", "message/global-headers"]
    : ["message/rfc822", "text/rfc822-headers"];
  attach(root, isFull ? whole : header, original);
  return Buffer.concat([await root.build(), Buffer.from("\r\n")]);
};

const attach = (root: MimeNode, type: string, content: Buffer): void => {
  const child = root.createChild(type);
  // RFC 2046 §5.2: parts of type message are never encoded
  if (type.startsWith("message/") && content.some((byte) => byte > 127))
    child.setHeader("content-transfer-encoding", "8bit");
  child.setContent(content);
};

const wordsOf = (notice: Notice, action: NoticeRecipient["action"], isFull: boolean): string =>
  [
    `This is the mail gateway at ${notice.hostName}.`,
    "",
    `${explanations[action]}:`,
    "",
    ...notice.recipients.flatMap((one) => [
      `  <${one.recipient}>`,
      ...(one.reply === ""
        ? []
        : [`      ${one.remoteMta === null ? "" : `${one.remoteMta} said: `}${one.reply}`]),
      ...(one.retryUntil === null
        ? []
        : [`      It will be tried until ${formatDate(one.retryUntil)}.`]),
      ...(one.attempts === undefined
        ? []
        : [
            `      It was tried ${one.attempts === 1 ? "once" : `${one.attempts} times`} since ${formatDate(notice.arrival)}, and will not be tried again.`,
          ]),
    ]),
    "",
    isFull ? "The message is attached." : "The header of the message is attached.",
    "",
  ].join("\r\n");

const statusOf = (one: NoticeRecipient, smtpUtf8: boolean): RecipientStatus => {
  // RFC 3464 §2.1: only its successor for SMTPUTF8 may hold other characters
  const reply = smtpUtf8 ? one.reply : one.reply.replace(/[^\x20-\x7e]/g, "?");
  return {
    originalRecipient: one.orcpt === null ? undefined : (decodeXtext(one.orcpt) ?? one.orcpt),
    finalRecipient: one.recipient,
    isAsciiOnly: !smtpUtf8,
    action: one.action,
    status: one.status,
    remoteMta: one.remoteMta ?? undefined,
    diagnosticCode: reply === "" ? undefined : reply,
    diagnosticType: one.remoteMta === null ? "x-sluice" : "smtp",
    willRetryUntil: one.retryUntil ?? undefined,
  };
};

/** What the notice is about, for clients that show threads; null: nothing that could be named in a header. */
const messageIdField = (original: Buffer): string | null => {
  const { fields } = parseHeaderSection(headerOf(original));
  const field = fields.find(({ name }) => name.toLowerCase() === "message-id");
  const value = field === undefined ? "" : fieldValue(field).trim();
  return /^<[^<>\s]{1,250}>$/.test(value) && isAscii(value) ? value : null;
};
