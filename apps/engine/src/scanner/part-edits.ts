/**
 * Changes to parts of a message, kept apart from its bytes until it leaves. Whatever
 * no change touches stays byte for byte as it came.
 */
import {
  getField,
  type HeaderSection,
  parseHeaderSection,
  serializeHeaderSection,
} from "@sluice/mail-syntax";
import { decodedPart, type MimePart, readParameters } from "./mime.ts";

export type PartEdits = {
  readonly header: (part: MimePart) => HeaderSection;
  readonly setHeader: (part: MimePart, header: HeaderSection) => void;
  /** Without its transfer encoding, changed or not. */
  readonly body: (part: MimePart) => Buffer;
  /** `encoded` is what leaves, `decoded` what it means. */
  readonly setBody: (part: MimePart, decoded: Buffer, encoded: Buffer) => void;
  /** Puts a whole part behind the last one of a multipart; false: it has none, or is no multipart. */
  readonly append: (multipart: MimePart, part: Buffer) => boolean;
  /**
   * Makes a part that is none a multipart of itself, under the header it gets inside, and of
   * the given part; whoever calls gives the part the header of a multipart with this boundary.
   */
  readonly wrap: (part: MimePart, inside: HeaderSection, boundary: string, more: Buffer) => void;
  readonly isWrapped: (part: MimePart) => boolean;
  readonly remove: (part: MimePart) => void;
  readonly isRemoved: (part: MimePart) => boolean;
  readonly discard: () => void;
  readonly isEmpty: () => boolean;
  /** The message with all changes; null: there are none. The header of the message itself is not ours. */
  readonly apply: () => Buffer | null;
};

type Patch = { readonly start: number; readonly end: number; readonly bytes: Buffer };

export const createPartEdits = (message: () => Buffer, parts: () => MimePart[]): PartEdits => {
  const headers = new Map<string, HeaderSection>();
  const bodies = new Map<string, { readonly decoded: Buffer; readonly encoded: Buffer }>();
  const appended = new Map<string, Buffer[]>();
  const wrapped = new Map<string, Wrapping>();
  const removed = new Set<string>();

  const headerOf = (part: MimePart): HeaderSection =>
    headers.get(part.id) ?? parseHeaderSection(message().subarray(part.start, part.bodyStart));

  const patches = function* (): Generator<Patch> {
    for (const part of parts()) {
      const { id, start, bodyStart, end } = part;
      if (removed.has(id)) {
        const after = end + lineEndAt(message(), end);
        yield { start: part.delimiterStart ?? start, end: after, bytes: nothing };
        continue;
      }
      const header = headers.get(id);
      if (header !== undefined) {
        yield { start, end: bodyStart, bytes: Buffer.from(serializeHeaderSection(header).buffer) };
      }
      const body = bodies.get(id);
      const wrapping = wrapped.get(id);
      if (wrapping !== undefined) {
        const encoded = body?.encoded ?? message().subarray(bodyStart, end);
        yield { start: bodyStart, end, bytes: multipartOf(wrapping, encoded, id === "/") };
      } else if (body !== undefined) yield { start: bodyStart, end, bytes: body.encoded };
      const more = appended.get(id);
      if (more !== undefined) yield insertion(part, more);
    }
  };

  const insertion = (multipart: MimePart, more: readonly Buffer[]): Patch => {
    const last = childrenOf(multipart, parts()).at(-1);
    const end = last?.end ?? multipart.end;
    const boundary = Buffer.from(`--${boundaryOf(headerOf(multipart))}`, "latin1");
    const lineEnd = lineEndAt(message(), end);
    const place = end + lineEnd;
    const isOpen = lineEnd === 0; // no closing delimiter: it gets one
    const pieces = more.flatMap((part) => [boundary, crlf, part, crlf]);
    return {
      start: place,
      end: place,
      bytes: Buffer.concat(isOpen ? [crlf, ...pieces, boundary, closing] : pieces),
    };
  };

  const isEmpty = (): boolean =>
    headers.size + bodies.size + appended.size + wrapped.size + removed.size === 0;

  return {
    header: headerOf,
    setHeader: (part, header) => void headers.set(part.id, header),
    body: (part) => bodies.get(part.id)?.decoded ?? decodedPart(message(), part),
    setBody: (part, decoded, encoded) => void bodies.set(part.id, { decoded, encoded }),
    wrap: (part, inside, boundary, more) =>
      void wrapped.set(part.id, { inside, boundary, more: [more] }),
    isWrapped: ({ id }) => wrapped.has(id),
    append: (multipart, part) => {
      const wrapping = wrapped.get(multipart.id);
      if (wrapping !== undefined) {
        wrapping.more.push(part);
        return true;
      }
      if (!multipart.isMultipart || childrenOf(multipart, parts()).length === 0) return false;
      appended.set(multipart.id, [...(appended.get(multipart.id) ?? []), part]);
      return true;
    },
    remove: ({ id }) => void removed.add(id),
    isRemoved: ({ id }) => [...removed].some((gone) => id === gone || id.startsWith(`${gone}.`)),
    discard: () => {
      for (const kept of [headers, bodies, appended, wrapped, removed]) kept.clear();
    },
    isEmpty,
    apply: () => (isEmpty() ? null : patched(message(), [...patches()])),
  };
};

type Wrapping = {
  readonly inside: HeaderSection;
  readonly boundary: string;
  readonly more: Buffer[];
};

/** The body of a multipart; one inside another ends where its parent's delimiter begins. */
const multipartOf = (
  { inside, boundary, more }: Wrapping,
  body: Buffer,
  isWhole: boolean,
): Buffer => {
  const delimiter = Buffer.from(`--${boundary}`, "latin1");
  const header = Buffer.from(serializeHeaderSection(inside).buffer);
  return Buffer.concat([
    ...[Buffer.concat([header, body]), ...more].flatMap((part) => [delimiter, crlf, part, crlf]),
    ...[delimiter, isWhole ? closing : closing.subarray(0, 2)],
  ]);
};

const nothing = Buffer.alloc(0);
const crlf = Buffer.from("\r\n");
const closing = Buffer.from("--\r\n");

/** The outer one of two patches that overlap wins. */
const patched = (bytes: Buffer, patches: readonly Patch[]): Buffer => {
  const kept: Buffer[] = [];
  let at = 0;
  for (const patch of patches.toSorted((a, b) => a.start - b.start)) {
    if (patch.start < at) continue;
    kept.push(bytes.subarray(at, patch.start), patch.bytes);
    at = patch.end;
  }
  return Buffer.concat([...kept, bytes.subarray(at)]);
};

const lineEndAt = (bytes: Buffer, at: number): number =>
  bytes[at] === 13 && bytes[at + 1] === 10 ? 2 : bytes[at] === 10 ? 1 : 0;

const boundaryOf = (header: HeaderSection): string =>
  readParameters(getField(header, "Content-Type") ?? "").get("boundary") ?? "";

/** The parts right inside one. */
export const childrenOf = (outer: MimePart, parts: readonly MimePart[]): MimePart[] => {
  const prefix = outer.id === "/" ? "" : `${outer.id}.`;
  return parts.filter(
    ({ id }) => id !== "/" && id.startsWith(prefix) && !id.slice(prefix.length).includes("."),
  );
};
