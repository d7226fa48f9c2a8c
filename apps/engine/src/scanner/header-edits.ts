/**
 * Changes that flows make to a header section. Values are byte strings of a
 * script; text beyond ASCII becomes encoded words unless the mail goes by
 * SMTPUTF8. A value with CR, LF or NUL is an error (RFC 5322 §2.2): it would
 * write a field of its own.
 */

import {
  countFields,
  decodeUtf8,
  decodeWords,
  encodeUtf8,
  encodeWords,
  fieldValue,
  foldField,
  HeaderError,
  type HeaderSection,
  isNamed,
  type RawField,
} from "@sluice/mail-syntax";
import { decodeCharset } from "./charset.ts";

export type EditOptions = {
  readonly smtpUtf8: boolean;
  /** Break long lines at blanks; true without it. */
  readonly refold?: boolean | undefined;
};

/** Puts a field at the top. */
export const addHeader = (
  section: HeaderSection,
  name: string,
  value: string,
  options: EditOptions,
): HeaderSection => ({ ...section, fields: [makeField(name, value, options), ...section.fields] });

/** The first field of the name gets the value, further ones go; a missing one is added below. */
export const setHeader = (
  section: HeaderSection,
  name: string,
  value: string,
  options: EditOptions,
): HeaderSection => {
  const first = section.fields.find((field) => isNamed(field, name));
  const made = makeField(first?.name ?? name, value, options);
  if (first === undefined) return { ...section, fields: [...section.fields, made] };
  const fields = section.fields.flatMap((field) =>
    field === first ? [made] : isNamed(field, name) ? [] : [field],
  );
  return { ...section, fields };
};

/** Text in front of (`before`) or behind the value of every field of the name. */
export const extendHeader = (
  section: HeaderSection,
  name: string,
  text: string,
  side: "before" | "behind",
  options: EditOptions,
): HeaderSection => ({
  ...section,
  fields: section.fields.map((field) => {
    if (!isNamed(field, name)) return field;
    const value = fieldValue(field);
    return rawField(
      field.name,
      side === "before" ? encode(text, options) + value : value + encode(text, options),
      options,
    );
  }),
});

export const removeHeader = (section: HeaderSection, name: string): HeaderSection => ({
  ...section,
  fields: section.fields.filter((field) => !isNamed(field, name)),
});

export const countHeaders = countFields;

/** Value of a field as a script sees it: unfolded; with `decode` as UTF-8 text without encoded words. */
export const headerText = (field: RawField, decode: boolean): string => {
  const value = fieldValue(field);
  return decode ? encodeUtf8(decodeWords(value, decodeCharset)) : value;
};

const makeField = (name: string, value: string, options: EditOptions): RawField =>
  rawField(name, encode(value, options), options);

const rawField = (name: string, value: string, { refold = true }: EditOptions): RawField => {
  if (!/^[!-9;-~]{1,76}$/.test(name)) throw new HeaderError(`"${name}" is no field name`);
  const folded = foldField(name, value); // refuses line breaks and NUL
  const line = `${name}: ${value}\r\n`;
  // RFC 5322 §2.1.1: no line has more than 998 octets, whatever the script asks for
  return { name, raw: refold || line.length > 1000 ? folded : line, start: null };
};

const encode = (value: string, { smtpUtf8 }: EditOptions): string => {
  if (/[\r\n\0]/.test(value)) throw new HeaderError("the value has a line break or NUL in it");
  return smtpUtf8 || !/[\u0080-\u00ff]/.test(value) ? value : encodeWords(decodeUtf8(value));
};
