/**
 * A message as a content flow sees it: fields are read when somebody asks, and
 * changes are kept apart from what came in, so that an unchanged message leaves
 * byte for byte as it arrived (a signature over it stays good).
 */
import { type HeaderSection, isNamed, writeHeaderSection } from "@sluice/mail-syntax";
import type { Content } from "./content.ts";
import { contentOfBytes } from "./content-store.ts";
import {
  addHeader,
  countHeaders,
  type EditOptions,
  extendHeader,
  headerText,
  removeHeader,
  setHeader,
} from "./header-edits.ts";
import { type MimePart, parseMime } from "./mime.ts";
import { createPartEdits, type PartEdits } from "./part-edits.ts";

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
  /** Cuts parts out of the body; how many there were. */
  readonly removeParts: (ids: readonly string[]) => number;
  /** Changes to parts; the whole message must have been read. */
  readonly edits: PartEdits;
  /** The header section with all changes made so far. */
  readonly header: () => HeaderSection;
  readonly changeHeader: (
    change: (section: HeaderSection, options: EditOptions) => HeaderSection,
  ) => void;
  readonly smtpUtf8: boolean;
  /** The message with all changes to its parts; null: there are none. */
  readonly changedContent: () => Content | null;
  /** All bytes as they came; null before `load`. */
  readonly bytes: () => Buffer | null;
};

export const createMessage = (content: Content, smtpUtf8: boolean): Message => {
  let edited: HeaderSection | null = null;
  let bytes: Buffer | null = content.memory;
  let parts: MimePart[] | null = null;
  const section = (): HeaderSection => edited ?? content.section;
  const partsOf = (): MimePart[] => {
    parts ??= bytes === null ? parseMime(Buffer.alloc(0)) : parseMime(bytes, content.section);
    return parts;
  };

  const edits = createPartEdits(() => bytes ?? Buffer.alloc(0), partsOf);

  return {
    content,
    edits,
    smtpUtf8,
    header: section,
    changeHeader: (change) => {
      edited = change(section(), { smtpUtf8 });
    },
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
      edits.discard();
    },
    changedHeader: () =>
      edited === null && edits.isEmpty()
        ? null
        : Buffer.from(writeHeaderSection(section()), "latin1"),
    removeParts: (ids) => {
      // the message itself is no part of it
      const found = partsOf().filter(
        (part) => ids.includes(part.id) && part.delimiterStart !== null,
      );
      for (const part of found) edits.remove(part);
      return found.length;
    },
    changedContent: () => {
      const changed = bytes === null ? null : edits.apply();
      return changed === null ? null : contentOfBytes(changed);
    },
    load: async () => {
      if (bytes !== null) return;
      const whole = Buffer.allocUnsafe(content.size); // once, not twice as a list that is joined would be
      let at = 0;
      for await (const chunk of content.read()) at += chunk.copy(whole, at);
      bytes = whole.subarray(0, at);
    },
    parts: () => (bytes === null ? null : partsOf()),
    bytes: () => bytes,
  };
};
