import { decodeWords, fieldValue, HeaderError, parseHeaderSection } from "@sluice/mail-syntax";
import { expect, test } from "vitest";
import { contentOfBytes } from "./content-store.ts";
import { createMessage } from "./message.ts";

const text =
  "Received: from a by b;\r\n\tMon, 1 Jan 2026 00:00:00 +0000\r\nsubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\nTo: a@b\r\nto: c@d\r\n\r\nbody\r\n";
const message = (smtpUtf8 = false) => createMessage(contentOfBytes(Buffer.from(text)), smtpUtf8);
const after = (one: ReturnType<typeof message>): string => one.changedHeader()?.toString() ?? "";

test("a message that nobody changed has no new header section", () => {
  const one = message();
  expect(one.getHeader("SUBJECT", true)).toBe(Buffer.from("Grüße").toString("latin1"));
  expect(one.getHeader("subject", false)).toBe("=?utf-8?Q?Gr=C3=BC=C3=9Fe?=");
  expect(one.getHeader("x-none", true)).toBe("");
  expect(one.getHeaders("to", true).map(({ value }) => value)).toEqual(["a@b", "c@d"]);
  expect(one.getHeaders(null, true)).toHaveLength(4);
  expect(one.changedHeader()).toBeNull();
});

test("a new field stands at the top, the others keep every byte", () => {
  const one = message();
  one.addHeader("X-Spam", "yes", true);
  expect(after(one)).toBe(`X-Spam: yes\r\n${text.replace("body\r\n", "")}`);
});

test("set gives one field the value and removes its namesakes", () => {
  const one = message();
  expect(one.setHeader("To", "x@y", true)).toBe(2);
  expect(one.setHeader("X-New", "1", true)).toBe(0);
  expect(one.getHeaders("to", true)).toEqual([{ name: "To", value: "x@y" }]);
  expect(after(one)).toMatch(/X-New: 1\r\n\r\n$/);
});

test("tags a subject and keeps its encoded words", () => {
  const one = message();
  expect(one.extendHeader("Subject", "[SPAM] ", "before", true)).toBe(1);
  expect(after(one)).toContain("subject: [SPAM] =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\r\n");
  expect(one.extendHeader("X-None", "x", "behind", true)).toBe(0);
});

test("encodes text beyond ASCII, or leaves it to SMTPUTF8", () => {
  const value = Buffer.from("Grüße").toString("latin1");
  const encoded = message();
  encoded.setHeader("Subject", value, true);
  const field = parseHeaderSection(encoded.changedHeader() ?? Buffer.alloc(0)).fields[1];
  expect(field === undefined ? "" : decodeWords(fieldValue(field))).toBe("Grüße");
  expect(after(encoded)).toMatch(/^[\0-\x7f]*$/);
  const plain = message(true);
  plain.setHeader("Subject", value, true);
  expect(after(plain)).toContain("subject: Grüße\r\n");
});

test.each(["a\r\nBcc: x@y", "a\nb", "a\rb", "a\0b"])("refuses %j in a value", (value) => {
  for (const change of [
    (one: ReturnType<typeof message>) => one.addHeader("X", value, true),
    (one: ReturnType<typeof message>) => one.addHeader("X", value, false),
    (one: ReturnType<typeof message>) => one.setHeader("To", value, true),
    (one: ReturnType<typeof message>) => one.extendHeader("To", value, "before", true),
    (one: ReturnType<typeof message>) => one.extendHeader("To", value, "behind", false),
  ]) {
    const one = message();
    expect(() => change(one)).toThrow(HeaderError);
    expect(one.changedHeader()).toBeNull();
  }
});

test.each(["", "a b", "a:b", "ä", "x".repeat(77)])("refuses %j as a name", (name) => {
  expect(() => message().addHeader(name, "1", true)).toThrow(HeaderError);
});

test("folds long values, and never writes a line of more than 998 octets", () => {
  const words = Array.from({ length: 100 }, () => "word").join(" ");
  const folded = message();
  folded.addHeader("X-Long", words, true);
  const unfolded = message();
  unfolded.addHeader("X-Long", words, false);
  const endless = message();
  endless.addHeader("X-Long", "x".repeat(5000), false);
  const longest = (one: ReturnType<typeof message>): number =>
    Math.max(
      ...after(one)
        .split("\r\n")
        .map((line) => line.length),
    );
  expect(longest(folded)).toBeLessThanOrEqual(78);
  expect(longest(unfolded)).toBe("X-Long: ".length + words.length);
  expect(longest(endless)).toBeLessThanOrEqual(998);
});

test("removes fields and takes changes back", () => {
  const one = message();
  expect(one.removeHeader("TO")).toBe(2);
  expect(after(one)).not.toContain("a@b");
  one.discardChanges();
  expect(one.changedHeader()).toBeNull();
  expect(one.removeHeader("X-None")).toBe(0);
});
