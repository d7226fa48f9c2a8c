/**
 * The header section of a message (RFC 5322 §2.2) as raw fields with their places.
 * Fields nobody edits keep every octet, or a signature over them would break.
 */
import { toByteString, toOctets } from "./octets.ts";

export type RawField = {
  /** As written; compare without case. */
  readonly name: string;
  /** The whole field, folded lines and last line break included, as a byte string. */
  readonly raw: string;
  /** Where it stood in the message; `null` for a field that was added. */
  readonly start: number | null;
};

export type HeaderSection = {
  readonly fields: readonly RawField[];
  /** Where the body begins in the message that was parsed. */
  readonly bodyStart: number;
  /** The empty line before the body; "" when the message had none. */
  readonly separator: string;
};

/** Of a line that begins where the pattern is set to. */
const fieldStart = /([!-9;-~]+)[ \t]*:/y;

/** Most sections end in here; of a longer one more is read. */
const firstOctets = 4096;

/**
 * Reads the fields up to the empty line. A line that is neither a field nor a
 * continuation ends the section: it is the first line of the body.
 */
export const parseHeaderSection = (message: Uint8Array): HeaderSection => {
  const fields: RawField[] = [];
  let text = toByteString(message.subarray(0, firstOctets));
  let name = "";
  let start = 0;
  let at = 0;
  const lineEnd = (): number => {
    for (;;) {
      const feed = text.indexOf("\n", at);
      if (feed >= 0) return feed + 1;
      if (text.length === message.length) return text.length;
      text = toByteString(message.subarray(0, text.length * 4));
    }
  };
  const close = (end: number): void => {
    if (end > start) fields.push({ name, raw: text.slice(start, end), start });
  };
  while (at < message.length) {
    const next = lineEnd();
    const separator = text.startsWith("\r\n", at) ? "\r\n" : text.startsWith("\n", at) ? "\n" : "";
    if (separator !== "") {
      close(at);
      return { fields, bodyStart: next, separator };
    }
    const isContinuation = (text[at] === " " || text[at] === "\t") && at > 0;
    if (!isContinuation) {
      fieldStart.lastIndex = at;
      const match = fieldStart.exec(text);
      close(at);
      start = at;
      if (match === null) return { fields, bodyStart: at, separator: "" };
      name = match[1] ?? "";
    }
    at = next;
  }
  close(at);
  return { fields, bodyStart: at, separator: "" };
};

/** The section as bytes, with an empty line at its end even where the message lacked one. */
export const serializeHeaderSection = (section: HeaderSection): Uint8Array<ArrayBuffer> =>
  toOctets(writeHeaderSection(section));

/** The same as a byte string. */
export const writeHeaderSection = (section: HeaderSection): string =>
  section.fields.map((field) => endLine(field.raw)).join("") + (section.separator || "\r\n");

const endLine = (raw: string): string => (raw.endsWith("\n") ? raw : `${raw}\r\n`);

/**
 * The value of a field: unfolded (RFC 5322 §2.2.3), without the blanks around it. A run of
 * blanks is looked at from its first one only, for senders write long ones.
 */
export const fieldValue = (field: RawField): string =>
  field.raw
    .slice(field.raw.indexOf(":") + 1)
    .replace(/\r?\n(?=[ \t])/g, "")
    .replace(/(?<![ \t\r\n])[ \t\r\n]+$|^[ \t]+/g, "");

/** Whether the field has this name. */
export const isNamed = (field: RawField, name: string): boolean =>
  field.name.length === name.length && field.name.toLowerCase() === name.toLowerCase();

/** Values of all fields of that name, from top to bottom. */
export const getFields = (section: HeaderSection, name: string): string[] =>
  section.fields.filter((field) => isNamed(field, name)).map(fieldValue);

/** Value of the first field of that name. */
export const getField = (section: HeaderSection, name: string): string | undefined => {
  const field = section.fields.find((one) => isNamed(one, name));
  return field === undefined ? undefined : fieldValue(field);
};
