/** The argument of MAIL FROM: and RCPT TO: (RFC 5321 §4.1.2): a path, then parameters. */
import { formatMailbox, type Mailbox, makeMailbox, readLocalPart } from "./mailbox.ts";
import { isAscii } from "./octets.ts";

export type Path = {
  /** `null` is the null reverse-path `<>`. */
  readonly mailbox: Mailbox | null;
  /** `@a,@b:` stood before the mailbox. RFC 5321 appendix C lets us ignore or refuse it. */
  readonly hasSourceRoute: boolean;
  /** Keyword in capitals → value; `null` for a keyword without `=`. */
  readonly parameters: ReadonlyMap<string, string | null>;
};

export type PathOptions = {
  /** `forward` (RCPT) knows the bare `<Postmaster>` and no `<>`; `reverse` (MAIL) the other way round. */
  readonly kind?: "forward" | "reverse";
  /** Text beyond ASCII in the mailbox (RFC 6531); true unless told. */
  readonly smtpUtf8?: boolean;
};

/** Reads what follows the colon; `null` when it is no path or a parameter is malformed or doubled. */
export const parsePath = (text: string, options: PathOptions = {}): Path | null => {
  let start = 0;
  while (text[start] === " " || text[start] === "\t") start++;
  const head = readBracketed(text, start, options);
  if (head === null) return null;
  const rest = text.slice(head.end);
  if (rest !== "" && !/^[ \t]/.test(rest)) return null;
  const parameters = parseParameters(rest);
  if (parameters === null) return null;
  return { mailbox: head.mailbox, hasSourceRoute: head.hasSourceRoute, parameters };
};

type Head = {
  readonly mailbox: Mailbox | null;
  readonly hasSourceRoute: boolean;
  readonly end: number;
};

const readBracketed = (text: string, start: number, options: PathOptions): Head | null => {
  if (text[start] !== "<") return null;
  let at = start + 1;
  if (text[at] === ">") {
    const isNull = { mailbox: null, hasSourceRoute: false, end: at + 1 };
    return options.kind === "forward" ? null : isNull;
  }
  const route = text[at] === "@" ? /^@[^:<>"\s]+(?:,@[^:<>"\s]+)*:/.exec(text.slice(at)) : null;
  if (route !== null) at += route[0].length;
  const local = readLocalPart(text, at);
  if (local === null) return null;
  const hasSourceRoute = route !== null;
  if (text[local.end] === ">") {
    // RFC 5321 §4.1.1.3: the only mailbox without a domain.
    const isPostmaster = local.value.toLowerCase() === "postmaster" && options.kind !== "reverse";
    if (!isPostmaster || hasSourceRoute) return null;
    return { mailbox: { localPart: local.value, domain: "" }, hasSourceRoute, end: local.end + 1 };
  }
  if (text[local.end] !== "@") return null;
  const close = text.indexOf(">", local.end);
  if (close < 0) return null;
  const mailbox = makeMailbox(local.value, text.slice(local.end + 1, close));
  if (mailbox === null) return null;
  if (options.smtpUtf8 === false && !isAscii(text.slice(at, close))) return null;
  return { mailbox, hasSourceRoute, end: close + 1 };
};

const parseParameters = (text: string): Map<string, string | null> | null => {
  const parameters = new Map<string, string | null>();
  if (text === "") return parameters;
  for (const word of text.split(/[ \t]+/)) {
    if (word === "") continue;
    const match = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-~\u0080-\uffff]+))?$/.exec(word);
    if (match === null) return null;
    const keyword = (match[1] ?? "").toUpperCase();
    if (parameters.has(keyword)) return null;
    parameters.set(keyword, match[2] ?? null);
  }
  return parameters;
};

/** The path as a command writes it: `<local@domain>`, `<>` for the null path. */
export const formatPath = (mailbox: Mailbox | null): string =>
  mailbox === null ? "<>" : `<${formatMailbox(mailbox)}>`;
