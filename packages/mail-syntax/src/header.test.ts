import { describe, expect, it } from "vitest";
import { getField, getFields, parseHeaderSection, serializeHeaderSection } from "./header.ts";
import {
  addField,
  appendField,
  countFields,
  foldField,
  HeaderError,
  mapField,
  removeField,
  setField,
} from "./header-edit.ts";
import { toByteString, toOctets } from "./octets.ts";

const parse = (text: string) => parseHeaderSection(toOctets(text));
const text = (section: ReturnType<typeof parse>) => toByteString(serializeHeaderSection(section));

const message =
  "Received: from a\r\n\tby b\r\nreceived: from c\r\nSubject:  Hi\r\n there \r\nX-Odd :v\r\n\r\nBody\r\n";

describe("parseHeaderSection", () => {
  it("finds fields, places and the body", () => {
    const section = parse(message);
    expect(section.fields.map(({ name, start }) => [name, start])).toEqual([
      ["Received", 0],
      ["received", 25],
      ["Subject", 43],
      ["X-Odd", 66],
    ]);
    expect(message.slice(section.bodyStart)).toBe("Body\r\n");
    expect(getFields(section, "RECEIVED")).toEqual(["from a\tby b", "from c"]);
    expect(getField(section, "subject")).toBe("Hi there");
    expect(getField(section, "missing")).toBeUndefined();
  });

  it("gives every octet back", () => {
    expect(text(parse(message)) + message.slice(parse(message).bodyStart)).toBe(message);
    const odd = "A: \xff\x80\n b\nB:\n\n";
    expect(text(parse(odd))).toBe(odd);
  });

  it("reads sections and fields of any length", () => {
    const long = `A: ${"a".repeat(5000)}\r\n\t${"b".repeat(20_000)}\r\n${"C: d\r\n".repeat(3000)}`;
    const section = parse(`${long}\r\nBody`);
    expect(section.fields).toHaveLength(3001);
    expect(section.fields[3000]).toEqual({ name: "C", raw: "C: d\r\n", start: long.length - 6 });
    expect(section.bodyStart).toBe(long.length + 2);
    expect(text(section)).toBe(`${long}\r\n`);
    expect(text(parse(`A: ${"a".repeat(9000)}`))).toBe(`A: ${"a".repeat(9000)}\r\n\r\n`);
  });

  it("begins the body at a line that is no field", () => {
    const section = parse("Subject: a\r\nhello world\r\n\r\n");
    expect(section).toMatchObject({ bodyStart: 12, separator: "" });
    expect(text(section)).toBe("Subject: a\r\n\r\n");
  });

  it("takes a message without fields, without body, and without either", () => {
    expect(parse("\r\nBody")).toMatchObject({ fields: [], bodyStart: 2 });
    expect(parse(" folded first\r\n")).toMatchObject({ fields: [], bodyStart: 0 });
    expect(parse("")).toMatchObject({ fields: [], bodyStart: 0 });
    expect(text(parse("A: b"))).toBe("A: b\r\n\r\n");
  });
});

describe("edits", () => {
  const section = parse("A: 1\r\nB: 2\r\na: 3\r\n\r\n");

  it("adds at the top and at the end", () => {
    expect(text(addField(section, "X", "y"))).toBe("X: y\r\nA: 1\r\nB: 2\r\na: 3\r\n\r\n");
    expect(text(appendField(section, "X", "y"))).toBe("A: 1\r\nB: 2\r\na: 3\r\nX: y\r\n\r\n");
  });

  it("sets in place and drops the others of that name", () => {
    expect(text(setField(section, "a", "9"))).toBe("A: 9\r\nB: 2\r\n\r\n");
    expect(text(setField(section, "C", "9"))).toBe("A: 1\r\nB: 2\r\na: 3\r\nC: 9\r\n\r\n");
  });

  it("removes all, or one of them", () => {
    expect(countFields(removeField(section, "A"), "a")).toBe(0);
    expect(text(removeField(section, "A", 1))).toBe("A: 1\r\nB: 2\r\n\r\n");
  });

  it("changes values", () => {
    expect(
      getFields(
        mapField(section, "A", (value) => `[x] ${value}`),
        "A",
      ),
    ).toEqual(["[x] 1", "[x] 3"]);
  });

  it.each(["a\r\nBcc: x", "a\nb", "a\rb", "a\0b"])("refuses the value %j", (value) => {
    expect(() => setField(section, "A", value)).toThrow(HeaderError);
  });

  it.each(["", "A:", "A B", "Ä"])("refuses the name %j", (name) => {
    expect(() => addField(section, name, "x")).toThrow(HeaderError);
  });
});

describe("foldField", () => {
  it("folds at blanks before column 78", () => {
    const folded = foldField("Subject", "word ".repeat(40).trim());
    const lines = folded.split("\r\n").slice(0, -1);
    expect(lines.length).toBe(3);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(78);
    expect(folded.replace(/\r\n(?=.)/g, "")).toBe(`Subject: ${"word ".repeat(40).trim()}\r\n`);
  });

  it("cuts a word that no line can hold", () => {
    for (const line of foldField("X", "a".repeat(3000)).split("\r\n")) {
      expect(line.length).toBeLessThanOrEqual(998);
    }
  });
});

describe("a long run of blanks", () => {
  const run = " ".repeat(1_000_000);

  it("inside a value costs what its length costs", () => {
    expect(getField(parse(`X: a${run}b\r\n\r\n`), "X")).toBe(`a${run}b`);
  });

  it("around a value is no part of it", () => {
    expect(getField(parse(`X:${run}a${run}\r\n\r\n`), "X")).toBe("a");
    expect(getField(parse("X:  \r\n\r\n"), "X")).toBe("");
    expect(getField(parse(`X:${run}\r\n \t\r\n\r\n`), "X")).toBe("");
  });
});
