/** Enhanced status codes (RFC 3463, RFC 2034, and the IANA registry of RFC 5248). */

export type StatusClass = 2 | 4 | 5;
export type Status = {
  readonly class: StatusClass;
  readonly subject: number;
  readonly detail: number;
};

/** Reads `5.1.1`; `null` when it is no status. */
export const parseStatus = (text: string): Status | null => {
  const match = /^([245])\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})$/.exec(text);
  if (match === null) return null;
  const first = match[1] === "2" ? 2 : match[1] === "4" ? 4 : 5;
  return { class: first, subject: Number(match[2]), detail: Number(match[3]) };
};

export const isStatus = (text: string): boolean => parseStatus(text) !== null;

export const formatStatus = (status: Status): string =>
  `${status.class}.${status.subject}.${status.detail}`;

/** The status of a reply that carries none: the class of its code, nothing else known. */
export const statusOfCode = (code: number): string =>
  code >= 500 ? "5.0.0" : code >= 400 ? "4.0.0" : "2.0.0";

/** What the status says, in words; the subject's words when the detail is unknown. */
export const describeStatus = (text: string): string => {
  const status = parseStatus(text);
  if (status === null) return "Unknown status";
  const key = `${status.subject}.${status.detail}`;
  return details[key] ?? subjects[status.subject] ?? "Other or undefined status";
};

const subjects: Readonly<Record<number, string>> = {
  0: "Other or undefined status",
  1: "Something is wrong with an address",
  2: "Something is wrong with the mailbox",
  3: "Something is wrong with the mail system",
  4: "Something is wrong with the network or the routing",
  5: "Something is wrong with the protocol",
  6: "Something is wrong with the content",
  7: "A security or policy rule",
};

const details: Readonly<Record<string, string>> = {
  "1.1": "Bad destination mailbox address",
  "1.2": "Bad destination system address",
  "1.3": "Bad destination mailbox address syntax",
  "1.4": "Destination mailbox address is ambiguous",
  "1.5": "Destination address is valid",
  "1.6": "Mailbox has moved, no forwarding address",
  "1.7": "Bad sender's mailbox address syntax",
  "1.8": "Bad sender's system address",
  "1.9": "Message relayed to a system that sends no notices",
  "1.10": "Recipient's domain accepts no mail (null MX)",
  "2.1": "Mailbox is disabled",
  "2.2": "Mailbox is full",
  "2.3": "Message is longer than the mailbox allows",
  "2.4": "Mailing list expansion problem",
  "3.1": "Mail system is full",
  "3.2": "System accepts no network messages",
  "3.3": "System lacks a selected feature",
  "3.4": "Message is too big for the system",
  "3.5": "System is configured incorrectly",
  "4.1": "No answer from the host",
  "4.2": "Bad connection",
  "4.3": "Directory or look-up server failure",
  "4.4": "Unable to route",
  "4.5": "System is congested",
  "4.6": "Routing loop",
  "4.7": "Delivery time expired",
  "5.0": "Other protocol status",
  "5.1": "Invalid command",
  "5.2": "Syntax error",
  "5.3": "Too many recipients",
  "5.4": "Invalid command arguments",
  "5.5": "Wrong protocol version",
  "5.6": "Authentication exchange line is too long",
  "6.1": "Media is not supported",
  "6.2": "Conversion is required and prohibited",
  "6.3": "Conversion is required but not supported",
  "6.4": "Conversion with loss was made",
  "6.5": "Conversion failed",
  "6.7": "Addresses beyond ASCII are not allowed",
  "7.0": "Other security status",
  "7.1": "Delivery is not authorized, message refused",
  "7.2": "Mailing list expansion is prohibited",
  "7.3": "Security conversion is required but not possible",
  "7.4": "Security features are not supported",
  "7.5": "Cryptographic failure",
  "7.6": "Cryptographic algorithm is not supported",
  "7.7": "Message integrity failure",
  "7.8": "Authentication credentials are invalid",
  "7.9": "Authentication mechanism is too weak",
  "7.10": "Encryption is needed",
  "7.11": "Encryption is required for the authentication mechanism",
  "7.20": "No passing DKIM signature was found",
  "7.23": "SPF validation failed",
  "7.24": "SPF validation error",
  "7.25": "Reverse DNS validation failed",
  "7.26": "Several authentication checks failed",
  "7.27": "Sender's domain accepts no mail (null MX)",
  "7.30": "REQUIRETLS support is required",
};
