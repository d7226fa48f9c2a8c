/**
 * A message as a content flow sees it: fields are read when somebody asks, and
 * changes are kept apart from what came in, so that an unchanged message leaves
 * byte for byte as it arrived (a signature over it stays good).
 */
import {
  type HeaderSection,
  isNamed,
  parseHeaderSection,
  serializeHeaderSection,
} from "@sluice/mail-syntax";
import type { Content } from "./content.ts";
import {
  addHeader,
  countHeaders,
  extendHeader,
  headerText,
  removeHeader,
  setHeader,
} from "./header-edits.ts";
import { type MimePart, parseMime } from "./mime.ts";

export type Message = {
  readonly content: Content;
  /** Value of the first field of a name; "" when there is none. */
  readonly getHeader: (name: string, decode: boolean) => string;
  /** Name and value of all fields, or of those with one name, from top to bottom. */
  readonly getHeaders: (name: string | null, decode: boolean) => { name: string; value: string }[];
  readonly addHeader: (name: string, value: string, refold: boolean) => void;
  /** How many fields had the name. */
  readonly setHeader: (name: string, value: string, refold: boolean) => number;
  readonly extendHeader: (
    name: string,
    text: string,
    side: "before" | "behind",
    refold: boolean,
  ) => number;
  readonly removeHeader: (name: string) => number;
  readonly discardChanges: () => void;
  /** The header section after all changes; null when there are none. */
  readonly changedHeader: () => Buffer | null;
  /** Reads the whole message, for what needs its parts. */
  readonly load: () => Promise<void>;
  /** The parts; null before `load`. */
  readonly parts: () => MimePart[] | null;
  /** All bytes as they came; null before `load`. */
  readonly bytes: () => Buffer | null;
};

export const createMessage = (content: Content, smtpUtf8: boolean): Message => {
  let original: HeaderSection | null = null;
  let edited: HeaderSection | null = null;
  let bytes: Buffer | null = content.memory;
  let parts: MimePart[] | null = null;
  const section = (): HeaderSection => {
    original ??= parseHeaderSection(content.header);
    return edited ?? original;
  };

  return {
    content,
    getHeader: (name, decode) => {
      const found = section().fields.find((field) => isNamed(field, name));
      return found === undefined ? "" : headerText(found, decode);
    },
    getHeaders: (name, decode) =>
      section()
        .fields.filter((field) => name === null || isNamed(field, name))
        .map((field) => ({ name: field.name, value: headerText(field, decode) })),
    addHeader: (name, value, refold) => {
      edited = addHeader(section(), name, value, { smtpUtf8, refold });
    },
    setHeader: (name, value, refold) => {
      const count = countHeaders(section(), name);
      edited = setHeader(section(), name, value, { smtpUtf8, refold });
      return count;
    },
    extendHeader: (name, text, side, refold) => {
      const count = countHeaders(section(), name);
      if (count > 0) edited = extendHeader(section(), name, text, side, { smtpUtf8, refold });
      return count;
    },
    removeHeader: (name) => {
      const count = countHeaders(section(), name);
      if (count > 0) edited = removeHeader(section(), name);
      return count;
    },
    discardChanges: () => {
      edited = null;
    },
    changedHeader: () =>
      edited === null ? null : Buffer.from(serializeHeaderSection(edited).buffer),
    load: async () => {
      bytes ??= Buffer.concat(await Array.fromAsync(content.read()));
    },
    parts: () => {
      if (parts === null && bytes !== null) parts = parseMime(bytes);
      return parts;
    },
    bytes: () => bytes,
  };
};
