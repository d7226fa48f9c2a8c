/** A report on TLS as mail (RFC 8460 §5.3). */
import { formatDate } from "@sluice/mail-syntax";
import MimeNode from "nodemailer/lib/mime-node";

export type ReportMessage = {
  readonly messageId: string;
  readonly hostName: string;
  readonly at: Date;
  readonly from: string;
  readonly to: string;
  readonly domain: string;
  readonly submitter: string;
  readonly reportId: string;
  readonly day: string;
  readonly fileName: string;
  readonly report: Buffer;
};

export const reportSubject = (
  one: Pick<ReportMessage, "domain" | "submitter" | "reportId">,
): string =>
  `Report Domain: ${one.domain} Submitter: ${one.submitter} Report-ID: <${one.reportId}>`;

export const reportMessage = async (one: ReportMessage): Promise<Buffer> => {
  const root = new MimeNode('multipart/report; report-type="tlsrpt"');
  root.setHeader({
    date: formatDate(one.at),
    from: one.from,
    to: one.to,
    subject: reportSubject(one),
    "message-id": `<${one.messageId}@${one.hostName}>`,
    "tls-report-domain": one.domain,
    "tls-report-submitter": one.submitter,
    "auto-submitted": "auto-generated",
  });
  root
    .createChild("text/plain; charset=utf-8")
    .setContent(
      `How connections from ${one.submitter} to the mail servers of ${one.domain} fared on ${one.day} (UTC)\r\nas to TLS is in the attached report (RFC 8460).\r\n`,
    );
  const attachment = root.createChild("application/tlsrpt+gzip", { filename: one.fileName });
  attachment.setHeader("content-transfer-encoding", "base64");
  attachment.setContent(one.report);
  return Buffer.concat([await root.build(), Buffer.from("\r\n")]);
};
