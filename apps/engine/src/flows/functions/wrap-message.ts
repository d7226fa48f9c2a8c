/**
 * WrapMessage (`hsl.md` §8.4): a footer or banner in the text of a message. Mail that is
 * signed or encrypted as a whole is left alone, for a change would break it.
 */
import { type FunctionBody, type RunContext, ScriptError } from "@sluice/hsl";
import { getField, setField } from "@sluice/mail-syntax";
import { encodeBody, textIn } from "../../scanner/body-encoding.ts";
import type { Message } from "../../scanner/message.ts";
import { type MimePart, readParameters } from "../../scanner/mime.ts";
import { childrenOf } from "../../scanner/part-edits.ts";
import { isGiven, optionsAt, optionText, textAt } from "../arguments.ts";
import { messageOf, partsOf } from "./message-parts.ts";

type Footer = { readonly text: string; readonly html: string; readonly isTop: boolean };

/** A longer text is left alone: all other mail would wait for it. */
const mostBytes = 4 * 1024 * 1024;

const sealed =
  /^(?:multipart\/(?:signed|encrypted)|application\/(?:x-)?pkcs7-mime|application\/pgp-encrypted)$/;

/** The parts a reader sees as the message: none of its attachments (RFC 2046 §5.1). */
const bodyParts = (part: MimePart, message: Message, parts: readonly MimePart[]): MimePart[] => {
  if (message.edits.isRemoved(part)) return [];
  if (!part.isMultipart) {
    const disposition = getField(headerOf(part, message), "Content-Disposition") ?? "";
    return /^text\/(?:plain|html)$/.test(part.type) && !/^\s*attachment/i.test(disposition)
      ? [part]
      : [];
  }
  const children = childrenOf(part, parts);
  if (part.type === "multipart/alternative") {
    return children.flatMap((child) => bodyParts(child, message, parts));
  }
  const [first] = children;
  return first === undefined ? [] : bodyParts(first, message, parts);
};

const headerOf = (part: MimePart, message: Message) =>
  part.id === "/" ? message.header() : message.edits.header(part);

/** Charsets in which ASCII bytes do not stand for themselves. */
const isForeign = (charset: string): boolean =>
  /^(?:utf-?(?:7|16|32)|iso-2022|hz|ebcdic)/.test(charset);

const addTo = (part: MimePart, message: Message, footer: Footer): boolean => {
  const header = headerOf(part, message);
  const type = getField(header, "Content-Type") ?? "";
  const charset = (readParameters(type).get("charset") ?? "").toLowerCase();
  if (isForeign(charset) || part.end - part.bodyStart > mostBytes) return false;
  const body = message.edits.body(part);
  const made = part.type === "text/html" ? inHtml(body, footer) : inText(body, charset, footer);
  if (made === null) return false;
  const { encoding, bytes } = encodeBody(made.body, true);
  message.edits.setBody(part, made.body, bytes);
  let changed = setField(header, "Content-Transfer-Encoding", encoding);
  if (made.isUtf8) changed = setField(changed, "Content-Type", withUtf8(type));
  if (part.id === "/") {
    if (getField(header, "MIME-Version") === undefined) {
      changed = setField(changed, "MIME-Version", "1.0");
    }
    message.changeHeader(() => changed);
  } else message.edits.setHeader(part, changed);
  return true;
};

type Made = { readonly body: Buffer; readonly isUtf8: boolean };

const inText = (body: Buffer, charset: string, { text, isTop }: Footer): Made | null => {
  const isAscii = /^[\0-\x7f]*$/;
  const bytes = body.toString("latin1");
  const join = (own: string): string => {
    const rest = isTop || own === "" || own.endsWith("\n") ? own : `${own}\r\n`;
    return isTop ? `${text}\r\n${rest}` : `${rest}${text}\r\n`;
  };
  // the text needs no other charset, and every byte of the message stays
  if (isAscii.test(text)) return { body: Buffer.from(join(bytes), "latin1"), isUtf8: false };
  const isPlain = /^(?:|us-ascii|utf-?8)$/.test(charset) && (charset !== "" || isAscii.test(bytes));
  const own = textIn(body, isPlain ? "utf-8" : charset === "" ? "windows-1252" : charset);
  return own === null ? null : { body: Buffer.from(join(own)), isUtf8: true };
};

/** Written in ASCII, so it fits into every charset that holds ASCII. */
const inHtml = (body: Buffer, { html, isTop }: Footer): Made => {
  const own = body.toString("latin1");
  const made = html.replace(/[^\0-\x7f]/gu, (char) => `&#${char.codePointAt(0)};`);
  const opening = /<body\b[^>]*>/i.exec(own);
  const end = own.toLowerCase().lastIndexOf("</body");
  const place = isTop
    ? opening === null
      ? 0
      : opening.index + opening[0].length
    : end < 0
      ? own.length
      : end;
  return {
    body: Buffer.from(`${own.slice(0, place)}${made}\r\n${own.slice(place)}`, "latin1"),
    isUtf8: false,
  };
};

const withUtf8 = (type: string): string => {
  const known = /;\s*charset\s*=\s*(?:"[^"]*"|[^\s;]*)/i;
  if (type.trim() === "") return "text/plain; charset=utf-8";
  return known.test(type) ? type.replace(known, "; charset=utf-8") : `${type}; charset=utf-8`;
};

const escapeHtml = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/\r\n|\r|\n/g, "<br>\r\n");

const wrapMessage: FunctionBody = (args, run: RunContext) => {
  const text = textAt(args, 0).replace(/\r\n|\r|\n/g, "\r\n");
  const position = optionText(optionsAt(args, 2), "position") ?? "bottom";
  if (position !== "top" && position !== "bottom") {
    throw new ScriptError("wrong-argument", "the position is top or bottom");
  }
  const footer: Footer = {
    text,
    html: isGiven(args, 1) ? textAt(args, 1) : `<p>${escapeHtml(text)}</p>`,
    isTop: position === "top",
  };
  const message = messageOf(run);
  const parts = partsOf(run);
  const [whole] = parts;
  if (whole === undefined || parts.some(({ type }) => sealed.test(type))) return 0;
  return bodyParts(whole, message, parts).filter((part) => addTo(part, message, footer)).length;
};

export const wrapFunctions: Readonly<Record<string, FunctionBody>> = { WrapMessage: wrapMessage };
