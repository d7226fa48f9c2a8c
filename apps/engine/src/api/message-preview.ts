/** A message as text: its header fields, its plain text, and what is attached. HTML is reduced to its text. */

import { decodeWords } from "@sluice/mail-syntax";
import PostalMime from "postal-mime";
import { decodeCharset } from "../scanner/charset.ts";

export type MessagePreview = {
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly text: string;
  /** Only the beginning is shown. */
  readonly truncated: boolean;
  readonly attachments: readonly {
    readonly fileName: string;
    readonly mediaType: string;
    readonly size: number;
  }[];
  /** Why the message could not be taken apart; then `text` is its source. */
  readonly unreadable: string | null;
};

/** Text as the octets a header field is made of, one character each. */
const octets = (text: string): string => Buffer.from(text, "utf8").toString("latin1");

const maximumBytes = 4 * 1024 * 1024;
const maximumText = 100_000;

export const previewMessage = async (
  content: AsyncIterable<Uint8Array>,
): Promise<MessagePreview> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  let truncated = false;
  for await (const chunk of content) {
    if (size + chunk.length > maximumBytes) {
      truncated = true;
      break;
    }
    chunks.push(chunk);
    size += chunk.length;
  }
  const bytes = Buffer.concat(chunks);
  try {
    const mail = await PostalMime.parse(bytes, { maxNestingDepth: 50, maxHeadersSize: 1_000_000 });
    const text = mail.text ?? textOfHtml(mail.html ?? "");
    return {
      headers: mail.headers.slice(0, 500).map(({ originalKey, key, value }) => ({
        name: originalKey ?? key,
        value: decodeWords(octets(value.slice(0, 10_000)), decodeCharset),
      })),
      text: text.slice(0, maximumText),
      truncated: truncated || text.length > maximumText,
      attachments: mail.attachments.slice(0, 500).map(({ filename, mimeType, content: body }) => ({
        fileName: filename ?? "",
        mediaType: mimeType,
        size: typeof body === "string" ? body.length : body.byteLength,
      })),
      unreadable: null,
    };
  } catch (error) {
    return {
      headers: [],
      text: bytes.toString("latin1").slice(0, maximumText),
      truncated: true,
      attachments: [],
      unreadable: error instanceof Error ? error.message : "The message cannot be taken apart.",
    };
  }
};

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
};

/** Without what no reader shows. An end that was looked for in vain is not looked for again. */
const withoutUnseen = (html: string): string => {
  const pieces: string[] = [];
  const openers = /<(script|style|head)\b[^<>]*>/gi;
  const endless = new Set<string>();
  let from = 0;
  for (let found = openers.exec(html); found !== null; found = openers.exec(html)) {
    const name = (found[1] ?? "").toLowerCase();
    if (endless.has(name)) continue;
    const closer = new RegExp(`</${name}\\s*>`, "gi");
    closer.lastIndex = openers.lastIndex;
    if (closer.exec(html) === null) {
      endless.add(name);
      continue;
    }
    pieces.push(html.slice(from, found.index));
    from = closer.lastIndex;
    openers.lastIndex = from;
  }
  return pieces.join("") + html.slice(from);
};

/** What a reader would see of it, roughly. The result is text and is only ever shown as text. */
export const textOfHtml = (html: string): string =>
  withoutUnseen(html)
    .replace(/<(br|\/p|\/div|\/tr|\/li|\/h[1-6])\b[^<>]*>/gi, "\n")
    .replace(/<[^<>]*>/g, "")
    .replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
      if (name !== undefined) return entities[String(name).toLowerCase()] ?? whole;
      const point = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
      return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : "";
    })
    .replace(/(?<![ \t])[ \t]+\n/g, "\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
