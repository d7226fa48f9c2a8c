/** Every reply text of the dialogue comes from here: code, enhanced status code (RFC 3463), words. */
import type { AcceptReply } from "../flows/verdict.ts";

export type SessionReply = {
  readonly code: number;
  readonly status: string;
  /** Lines separated by \n. */
  readonly text: string;
  /** The connection ends after it. */
  readonly disconnect?: boolean | undefined;
};

const reply = (code: number, status: string, text: string): SessionReply => ({
  code,
  status,
  text,
});

/** Text of a flow: an enhanced status code of the right class (RFC 3463) at its head is the reply's. */
const worded = (
  code: number,
  status: string,
  text: string,
  otherwise: string,
  id: string | null = null,
): SessionReply => {
  const words = text === "" ? otherwise : text;
  const own = /^([45])\.\d{1,3}\.\d{1,3} +(?=\S)/.exec(words);
  const isOwn = own !== null && Number(own[1]) === Math.floor(code / 100);
  const rest = isOwn ? words.slice(own[0].length) : words;
  return reply(code, isOwn ? own[0].trimEnd() : status, id === null ? rest : `${rest} (${id})`);
};

export const replies = {
  // the connection
  greeting: (name: string, protocol: string) => reply(220, "", `${name} ${protocol}`),
  bye: reply(221, "2.0.0", "Bye"),
  tooManyConnections: reply(421, "4.7.0", "Too many connections, try again later"),
  connectingTooFast: reply(421, "4.7.0", "You connect too often, try again later"),
  policyCannotRun: reply(421, "4.3.0", "Local error, try again later"),
  talkedTooSoon: reply(421, "4.7.0", "You talk before the greeting"),
  shuttingDown: reply(421, "4.3.2", "Shutting down, try again"),
  tooManyErrors: reply(421, "4.7.0", "Too many errors"),
  tooManyCommands: reply(421, "4.7.0", "Too many commands without mail"),
  tooSlow: reply(421, "4.4.2", "Time is up"),
  web: reply(421, "4.7.0", "This is no web server"),

  // any command
  badLine: reply(500, "5.5.2", "A command ends with CR LF and has no control characters"),
  lineTooLong: reply(500, "5.5.2", "Command line too long"),
  lineFarTooLong: reply(421, "4.5.2", "Command line too long"),
  noChunks: reply(502, "5.5.1", "BDAT is not offered here"),
  unaskedContent: reply(421, "4.5.0", "What follows BDAT is not read"),
  unknownCommand: reply(500, "5.5.2", "Command not recognized"),
  takesNoArgument: (verb: string) => reply(501, "5.5.4", `${verb} takes no argument`),
  greetFirst: (verb: string) => reply(503, "5.5.1", `${verb} comes first`),
  wrongProtocol: (verb: string) => reply(500, "5.5.1", `Here it is ${verb}`),
  ok: reply(250, "2.0.0", "OK"),
  help: reply(214, "2.0.0", "RFC 5321"),
  verify: reply(252, "2.5.2", "Send some mail, it will be tried"),
  badName: (verb: string) => reply(501, "5.5.4", `${verb} wants one host name`),
  greeted: (name: string, features: readonly string[]) =>
    reply(250, "", [name, ...features].join("\n")),

  // STARTTLS and XCLIENT
  startTls: reply(220, "2.0.0", "Begin TLS"),
  afterStartTls: reply(421, "4.7.0", "Bytes came after STARTTLS"),
  alreadyTls: reply(503, "5.5.1", "TLS is active"),
  noTls: reply(454, "4.7.0", "TLS is not available"),
  needsTls: reply(530, "5.7.0", "Begin with STARTTLS"),
  xclientNotAllowed: reply(550, "5.7.1", "XCLIENT is not for you"),
  badXclient: reply(501, "5.5.4", "Bad XCLIENT parameter"),

  // AUTH
  noSignIn: reply(502, "5.5.1", "There is no sign-in here"),
  signInNeedsTls: reply(538, "5.7.11", "Encryption is needed for this, begin with STARTTLS"),
  signedInAlready: reply(503, "5.5.1", "You are signed in"),
  unknownMechanism: reply(504, "5.5.4", "This mechanism is not offered"),
  challenge: (text: string) => reply(334, "", text),
  badSignIn: reply(501, "5.5.2", "The sign-in cannot be read"),
  signInCancelled: reply(501, "5.7.0", "Sign-in cancelled"),
  signedIn: reply(235, "2.7.0", "Signed in"),
  signInRefused: (text: string) => worded(535, "5.7.8", text, "Authentication credentials invalid"),
  signInDeferred: (text: string) => worded(454, "4.7.0", text, "Temporary authentication failure"),
  signInLocked: reply(454, "4.7.0", "Too many failed attempts, try again later"),
  tooManySignIns: reply(421, "4.7.0", "Too many failed attempts"),

  // MAIL and RCPT
  inTransaction: reply(503, "5.5.1", "A transaction is under way"),
  mailFirst: reply(503, "5.5.1", "MAIL comes first"),
  badSender: reply(501, "5.1.7", "Bad sender address or parameter"),
  badRecipient: reply(501, "5.1.3", "Bad recipient address or parameter"),
  badParameter: (name: string) => reply(501, "5.5.4", `Bad value of ${name}`),
  unknownParameter: (name: string) => reply(555, "5.5.4", `Unknown parameter ${name}`),
  requireTlsNeedsTls: reply(530, "5.7.10", "REQUIRETLS needs TLS"),
  storageFull: reply(452, "4.3.1", "Insufficient system storage"),
  nonAscii: reply(553, "5.6.7", "Addresses beyond ASCII need SMTPUTF8"),
  senderAccepted: reply(250, "2.1.0", "Sender accepted"),
  recipientAccepted: reply(250, "2.1.5", "Recipient accepted"),
  noSuchDomain: (id: string) => reply(550, "5.7.1", `Relaying denied (${id})`),
  noOutbound: (id: string) =>
    reply(550, "5.7.1", `Mail to other domains is not sent from here (${id})`),
  recipientRejected: (text: string, id: string) =>
    worded(550, "5.7.1", text, "Recipient rejected", id),
  recipientDeferred: (text: string, id: string) =>
    worded(450, "4.7.1", text, "Try again later", id),
  separateTransaction: reply(452, "4.5.3", "Send this recipient in another transaction"),
  tooManyRecipients: reply(452, "4.5.3", "Too many recipients in one transaction"),

  // DATA
  noRecipients: reply(554, "5.5.1", "No valid recipients"),
  startContent: reply(354, "", "End with CR LF . CR LF"),
  earlyContent: reply(421, "4.5.0", "Content came before 354"),
  bareLineEnd: (id: string) => reply(550, "5.6.11", `The content has a bare CR or LF (${id})`),
  longLine: (id: string) => reply(550, "5.6.0", `A line is longer than 998 bytes (${id})`),
  nul: (id: string) => reply(550, "5.6.11", `The content has a NUL byte (${id})`),
  tooBig: (limit: number, id?: string) =>
    reply(
      552,
      "5.3.4",
      `The message is larger than ${limit} bytes${id === undefined ? "" : ` (${id})`}`,
    ),
  headerTooBig: (id: string) => reply(552, "5.3.4", `The header section is too large (${id})`),
  headerTooLong: (id: string) =>
    reply(552, "5.3.4", `The header section has too many lines (${id})`),
  looping: (id: string) =>
    reply(554, "5.4.6", `Too many Received fields, the message is in a loop (${id})`),
  accepted: (id: string, wanted: AcceptReply | undefined = undefined): SessionReply => ({
    code: wanted?.code ?? 250,
    status: wanted?.status ?? "2.0.0",
    text: wanted?.text === undefined ? `${id} accepted` : `${wanted.text} (${id})`,
    ...(wanted?.disconnect === true ? { disconnect: true } : {}),
  }),
  rejected: (text: string, id: string) => worded(550, "5.7.1", text, "Message rejected", id),
  deferred: (text: string, id: string) => worded(451, "4.7.1", text, "Try again later", id),
  failed: (id: string) => reply(451, "4.3.0", `Local error, try again (${id})`),
} as const;

/** A reply of the error catalogue ("451 4.3.0 text") as its parts. */
export const parseCatalogueReply = (text: string): SessionReply => {
  const [code = "451", status = "4.3.0", ...words] = text.split(" ");
  return reply(Number(code), status, words.join(" "));
};

/** What history shows: `550 5.7.1 text`. */
export const replyText = ({ code, status, text }: SessionReply): string =>
  status === "" ? `${code} ${text}` : `${code} ${status} ${text}`;

/** What may not stand in a line of the dialogue, and splits it where somebody reads it. */
const unsafe = /[\p{Cc}\u2028\u2029]/gu;
const isPlain = /^[ -~]*$/;
const safe = (line: string): string => (isPlain.test(line) ? line : line.replace(unsafe, " "));
/** RFC 5321 §4.5.3.1.5: 512 bytes with code, status and CRLF, each character up to three bytes. */
const longest = 480;

/** The bytes on the wire; a long text is broken into lines. */
export const formatReply = (given: SessionReply): string => {
  const { code, status, text } = given;
  const head = status === "" ? "" : `${status} `;
  if (text.length <= longest / 3 && !text.includes("\n")) {
    return `${code} ${head}${safe(text)}\r\n`;
  }
  const lines = text.split("\n").flatMap((line) => wrap(safe(line)));
  const last = lines.length - 1;
  return lines
    .map((line, index) => `${code}${index < last ? "-" : " "}${head}${line}\r\n`)
    .join("");
};

const wrap = (line: string): string[] => {
  const lines: string[] = [];
  let rest = line;
  while (Buffer.byteLength(rest) > longest) {
    const space = rest.lastIndexOf(" ", longest / 3);
    const at = space > 0 ? space : Math.floor(longest / 4);
    lines.push(rest.slice(0, at));
    rest = rest.slice(space > 0 ? at + 1 : at);
  }
  return [...lines, rest];
};
