/**
 * Replies out of the bytes of a next hop that may be hostile: a line has at most
 * 2 KB, a reply 100 lines and 64 KB, and no control character gets any further.
 */
import { statusOfCode } from "@sluice/mail-syntax";

export type WireReply = {
  readonly code: number;
  /** RFC 3463, when the server says one that fits the code. */
  readonly status: string | null;
  /** Text of each line, without code. */
  readonly lines: readonly string[];
  /** All of it on one line, with the code: for log, notice and lists. */
  readonly text: string;
};

export type ReplyReader = {
  /** Complete replies in these bytes. Throws ReplyError when the peer speaks no SMTP. */
  readonly push: (chunk: Buffer) => WireReply[];
  /** Bytes that are not yet a reply. */
  readonly hasRest: () => boolean;
};

export class ReplyError extends Error {}

export const replyLimits = { line: 2048, lines: 100, bytes: 64 * 1024, text: 1000 } as const;

export const createReplyReader = (): ReplyReader => {
  let rest = "";
  let code = 0;
  let lines: string[] = [];
  let bytes = 0;

  return {
    hasRest: () => rest !== "" || lines.length > 0,
    push: (chunk) => {
      const replies: WireReply[] = [];
      rest += chunk.toString("latin1");
      for (;;) {
        const end = rest.indexOf("\n");
        if ((end < 0 ? rest.length : end) > replyLimits.line)
          throw new ReplyError("a line is too long");
        if (end < 0) return replies;
        const line = rest.slice(0, rest[end - 1] === "\r" ? end - 1 : end);
        rest = rest.slice(end + 1);
        bytes += line.length;
        const isLast = line[3] !== "-";
        const value = Number(line.slice(0, 3));
        if (!/^[2-5][0-9][0-9](?:[ -]|$)/.test(line) || (lines.length > 0 && value !== code)) {
          throw new ReplyError("the server does not speak SMTP");
        }
        code = value;
        lines.push(line.slice(4));
        if (lines.length > replyLimits.lines || bytes > replyLimits.bytes) {
          throw new ReplyError("a reply is too long");
        }
        if (!isLast) continue;
        replies.push(replyOf(code, lines));
        lines = [];
        bytes = 0;
      }
    },
  };
};

const statusPattern = /^([245]\.\d{1,3}\.\d{1,3})(?: |$)/;

const replyOf = (code: number, raw: readonly string[]): WireReply => {
  const lines = raw.map(clean);
  const said = statusPattern.exec(lines[0] ?? "")?.[1] ?? null;
  const status = said !== null && said[0] === String(code)[0] ? said : null;
  // the status stands on every line; once is enough
  const words = lines.map((line, index) =>
    index > 0 && status !== null && line.startsWith(`${status} `)
      ? line.slice(status.length + 1)
      : line,
  );
  return {
    code,
    status,
    lines,
    text: `${code} ${words.join(" ")}`.trim().slice(0, replyLimits.text),
  };
};

/** UTF-8 where it is (RFC 6531 §3.7.4), no control characters, no characters that turn text around. */
const clean = (line: string): string => {
  if (/^[\x20-\x7e]*$/.test(line)) return line;
  return Buffer.from(line, "latin1")
    .toString("utf8")
    .replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, " ");
};

/** The status to report when the server gave none. */
export const statusOf = ({ code, status }: { code: number; status: string | null }): string =>
  status ?? (code === 0 ? "4.4.2" : statusOfCode(code));
