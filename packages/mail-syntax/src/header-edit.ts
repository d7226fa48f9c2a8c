/**
 * Changes to a header section; each returns a new one. Values are byte strings; a
 * value with CR, LF or NUL is an error, for it would write a field of its own.
 */
import { fieldValue, type HeaderSection, isNamed, type RawField } from "./header.ts";

export class HeaderError extends Error {
  override readonly name = "HeaderError";
}

/** Puts the field at the top, where trace fields and our own belong. */
export const addField = (section: HeaderSection, name: string, value: string): HeaderSection => ({
  ...section,
  fields: [makeField(name, value), ...section.fields],
});

/** Puts the field below the others. */
export const appendField = (
  section: HeaderSection,
  name: string,
  value: string,
): HeaderSection => ({ ...section, fields: [...section.fields, makeField(name, value)] });

/** The first field of that name gets the value, further ones go; a missing one is added at the end. */
export const setField = (section: HeaderSection, name: string, value: string): HeaderSection => {
  const first = section.fields.findIndex((field) => isNamed(field, name));
  if (first < 0) return appendField(section, name, value);
  const made = makeField(section.fields[first]?.name ?? name, value);
  return {
    ...section,
    fields: section.fields.flatMap((field, index) =>
      index === first ? [made] : isNamed(field, name) ? [] : [field],
    ),
  };
};

/** Changes the value of every field of that name. */
export const mapField = (
  section: HeaderSection,
  name: string,
  change: (value: string) => string,
): HeaderSection => ({
  ...section,
  fields: section.fields.map((field) =>
    isNamed(field, name) ? makeField(field.name, change(fieldValue(field))) : field,
  ),
});

/** Removes all fields of that name, or only the one at `index` among them. */
export const removeField = (
  section: HeaderSection,
  name: string,
  index?: number,
): HeaderSection => {
  let seen = -1;
  return {
    ...section,
    fields: section.fields.filter((field) => {
      if (!isNamed(field, name)) return true;
      seen += 1;
      return index !== undefined && seen !== index;
    }),
  };
};

/** How many fields have that name. */
export const countFields = (section: HeaderSection, name: string): number =>
  section.fields.filter((field) => isNamed(field, name)).length;

const makeField = (name: string, value: string): RawField => {
  // RFC 5322 §3.6.8: printable ASCII but the colon.
  if (!/^[!-9;-~]{1,76}$/.test(name)) throw new HeaderError(`"${name}" is no field name`);
  return { name, raw: foldField(name, value), start: null };
};

/** RFC 5322 §2.1.1. */
const longestLine = 78;

/**
 * The field folded at blanks to lines of 78 octets where that is possible, with its
 * final CRLF. A word longer than 998 octets is cut: RFC 5321 §4.5.3.1.6 allows no
 * longer line.
 */
export const foldField = (name: string, value: string): string => {
  if (/[\r\n\0]/.test(value)) {
    throw new HeaderError(`the value of ${name} has a line break or NUL in it`);
  }
  const words = ` ${value.trim()}`;
  if (name.length + words.length < longestLine) return `${name}:${words}\r\n`;
  const lines: string[] = [];
  let line = `${name}:`;
  for (const [, blanks = "", word = ""] of words.matchAll(/([ \t]+)([^ \t]*)/g)) {
    const isFirstWord = lines.length === 0 && line.length === name.length + 1;
    if (!isFirstWord && line.length + blanks.length + word.length > longestLine) {
      lines.push(line);
      line = "";
    }
    line += blanks + word;
    while (line.length > 998) {
      lines.push(line.slice(0, 997));
      line = ` ${line.slice(997)}`;
    }
  }
  return `${[...lines, line].join("\r\n")}\r\n`;
};
