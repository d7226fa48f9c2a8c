/** Every reply text of the dialogue comes from here: code, enhanced status code (RFC 3463), words. */

export type SessionReply = {
  readonly code: number;
  readonly status: string;
  /** Lines separated by \n. */
  readonly text: string;
};

const reply = (code: number, status: string, text: string): SessionReply => ({
  code,
  status,
  text,
});

export const replies = {
  tooManyConnections: reply(421, "4.7.0", "Too many connections, try again later"),
  connectingTooFast: reply(421, "4.7.0", "You connect too often, try again later"),
  blocked: reply(521, "5.7.1", "Not accepted from your address"),
  talkedTooSoon: reply(421, "4.7.0", "You talk before the greeting"),
  shuttingDown: reply(421, "4.3.2", "Shutting down, try again"),
  badLine: reply(500, "5.5.2", "A command ends with CR LF and has no control characters"),
  lineTooLong: reply(421, "4.5.2", "Command line too long"),
  earlyContent: reply(421, "4.5.0", "Content came before 354"),
  tooManyErrors: reply(421, "4.7.0", "Too many errors"),
  tooSlow: reply(421, "4.4.2", "Time is up"),
  needsTls: reply(530, "5.7.0", "Begin with STARTTLS"),
  noStarttlsNow: reply(454, "4.7.0", "TLS is not available now"),
  storageFull: reply(452, "4.3.1", "Insufficient system storage"),
  noSuchDomain: reply(550, "5.7.1", "Relaying denied"),
  noOutbound: reply(550, "5.7.1", "Mail to other domains is not sent from here"),
  recipientRejected: (text: string) =>
    reply(550, "5.7.1", text === "" ? "Recipient rejected" : text),
  recipientDeferred: (text: string) => reply(450, "4.7.1", text === "" ? "Try again later" : text),
  separateTransaction: reply(452, "4.5.3", "Send this recipient in another transaction"),
  tooManyRecipients: reply(452, "4.5.3", "Too many recipients in one transaction"),
  nonAscii: reply(553, "5.6.7", "Addresses beyond ASCII need SMTPUTF8"),
  bareLineEnd: reply(550, "5.6.11", "The content has a bare CR or LF"),
  nul: reply(550, "5.6.11", "The content has a NUL byte"),
  tooBig: (limit: number) => reply(552, "5.3.4", `The message is larger than ${limit} bytes`),
  headerTooBig: reply(552, "5.3.4", "The header section is too large"),
  looping: reply(554, "5.4.6", "Too many Received fields, the message is in a loop"),
  accepted: (messageId: string) => reply(250, "2.0.0", `${messageId} accepted`),
  rejected: (text: string, messageId: string) =>
    reply(550, "5.7.1", `${text === "" ? "Message rejected" : text} (${messageId})`),
  deferred: (text: string, messageId: string) =>
    reply(451, "4.7.1", `${text === "" ? "Try again later" : text} (${messageId})`),
  failed: (messageId: string) => reply(451, "4.3.0", `Local error, try again (${messageId})`),
  signInRefused: (text: string) =>
    reply(535, "5.7.8", text === "" ? "Authentication credentials invalid" : text),
  signInDeferred: (text: string) =>
    reply(454, "4.7.0", text === "" ? "Temporary authentication failure" : text),
  signInLocked: reply(454, "4.7.0", "Too many failed attempts, try again later"),
  tooManySignIns: reply(421, "4.7.0", "Too many failed attempts"),
} as const;

/** A reply of the error catalogue ("451 4.3.0 text") as its parts. */
export const parseCatalogueReply = (text: string): SessionReply => {
  const [code = "451", status = "4.3.0", ...words] = text.split(" ");
  return reply(Number(code), status, words.join(" "));
};

/** What history shows: `550 5.7.1 text`. */
export const replyText = ({ code, status, text }: SessionReply): string =>
  `${code} ${status} ${text}`;
