/** MAIL FROM: and RCPT TO: as written: path and parameters, each checked by its own RFC. */
import {
  decodeXtext,
  formatMailbox,
  type Path,
  parseMailbox,
  parsePath,
} from "@sluice/mail-syntax";
import { isAscii } from "./ascii.ts";
import type { MailCommand } from "./mail.ts";
import type { RcptCommand } from "./rcpt.ts";
import { replies, type SessionReply } from "./reply.ts";
import { hasUnsafeText } from "./unsafe-text.ts";

type Notify = NonNullable<RcptCommand["notify"]>[number];
const notifyWords: ReadonlySet<string> = new Set<Notify>(["NEVER", "SUCCESS", "FAILURE", "DELAY"]);

/** RFC 3461 §4.4 and §4.2. */
const maximumEnvid = 100;
const maximumOrcpt = 500;

/** Some clients put blanks before the colon. */
const isFrom = /^FROM *$/i;
const isTo = /^TO *$/i;

const readPath = (argument: string, keyword: "FROM" | "TO"): Path | null => {
  const colon = argument.indexOf(":");
  if (hasUnsafeText(argument)) return null;
  if (!(keyword === "TO" ? isTo : isFrom).test(argument.slice(0, Math.max(0, colon)))) return null;
  const path = parsePath(argument.slice(colon + 1), {
    kind: keyword === "TO" ? "forward" : "reverse",
  });
  return path === null || path.hasSourceRoute ? null : path;
};

/** The value of xtext as text; null when it is no xtext, or hides control characters. */
const readXtext = (value: string, longest: number): string | null => {
  if (value.length > longest) return null;
  // RFC 6533 §3 writes ORCPT in UTF-8; what xtext hides is ASCII
  const text = isAscii(value) ? decodeXtext(value) : value;
  if (isAscii(value) && !isAscii(text ?? "")) return null;
  return text === null || text === "" || hasUnsafeText(text) ? null : text;
};

const none: Readonly<Record<string, string>> = {};

/** As scripts see them: a keyword without a value has the value "". */
const parametersOf = (path: Path): Readonly<Record<string, string>> =>
  path.parameters.size === 0
    ? none
    : Object.fromEntries([...path.parameters].map(([key, value]) => [key, value ?? ""]));

export const readMail = (
  argument: string,
  session: { readonly maximumMessageBytes: number; readonly isSecure: boolean },
): MailCommand | SessionReply => {
  const path = readPath(argument, "FROM");
  if (path === null) return replies.badSender;
  let smtpUtf8 = false;
  let eightBit = false;
  let requireTls = false;
  let ret: MailCommand["ret"] = null;
  let envid: string | null = null;
  for (const [name, value] of path.parameters) {
    switch (name) {
      case "SIZE":
        if (value === null || !/^\d{1,20}$/.test(value)) return replies.badParameter(name);
        if (Number(value) > session.maximumMessageBytes)
          return replies.tooBig(session.maximumMessageBytes);
        break;
      case "BODY": {
        const body = value?.toUpperCase();
        if (body !== "7BIT" && body !== "8BITMIME") return replies.badParameter(name);
        eightBit = body === "8BITMIME";
        break;
      }
      case "SMTPUTF8":
        if (value !== null) return replies.badParameter(name);
        smtpUtf8 = true;
        break;
      case "REQUIRETLS":
        if (value !== null) return replies.badParameter(name);
        if (!session.isSecure) return replies.requireTlsNeedsTls;
        requireTls = true;
        break;
      case "RET": {
        const given = value?.toUpperCase();
        if (given !== "FULL" && given !== "HDRS") return replies.badParameter(name);
        ret = given;
        break;
      }
      case "ENVID":
        envid = value === null ? null : readXtext(value, maximumEnvid);
        if (envid === null) return replies.badParameter(name);
        break;
      case "AUTH": {
        // RFC 4954 §5: who wrote it, as the client says; nothing here trusts that
        const author = value === null ? null : readXtext(value, maximumOrcpt);
        if (author === null || (author !== "<>" && parseMailbox(author) === null))
          return replies.badParameter(name);
        break;
      }
      default:
        return replies.unknownParameter(name);
    }
  }
  return {
    sender: path.mailbox === null ? "" : formatMailbox(path.mailbox),
    parameters: parametersOf(path),
    smtpUtf8,
    eightBit,
    requireTls,
    ret,
    envid,
  };
};

export const readRcpt = (argument: string): RcptCommand | SessionReply => {
  const path = readPath(argument, "TO");
  if (path === null || path.mailbox === null) return replies.badRecipient;
  let notify: RcptCommand["notify"] = null;
  let orcpt: string | null = null;
  for (const [name, value] of path.parameters) {
    switch (name) {
      case "NOTIFY": {
        const words = (value ?? "").toUpperCase().split(",");
        const isValid = words.every((word) => notifyWords.has(word));
        if (!isValid || (words.includes("NEVER") && words.length > 1))
          return replies.badParameter(name);
        notify = words as Notify[]; // each is one of the words
        break;
      }
      case "ORCPT": {
        const text = value === null ? null : readXtext(value, maximumOrcpt);
        if (text === null || !/^[A-Za-z0-9-]+;./.test(text)) return replies.badParameter(name);
        orcpt = text;
        break;
      }
      default:
        return replies.unknownParameter(name);
    }
  }
  return {
    address: formatMailbox(path.mailbox),
    domain: path.mailbox.domain,
    parameters: parametersOf(path),
    notify,
    orcpt,
  };
};
