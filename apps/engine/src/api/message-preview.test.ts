import { expect, test } from "vitest";
import { previewMessage, textOfHtml } from "./message-preview.ts";

async function* pieces(text: string): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text.replaceAll("\n", "\r\n"));
  for (let start = 0; start < bytes.length; start += 7) yield bytes.subarray(start, start + 7);
}

test("header fields, text and attachments are shown; HTML only as its text", async () => {
  const preview = await previewMessage(
    pieces(`Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/html

<p>Hello <b>you</b><script>alert(1)</script><img src=x onerror=alert(2)></p>
--b
Content-Type: application/pdf; name="x.pdf"
Content-Disposition: attachment; filename="x.pdf"
Content-Transfer-Encoding: base64

AAAA
--b--
`),
  );
  expect(preview.unreadable).toBeNull();
  expect(preview.headers).toContainEqual({ name: "Subject", value: "Grüße" });
  expect(preview.text).toContain("Hello you");
  expect(preview.text).not.toMatch(/[<>]|alert\(1\)/);
  expect(preview.attachments).toEqual([
    { fileName: "x.pdf", mediaType: "application/pdf", size: 3 },
  ]);
});

test("a long message is cut, and says so", async () => {
  const preview = await previewMessage(pieces(`Subject: long\n\n${"x".repeat(200_000)}\n`));
  expect(preview.truncated).toBe(true);
  expect(preview.text.length).toBe(100_000);
});

test("entities become characters, whatever they spell", () => {
  expect(textOfHtml("a &lt;b&gt; &#x41;&#66; &nbsp;&unknown;")).toBe("a <b> AB  &unknown;");
  expect(textOfHtml("&#1114112;&#0;x")).toBe("x");
});

test("what has no end costs what its length costs", () => {
  expect(textOfHtml(`${"<".repeat(1_000_000)}b>x`)).toBe(`${"<".repeat(999_999)}x`);
  expect(textOfHtml("<script>".repeat(200_000))).toBe("");
  expect(textOfHtml(`a${" ".repeat(1_000_000)}b \t\nc`)).toBe(`a${" ".repeat(1_000_000)}b\nc`);
});

test("scripts, styles and heads are left out to their ends, in any letters", () => {
  const html =
    "<HEAD><title>t</title></head >a<script>1</style></SCRIPT>b<style x>c</style>d<script>e";
  expect(textOfHtml(html)).toBe("abde");
});
