/** The trace field we put first (RFC 5321 §4.4). */
import { formatDate } from "@sluice/mail-syntax";

export type ReceivedFacts = {
  readonly helo: string;
  readonly clientAddress: string;
  readonly hostName: string;
  readonly transmission: string; // "ESMTPSA" (RFC 3848)
  readonly listener: string;
  readonly messageId: string;
  readonly tls: { readonly protocol: string; readonly cipher: string } | null;
  readonly at: Date;
};

/** One word, whatever a client calls itself: no comment, quote or separator of the field. */
const safe = (text: string): string => text.replace(/[^A-Za-z0-9.\-_[\]:]/g, "?");

const literal = (address: string): string =>
  address.includes(":") ? `[IPv6:${address}]` : `[${address}]`;

/** The protocol as the registry names it (RFC 3848, RFC 6531 §4.3). */
export const transmissionOf = (
  session: {
    readonly listener: { readonly protocol: "smtp" | "lmtp" };
    readonly isExtended: boolean;
    readonly tls: object | null;
    readonly signIn: string | null;
  },
  smtpUtf8: boolean,
): string => {
  const isLmtp = session.listener.protocol === "lmtp";
  const base = isLmtp ? "LMTP" : smtpUtf8 ? "SMTP" : session.isExtended ? "ESMTP" : "SMTP";
  return `${smtpUtf8 ? "UTF8" : ""}${base}${session.tls === null ? "" : "S"}${session.signIn === null ? "" : "A"}`;
};

export const receivedField = (facts: ReceivedFacts): Buffer => {
  const { helo, tls } = facts;
  const lines = [
    `Received: from ${helo === "" ? "unknown" : safe(helo)} (${literal(facts.clientAddress)})`,
    ...(tls === null ? [] : [`\t(${safe(tls.protocol)} ${safe(tls.cipher)})`]),
    `\tby ${safe(facts.hostName)} (Sluice ${safe(facts.listener)}) with ${facts.transmission}`,
    `\tid ${facts.messageId}; ${formatDate(facts.at)}`,
  ];
  return Buffer.from(`${lines.join("\r\n")}\r\n`, "latin1");
};
