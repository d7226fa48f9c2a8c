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

const fieldStart = /^([!-9;-~]+)[ \t]*:/;

/**
 * Reads the fields up to the empty line. A line that is neither a field nor a
 * continuation ends the section: it is the first line of the body.
 */
export const parseHeaderSection = (message: Uint8Array): HeaderSection => {
  const fields: RawField[] = [];
  let name = "";
  let start = 0;
  let at = 0;
  const close = (end: number): void => {
    if (end > start) fields.push({ name, raw: toByteString(message.subarray(start, end)), start });
  };
  while (at < message.length) {
    const next = lineEnd(message, at);
    const line = toByteString(message.subarray(at, next));
    if (line === "\r\n" || line === "\n") {
      close(at);
      return { fields, bodyStart: next, separator: line };
    }
    const isContinuation = /^[ \t]/.test(line) && at > 0;
    if (!isContinuation) {
      const match = fieldStart.exec(line);
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

const lineEnd = (message: Uint8Array, from: number): number => {
  const feed = message.indexOf(0x0a, from);
  return feed < 0 ? message.length : feed + 1;
};

/** The section as bytes, with an empty line at its end even where the message lacked one. */
export const serializeHeaderSection = (section: HeaderSection): Uint8Array<ArrayBuffer> =>
  toOctets(
    section.fields.map((field) => endLine(field.raw)).join("") + (section.separator || "\r\n"),
  );

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
  field.name.toLowerCase() === name.toLowerCase();

/** Values of all fields of that name, from top to bottom. */
export const getFields = (section: HeaderSection, name: string): string[] =>
  section.fields.filter((field) => isNamed(field, name)).map(fieldValue);

/** Value of the first field of that name. */
export const getField = (section: HeaderSection, name: string): string | undefined =>
  getFields(section, name)[0];
