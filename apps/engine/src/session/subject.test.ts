import { expect, test } from "vitest";
import { subjectOf } from "./data.ts";

const of = (subject: string, encoding: BufferEncoding = "utf8"): string =>
  subjectOf(
    Buffer.from(`From: a@b.example\r\nSubject: ${subject}\r\nTo: c@d.example\r\n`, encoding),
  );

test("a subject is text, whether its letters were encoded or sent as they are", () => {
  expect(of("Grüße 日本 🎉")).toBe("Grüße 日本 🎉");
  expect(of("=?utf-8?B?R3LDvMOfZQ==?= =?iso-8859-15?q?=A4?=")).toBe("Grüße€");
  expect(of("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=")).toBe("日本");
  expect(of("=?nobody-knows?q?x?=")).toBe("=?nobody-knows?q?x?=");
  expect(of("Gr\xfc\xdfe", "latin1")).toBe("Gr\ufffd\ufffde"); // no charset is named, and it is not UTF-8
});

test("a folded subject is one line, and a missing one empty", () => {
  expect(of("one\r\n two\r\n\tthree")).toBe("one two three");
  expect(subjectOf(Buffer.from("From: a@b.example\r\n"))).toBe("");
});
