/**
 * The parts of a message (RFC 2045, RFC 2046) as stretches of its bytes: enough to
 * name, type, size and cut attachments. Nothing is decoded that nobody asks for,
 * and no message can cost more than the limits allow.
 */
import {
  decodeUtf8,
  decodeWords,
  encodeUtf8,
  getField,
  type HeaderSection,
  parseHeaderSection,
} from "@sluice/mail-syntax";

export type MimePart = {
  /** `/` is the message; `1`, `2.1` … count from 1 inside their multipart. */
  readonly id: string;
  /** In small letters, without parameters. */
  readonly type: string;
  /** A byte string, UTF-8; "" when the part has no name. */
  readonly fileName: string;
  readonly encoding: string;
  readonly isMultipart: boolean;
  /** Whole part with its header, and its content, in bytes of the message. */
  readonly start: number;
  readonly bodyStart: number;
  readonly end: number;
  /** Where its delimiter line begins; null for a part that stands in no multipart. */
  readonly delimiterStart: number | null;
  readonly depth: number;
};

export const mimeLimits = {
  depth: 100,
  parts: 1000,
  boundaryBytes: 256,
  headerBytes: 100 * 1024,
} as const;

/** The message cannot be taken apart within the limits: "unscannable", never "clean". */
export class MimeLimitError extends Error {
  override readonly name = "MimeLimitError";
}

/** All parts in the order they stand in, the message itself first. `section` is its header section, where that is known. */
export const parseMime = (bytes: Buffer, section: HeaderSection | null = null): MimePart[] => {
  const parts: MimePart[] = [];
  readPart(bytes, 0, bytes.length, "/", 0, null, parts, section);
  return parts;
};

const readPart = (
  bytes: Buffer,
  start: number,
  end: number,
  id: string,
  depth: number,
  delimiterStart: number | null,
  parts: MimePart[],
  known: HeaderSection | null = null,
): void => {
  if (depth > mimeLimits.depth) throw new MimeLimitError("parts are nested too deeply");
  if (parts.length >= mimeLimits.parts) throw new MimeLimitError("the message has too many parts");
  const header = known ?? headerOf(bytes, start, end, depth);
  const bodyStart = start + header.bodyStart;
  const content = readContentType(getField(header, "Content-Type") ?? "");
  const isMultipart = content.type.startsWith("multipart/") && content.boundary !== "";
  parts.push({
    id,
    type: content.type,
    fileName: fileNameOf(header, content.parameters),
    encoding: (getField(header, "Content-Transfer-Encoding") ?? "7bit").trim().toLowerCase(),
    isMultipart,
    start,
    bodyStart,
    end,
    delimiterStart,
    depth,
  });
  const prefix = id === "/" ? "" : `${id}.`;
  if (isMultipart) {
    const inner = splitParts(bytes, bodyStart, end, content.boundary);
    for (const [index, [from, to, delimiter]] of inner.entries()) {
      readPart(bytes, from, to, `${prefix}${index + 1}`, depth + 1, delimiter, parts);
    }
  } else if (content.type === "message/rfc822" && depth > 0) {
    readPart(bytes, bodyStart, end, `${prefix}1`, depth + 1, null, parts);
  }
};

const headerOf = (bytes: Buffer, start: number, end: number, depth: number): HeaderSection => {
  const blank = bytes.subarray(start, end).indexOf("\r\n\r\n");
  const headerLength = blank < 0 ? end - start : blank + 4;
  if (depth > 0 && headerLength > mimeLimits.headerBytes && blank >= 0) {
    throw new MimeLimitError("the header of a part is too long");
  }
  const startsBlank = bytes[start] === 13 && bytes[start + 1] === 10;
  return parseHeaderSection(
    bytes.subarray(start, startsBlank ? start + 2 : start + Math.min(headerLength, 1024 * 1024)),
  );
};

/** Stretches between the delimiter lines; the last one may lack its closing delimiter. */
const splitParts = (
  bytes: Buffer,
  start: number,
  end: number,
  boundary: string,
): [number, number, number][] => {
  if (boundary.length > mimeLimits.boundaryBytes) {
    throw new MimeLimitError("the boundary is too long");
  }
  const delimiter = Buffer.from(`--${boundary}`, "latin1");
  const found: [number, number, number][] = [];
  let open = -1;
  let openedBy = -1;
  for (let at = bytes.indexOf(delimiter, start); at >= 0 && at < end; ) {
    const after = at + delimiter.length;
    if (at !== start && bytes[at - 1] !== 10) {
      at = bytes.indexOf(delimiter, after); // the rest of the line is not read for each of them
      continue;
    }
    const lineEnd = bytes.indexOf(10, after);
    const stop = lineEnd < 0 || lineEnd > end ? end : lineEnd + 1;
    const rest = bytes.subarray(after, stop).toString("latin1").trim();
    if (rest === "" || rest === "--") {
      if (open >= 0) {
        found.push([open, Math.max(open, at - (bytes[at - 2] === 13 ? 2 : 1)), openedBy]);
      }
      if (found.length > mimeLimits.parts) {
        throw new MimeLimitError("the message has too many parts");
      }
      open = rest === "--" ? -1 : stop;
      openedBy = at;
      if (rest === "--") break;
    }
    at = bytes.indexOf(delimiter, after);
  }
  if (open >= 0 && open < end) found.push([open, end, openedBy]);
  return found;
};

type ContentType = {
  readonly type: string;
  readonly boundary: string;
  readonly parameters: ReadonlyMap<string, string>;
};

const readContentType = (value: string): ContentType => {
  const type =
    /^\s*([!-.0-:<-~]+\/[!-:<-~]+)\s*(?:;|$)/.exec(value)?.[1]?.toLowerCase() ?? "text/plain";
  const parameters = readParameters(value);
  return { type, boundary: parameters.get("boundary") ?? "", parameters };
};

/** RFC 2231 parameters are joined and decoded; the plain form serves where both stand. */
export const readParameters = (value: string): ReadonlyMap<string, string> => {
  const plain = new Map<string, string>();
  if (!value.includes(";")) return plain;
  const pieces = new Map<string, Map<number, { text: string; isEncoded: boolean }>>();
  const pattern = /;\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;]*))/g;
  for (const [, key = "", quoted, bare = ""] of value.matchAll(pattern)) {
    const text = quoted === undefined ? bare : quoted.replace(/\\(.)/g, "$1");
    const star = /^([^*]+)\*(?:(\d{1,3})(\*)?)?$/.exec(key.toLowerCase());
    if (star === null) {
      if (!plain.has(key.toLowerCase())) plain.set(key.toLowerCase(), text);
      continue;
    }
    const [, name = "", index, mark] = star;
    const list = pieces.get(name) ?? new Map<number, { text: string; isEncoded: boolean }>();
    pieces.set(name, list);
    list.set(Number(index ?? 0), { text, isEncoded: index === undefined || mark === "*" });
  }
  for (const [name, list] of pieces) plain.set(name, joinPieces(list));
  return plain;
};

const joinPieces = (pieces: ReadonlyMap<number, { text: string; isEncoded: boolean }>): string => {
  const ordered = [...pieces].sort(([a], [b]) => a - b).map(([, piece]) => piece);
  let charset = "utf-8";
  const bytes = ordered.map(({ text, isEncoded }, index) => {
    if (!isEncoded) return text;
    const match = index === 0 ? /^([^']*)'[^']*'(.*)$/s.exec(text) : null;
    if (match !== null) charset = match[1] || charset;
    return (match?.[2] ?? text).replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
  });
  const joined = bytes.join("");
  try {
    return encodeUtf8(new TextDecoder(charset).decode(Buffer.from(joined, "latin1")));
  } catch {
    return joined;
  }
};

const fileNameOf = (header: HeaderSection, type: ReadonlyMap<string, string>): string => {
  const disposition = readParameters(getField(header, "Content-Disposition") ?? "");
  const name = disposition.get("filename") ?? type.get("name") ?? "";
  return name.includes("=?") ? encodeUtf8(decodeWords(name)) : encodeUtf8(decodeUtf8(name));
};

/** How many bytes a part has without its transfer encoding; counted, not decoded, for a part may be large. */
export const decodedSize = (bytes: Buffer, part: MimePart): number => {
  if (part.encoding === "base64") {
    let digits = 0;
    for (let at = part.bodyStart; at < part.end; at++) {
      const code = bytes[at] ?? 0;
      if (code > 32 && code !== 61) digits += 1;
    }
    return Math.floor((digits * 3) / 4);
  }
  return part.encoding === "quoted-printable"
    ? decodedPart(bytes, part).length
    : part.end - part.bodyStart;
};

/** Bytes of a part after its transfer encoding is taken off; a broken one gives what can be read. */
export const decodedPart = (bytes: Buffer, part: MimePart): Buffer => {
  const body = bytes.subarray(part.bodyStart, part.end);
  switch (part.encoding) {
    case "base64":
      return Buffer.from(body.toString("latin1"), "base64");
    case "quoted-printable":
      return Buffer.from(
        body
          .toString("latin1")
          .replace(/(?<![ \t])[ \t]+(?=\r?\n|$)/g, "")
          .replace(/=\r?\n/g, "")
          .replace(/=([0-9A-Fa-f]{2})/g, (_, hex: string) =>
            String.fromCharCode(Number.parseInt(hex, 16)),
          ),
        "latin1",
      );
    default:
      return body;
  }
};
