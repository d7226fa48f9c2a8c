/** The message/delivery-status part of a delivery status notification (RFC 3464). */
import { formatDate } from "./date.ts";
import { fieldValue, parseHeaderSection } from "./header.ts";
import { foldField } from "./header-edit.ts";
import { encodeUtf8, isAscii, toOctets } from "./octets.ts";

export type DeliveryAction = "failed" | "delayed" | "delivered" | "relayed" | "expanded";

export type RecipientStatus = {
  /** From ORCPT, already decoded: `rfc822;joe@example.org`. */
  readonly originalRecipient?: string | undefined;
  readonly finalRecipient: string;
  /** The notice may hold ASCII alone. */
  readonly isAsciiOnly?: boolean | undefined;
  readonly action: DeliveryAction;
  /** RFC 3463: `5.1.1`. */
  readonly status: string;
  readonly remoteMta?: string | undefined;
  /** The next hop's reply, with its code; or, with a type of its own, what else went wrong. */
  readonly diagnosticCode?: string | undefined;
  /** RFC 3464 §2.3.6: only a reply is of type smtp. */
  readonly diagnosticType?: "smtp" | `x-${string}` | undefined;
  readonly lastAttempt?: Date | undefined;
  readonly willRetryUntil?: Date | undefined;
};

export type DeliveryStatus = {
  readonly reportingMta: string;
  readonly originalEnvelopeId?: string | undefined;
  readonly arrival?: Date | undefined;
  readonly recipients: readonly RecipientStatus[];
};

/** The part's content, a byte string with CRLF. */
export const buildDeliveryStatus = (report: DeliveryStatus): string =>
  [
    group([
      ["Original-Envelope-Id", report.originalEnvelopeId],
      ["Reporting-MTA", `dns; ${report.reportingMta}`],
      ["Arrival-Date", report.arrival && formatDate(report.arrival)],
    ]),
    ...report.recipients.map((recipient) =>
      group([
        ["Original-Recipient", recipient.originalRecipient],
        ["Final-Recipient", typed(recipient.finalRecipient, recipient.isAsciiOnly === true)],
        ["Action", recipient.action],
        ["Status", recipient.status],
        ["Remote-MTA", recipient.remoteMta && `dns; ${recipient.remoteMta}`],
        [
          "Diagnostic-Code",
          recipient.diagnosticCode &&
            `${recipient.diagnosticType ?? "smtp"}; ${recipient.diagnosticCode}`,
        ],
        ["Last-Attempt-Date", recipient.lastAttempt && formatDate(recipient.lastAttempt)],
        ["Will-Retry-Until", recipient.willRetryUntil && formatDate(recipient.willRetryUntil)],
      ]),
    ),
  ].join("\r\n");

/** RFC 6533 §3, utf-8-addr-xtext: an address beyond ASCII where only ASCII may stand. */
const asciiAddress = (address: string): string =>
  isAscii(address)
    ? address
    : [...address]
        .map((letter) => {
          const isPlain = letter >= "!" && letter <= "~" && !["\\", "+", "="].includes(letter);
          const code = (letter.codePointAt(0) ?? 0).toString(16).toUpperCase();
          return isPlain ? letter : `\\x{${code.padStart(2, "0")}}`;
        })
        .join("");

/** RFC 6533 §3: an address beyond ASCII has a type of its own. */
const typed = (address: string, isAsciiOnly: boolean): string =>
  isAscii(address)
    ? `rfc822; ${address}`
    : `utf-8; ${isAsciiOnly ? asciiAddress(address) : address}`;

const group = (fields: readonly (readonly [string, string | undefined])[]): string =>
  fields
    .flatMap(([name, value]) =>
      value === undefined ? [] : [foldField(name, encodeUtf8(value.replace(/\p{Cc}+/gu, " ")))],
    )
    .join("");

/** One group of fields, names in lower case. */
export type StatusFields = ReadonlyMap<string, string>;

/** Reads a delivery-status part: fields of the message, then those of each recipient. */
export const parseDeliveryStatus = (
  part: string,
): { readonly message: StatusFields; readonly recipients: readonly StatusFields[] } => {
  const [message = new Map<string, string>(), ...recipients] = part
    .split(/\r?\n(?:[ \t]*\r?\n)+/)
    .filter((text) => text.trim() !== "")
    .map((text) => {
      const { fields } = parseHeaderSection(toOctets(text));
      return new Map(fields.map((field) => [field.name.toLowerCase(), fieldValue(field)] as const));
    });
  return { message, recipients };
};
