/** What a server answers (RFC 5321 §4.2), with the status of RFC 3463 in front of its text. */
import { encodeUtf8 } from "./octets.ts";
import { isStatus } from "./status-code.ts";

export type Reply = {
  readonly code: number;
  readonly enhancedStatus?: string | undefined;
  /** Lines are separated by `\n`. */
  readonly text: string;
};

/** RFC 5321 §4.5.3.1.5: 512 octets, of which two are CRLF. */
const maxLine = 510;
const maxLines = 100;

/**
 * The reply on the wire, every line ended by CRLF. Long lines are split, control
 * characters become spaces: text from a flow or a next hop cannot forge a second reply.
 */
export const formatReply = (reply: Reply): string => {
  // RFC 2034 §4: the status stands on every line.
  const status = reply.enhancedStatus === undefined ? "" : `${reply.enhancedStatus} `;
  const room = maxLine - 4 - status.length;
  const lines = reply.text
    .split(/\r\n|\r|\n/)
    .flatMap((line) => splitLine(encodeUtf8(line.replace(/\p{Cc}/gu, " ")), room))
    .slice(0, maxLines);
  return lines
    .map(
      (line, index) => `${reply.code}${index < lines.length - 1 ? "-" : " "}${status}${line}\r\n`,
    )
    .join("");
};

/** Cuts at the last space that fits, and never inside a UTF-8 sequence. */
const splitLine = (line: string, room: number): string[] => {
  const pieces: string[] = [];
  let rest = line;
  while (rest.length > room) {
    const space = rest.lastIndexOf(" ", room);
    let cut = space > room / 2 ? space : room;
    while (cut > 1 && (rest.charCodeAt(cut) & 0xc0) === 0x80) cut -= 1;
    pieces.push(rest.slice(0, cut));
    rest = rest.slice(rest[cut] === " " ? cut + 1 : cut);
  }
  return [...pieces, rest];
};

/**
 * Reads one complete reply, with CRLF or bare LF between its lines; `null` when it
 * is none: another code on a later line, a last line with a dash, or text after it.
 */
export const parseReply = (wire: string): Reply | null => {
  const lines = wire.replace(/\r?\n$/, "").split(/\r?\n/);
  const texts: string[] = [];
  let code = "";
  for (const [index, line] of lines.entries()) {
    const match = /^([2-5][0-9]{2})(?:([ -])(.*))?$/s.exec(line);
    if (match === null || (index > 0 && match[1] !== code)) return null;
    const isLast = index === lines.length - 1;
    if (isLast === (match[2] === "-")) return null;
    code = match[1] ?? "";
    texts.push(match[3] ?? "");
  }
  return liftStatus(Number(code), texts);
};

/** Whether the text ends with the last line of a reply, so that no more is to be read. */
export const isCompleteReply = (wire: string): boolean =>
  /(?:^|\n)[2-5][0-9]{2}(?: [^\n]*)?\r?\n$/.test(wire);

/** Takes the enhanced status off the lines, if the class fits the code (RFC 2034 §4). */
const liftStatus = (code: number, texts: readonly string[]): Reply => {
  const status = /^([245]\.[0-9]{1,3}\.[0-9]{1,3})(?: |$)/.exec(texts[0] ?? "")?.[1];
  if (status === undefined || !isStatus(status) || status[0] !== String(code)[0]) {
    return { code, text: texts.join("\n") };
  }
  const text = texts
    .map((line) => (line.startsWith(status) ? line.slice(status.length).replace(/^ /, "") : line))
    .join("\n");
  return { code, enhancedStatus: status, text };
};
