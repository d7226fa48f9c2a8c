import { expect, test } from "vitest";
import { decodedPart, decodedSize, MimeLimitError, parseMime } from "./mime.ts";

const mail = (lines: readonly string[]): Buffer => Buffer.from(lines.join("\r\n"));

const nested = mail([
  'Content-Type: multipart/mixed; boundary="b1"',
  "",
  "preamble",
  "--b1",
  "Content-Type: multipart/alternative; boundary=b2",
  "",
  "--b2",
  "Content-Type: text/plain; charset=utf-8",
  "Content-Transfer-Encoding: quoted-printable",
  "",
  "Gr=C3=BC=C3=9Fe, a soft =",
  "break",
  "--b2",
  "Content-Type: text/html",
  "",
  "<p>",
  "--b2--",
  "--b1",
  "Content-Type: application/pdf; name=x.pdf",
  "Content-Disposition: attachment; filename*=utf-8''na%C3%AFve%20plan.pdf",
  "Content-Transfer-Encoding: base64",
  "",
  Buffer.from("hello").toString("base64"),
  "--b1--",
  "epilogue",
]);

test("names, types and decodes the parts", () => {
  const parts = parseMime(nested);
  expect(parts.map(({ id, type }) => `${id} ${type}`)).toEqual([
    "/ multipart/mixed",
    "1 multipart/alternative",
    "1.1 text/plain",
    "1.2 text/html",
    "2 application/pdf",
  ]);
  const [, , plain, html, pdf] = parts;
  if (plain === undefined || html === undefined || pdf === undefined) throw new Error("missing");
  expect(decodedPart(nested, plain).toString()).toBe("Grüße, a soft break");
  expect(decodedPart(nested, html).toString()).toBe("<p>");
  expect(decodedPart(nested, pdf).toString()).toBe("hello");
  for (const part of [plain, html, pdf]) {
    expect(decodedSize(nested, part)).toBe(decodedPart(nested, part).length);
  }
  expect(Buffer.from(pdf.fileName, "latin1").toString()).toBe("naïve plan.pdf");
});

test("a delimiter counts only at the start of a line and whole", () => {
  const parts = parseMime(
    mail([
      "Content-Type: multipart/mixed; boundary=b",
      "",
      "x --b",
      "--bc",
      "--b",
      "",
      "one",
      "--b--",
    ]),
  );
  expect(parts.map(({ id }) => id)).toEqual(["/", "1"]);
});

test("a missing closing delimiter loses no part", () => {
  const bytes = mail([
    "Content-Type: multipart/mixed; boundary=b",
    "",
    "--b",
    "",
    "one",
    "--b",
    "",
    "two",
  ]);
  const parts = parseMime(bytes);
  expect(parts.slice(1).map((part) => decodedPart(bytes, part).toString())).toEqual(["one", "two"]);
});

test("stops at the limits", () => {
  const many = mail([
    "Content-Type: multipart/mixed; boundary=b",
    "",
    ...Array.from({ length: 1500 }, () => "--b\r\n\r\nx"),
  ]);
  expect(() => parseMime(many)).toThrow(MimeLimitError);
  const deep = Array.from({ length: 150 }, (_, depth) => [
    `Content-Type: multipart/mixed; boundary=b${depth}`,
    "",
    `--b${depth}`,
  ]).flat();
  expect(() => parseMime(mail(deep))).toThrow(MimeLimitError);
  expect(() =>
    parseMime(mail([`Content-Type: multipart/mixed; boundary=${"b".repeat(300)}`, "", "x"])),
  ).toThrow(MimeLimitError);
});

test("anything at all is read without an exception", () => {
  for (const odd of [
    "",
    "\r\n",
    "x",
    "Content-Type: multipart/mixed\r\n\r\nx",
    "Content-Type: ;;;=\r\n\r\n",
  ]) {
    expect(parseMime(Buffer.from(odd))).toHaveLength(1);
  }
});

test("a line full of delimiters is looked through once", () => {
  const line = "--b ".repeat(2_000_000);
  const bytes = mail(["Content-Type: multipart/mixed; boundary=b", "", line, "--b", "", "x"]);
  expect(parseMime(bytes).map(({ id }) => id)).toEqual(["/", "1"]);
});

test("long runs of what a sender may repeat cost what their length costs", () => {
  const blanks = " ".repeat(1_000_000);
  const read = (head: string, body: string) => {
    const bytes = mail([head, "", body]);
    const [part] = parseMime(bytes);
    if (part === undefined) throw new Error("missing");
    return { type: part.type, text: decodedPart(bytes, part).toString("latin1") };
  };
  expect(read(`Content-Type: ${"a/".repeat(40_000)}\x01`, "").type).toBe("text/plain");
  expect(read("Content-Type: a/b/c; x=y", "").type).toBe("a/b/c");
  const encoded = "Content-Transfer-Encoding: quoted-printable";
  expect(read(encoded, `a${blanks}b${blanks}\r\nc \t`).text).toBe(`a${blanks}b\r\nc`);
});
