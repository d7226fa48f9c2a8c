/** The commands of SMTP and LMTP: what each may say and when (RFC 5321 §4.1). */
import { includesAddress, parseAddress, parseNetwork } from "@sluice/hsl";
import type { MaybeLater } from "../flows/flow-input.ts";
import { isAscii } from "./ascii.ts";
import { signIn } from "./auth.ts";
import { beginTransaction } from "./mail.ts";
import { readMail, readRcpt } from "./path-command.ts";
import { takeRecipient } from "./rcpt.ts";
import { replies, type SessionReply } from "./reply.ts";
import { type Credentials, decodeToken, isUserName, loginPrompts, readPlain } from "./sasl.ts";
import { abandonTransaction, type Session } from "./session.ts";
import type { StrictStream } from "./strict-stream.ts";
import { hasUnsafeText } from "./unsafe-text.ts";
import { readXclient, xclientNames } from "./xclient.ts";

/** null: everything was said already. */
export type Answer = SessionReply | null;
/** Takes the next line instead of a command (AUTH). */
export type Exchange = (line: string) => MaybeLater<Answer>;

/** What commands may do with their connection. */
export type Dialogue = {
  readonly mail: Session;
  readonly name: string;
  readonly secure: boolean;
  readonly offersTls: boolean;
  readonly stream: StrictStream | null;
  /** The address the connection came from, whatever a proxy says. */
  readonly _originalRemoteAddress: string;
  exchange: Exchange | null;
  signInTries: number;
  isForwarded: boolean;
  readonly reply: (reply: SessionReply) => void;
  readonly countJunk: () => Answer;
  readonly quit: () => void;
  readonly startTls: () => Answer;
  readonly beginAgain: () => MaybeLater<Answer>;
  readonly receiveContent: () => SessionReply;
};

const maximumSignInTries = 5;
const maximumName = 255;

export const answerCommand = (dialogue: Dialogue, line: Buffer): MaybeLater<Answer> => {
  const text = textOf(line);
  const { exchange } = dialogue;
  if (exchange !== null) {
    dialogue.exchange = null;
    return text === "*" ? replies.signInCancelled : exchange(text);
  }
  const space = text.indexOf(" ");
  const verb = space < 0 ? text : text.slice(0, space);
  const argument = space < 0 ? "" : withoutBlanks(text.slice(space + 1));
  if (!isAscii(verb)) return replies.unknownCommand; // some letters have capitals that are ASCII
  return answerVerb(dialogue, verb.toUpperCase(), argument, text);
};

const answerVerb = (
  dialogue: Dialogue,
  verb: string,
  argument: string,
  text: string,
): MaybeLater<Answer> => {
  const { mail } = dialogue;
  switch (verb) {
    case "MAIL":
      return mailFrom(dialogue, argument);
    case "RCPT":
      return rcptTo(dialogue, argument);
    case "DATA":
      return data(dialogue, argument);
    case "EHLO":
    case "HELO":
    case "LHLO":
      return greet(dialogue, verb, argument);
    case "RSET":
      if (argument !== "") return replies.takesNoArgument(verb);
      abandonTransaction(mail);
      return dialogue.countJunk() ?? replies.ok;
    case "NOOP":
      return dialogue.countJunk() ?? replies.ok;
    case "VRFY":
      return dialogue.countJunk() ?? replies.verify;
    case "HELP":
      return dialogue.countJunk() ?? replies.help;
    case "QUIT":
      dialogue.quit();
      return null;
    case "STARTTLS":
      return startTls(dialogue, argument);
    case "AUTH":
      return auth(dialogue, argument);
    case "XCLIENT":
      return xclient(dialogue, argument);
    case "BDAT":
      // RFC 3030 lets its content follow at once: nothing behind it may be read as a command
      dialogue.reply(replies.noChunks);
      return replies.unaskedContent;
    default:
      return isWebRequest(text) ? replies.web : replies.unknownCommand;
  }
};

const textOf = (line: Buffer): string => {
  const text = line.toString("latin1");
  return isAscii(text) ? text : line.toString("utf8");
};

/** RFC 5321 §4.1.1 tolerates blanks behind a command; other white space is no blank, and stays to be refused. */
const withoutBlanks = (text: string): string => {
  let from = 0;
  let to = text.length;
  while (text[from] === " ") from++;
  while (to > from && (text[to - 1] === " " || text[to - 1] === "\t")) to--;
  return text.slice(from, to);
};

const isWebRequest = (text: string): boolean => /^[!-~]+ \S+ HTTP\/\d/i.test(text);

const greet = (
  { mail, name, secure, offersTls, _originalRemoteAddress, isForwarded }: Dialogue,
  verb: "EHLO" | "HELO" | "LHLO",
  argument: string,
): Answer => {
  const { listener } = mail;
  const isLmtp = listener.protocol === "lmtp";
  if (isLmtp !== (verb === "LHLO")) return replies.wrongProtocol(isLmtp ? "LHLO" : "EHLO");
  if (argument === "" || argument.length > maximumName || /\s/.test(argument))
    return replies.badName(verb);
  if (hasUnsafeText(argument)) return replies.badName(verb);
  abandonTransaction(mail);
  mail.helo = argument;
  mail.isExtended = verb !== "HELO";
  const title = `${name} greets ${argument}`;
  if (!mail.isExtended) return replies.greeted(title, []);
  const features = ["PIPELINING", `SIZE ${listener.maximumMessageBytes}`, "8BITMIME", "SMTPUTF8"];
  features.push("ENHANCEDSTATUSCODES", "DSN", `LIMITS RCPTMAX=${listener.maximumRecipients}`);
  if (offersTls) features.push("STARTTLS");
  if (secure) features.push("REQUIRETLS");
  const hasSignIn = listener.authenticationFlow !== undefined && mail.signIn === null;
  if (hasSignIn && (secure || !signInNeedsTls(mail))) features.push("AUTH PLAIN LOGIN");
  if (!isForwarded && isListed(listener.xclientPeers, _originalRemoteAddress))
    features.push(`XCLIENT ${xclientNames.join(" ")}`);
  return replies.greeted(title, features);
};

const hello = (session: Session): SessionReply =>
  replies.greetFirst(session.listener.protocol === "lmtp" ? "LHLO" : "EHLO");

const mailFrom = ({ mail, secure }: Dialogue, argument: string): Answer => {
  if (mail.helo === "") return hello(mail);
  if (mail.transaction !== null) return replies.inTransaction;
  const { maximumMessageBytes } = mail.listener;
  const command = readMail(argument, { maximumMessageBytes, isSecure: secure });
  if ("code" in command) return command;
  return beginTransaction(mail, command) ?? replies.senderAccepted;
};

const rcptTo = ({ mail }: Dialogue, argument: string): MaybeLater<Answer> => {
  if (mail.helo === "") return hello(mail);
  const { transaction } = mail;
  if (transaction === null) return replies.mailFirst;
  const command = readRcpt(argument);
  return "code" in command ? command : takeRecipient(mail, transaction, command);
};

const data = (dialogue: Dialogue, argument: string): Answer => {
  const { mail, stream } = dialogue;
  const refusal =
    argument !== ""
      ? replies.takesNoArgument("DATA")
      : mail.transaction === null
        ? replies.mailFirst
        : mail.transaction.recipients.length === 0
          ? replies.noRecipients
          : null;
  if (refusal === null) return dialogue.receiveContent();
  if (stream?.hasMore !== true) return refusal;
  dialogue.reply(refusal); // content that did not wait for 354 must not be read as commands
  return replies.earlyContent;
};

const startTls = (dialogue: Dialogue, argument: string): Answer => {
  if (argument !== "") return replies.takesNoArgument("STARTTLS");
  if (dialogue.secure) return replies.alreadyTls;
  if (!dialogue.offersTls)
    return dialogue.mail.listener.tls.mode === "off" ? replies.unknownCommand : replies.noTls;
  if (dialogue.stream?.hasMore === true) return replies.afterStartTls;
  return dialogue.startTls();
};

/** Where all mail needs TLS, so does the password for it. */
const signInNeedsTls = ({ listener }: Session): boolean =>
  listener.authenticationNeedsTls || listener.tls.mode === "required";

const auth = (dialogue: Dialogue, argument: string): MaybeLater<Answer> => {
  const { mail, secure } = dialogue;
  const { listener } = mail;
  const [name = "", initial, ...rest] = argument.split(/ +/);
  if (listener.authenticationFlow === undefined) return replies.noSignIn;
  if (mail.helo === "") return hello(mail);
  if (signInNeedsTls(mail) && !secure) return replies.signInNeedsTls;
  if (mail.signIn !== null) return replies.signedInAlready;
  if (mail.transaction !== null) return replies.inTransaction;
  if (rest.length > 0 || !isAscii(argument)) return replies.badSignIn;
  const ask = (prompt: string, next: Exchange): Answer => {
    dialogue.exchange = next;
    return replies.challenge(prompt);
  };
  switch (name.toUpperCase()) {
    case "PLAIN": {
      const take: Exchange = (token) => trySignIn(dialogue, readPlain(token), "PLAIN");
      return initial === undefined ? ask("", take) : take(initial);
    }
    case "LOGIN": {
      const takeName: Exchange = (token) => {
        const userName = decodeToken(token);
        if (userName === null || !isUserName(userName)) return replies.badSignIn;
        return ask(loginPrompts.password, (secret) => {
          const password = decodeToken(secret);
          const isWhole = password !== null && !password.includes("\0");
          return trySignIn(dialogue, isWhole ? { userName, password } : null, "LOGIN");
        });
      };
      return initial === undefined ? ask(loginPrompts.userName, takeName) : takeName(initial);
    }
    default:
      return replies.unknownMechanism;
  }
};

const trySignIn = async (
  dialogue: Dialogue,
  credentials: Credentials | null,
  mechanism: "PLAIN" | "LOGIN",
): Promise<Answer> => {
  if (credentials === null) return replies.badSignIn;
  const reply = await signIn(dialogue.mail, credentials, mechanism);
  if (reply.code < 400) return reply;
  if (++dialogue.signInTries < maximumSignInTries) return reply;
  dialogue.reply(reply);
  return replies.tooManySignIns;
};

const xclient = (dialogue: Dialogue, argument: string): MaybeLater<Answer> => {
  const { mail } = dialogue;
  const isAllowed =
    !dialogue.isForwarded && isListed(mail.listener.xclientPeers, dialogue._originalRemoteAddress);
  if (!isAllowed) return replies.xclientNotAllowed;
  if (mail.transaction !== null) return replies.inTransaction;
  const facts = readXclient(argument);
  if (facts === null) return replies.badXclient;
  if (typeof facts.address === "string") mail.clientAddress = facts.address;
  if (typeof facts.port === "number") mail.clientPort = facts.port;
  mail.helo = ""; // the client greets for itself
  mail.signIn = facts.signIn ?? null;
  mail.context.clear();
  if (typeof facts.address === "string") return dialogue.beginAgain();
  return replies.greeting(dialogue.name, mail.listener.protocol === "lmtp" ? "LMTP" : "ESMTP");
};

/** Whether an address is in a list of addresses and networks. */
export const isListed = (list: readonly string[], address: string): boolean => {
  if (list.length === 0) return false;
  const parsed = parseAddress(address);
  if (parsed === undefined) return false;
  return list.some((entry) => {
    const network = parseNetwork(entry.trim());
    return network !== undefined && includesAddress(network, parsed);
  });
};
