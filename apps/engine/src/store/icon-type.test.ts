import { expect, test } from "vitest";
import { mediaTypeOf } from "./icon-type.ts";

const svg = (inside: string, attributes = 'xmlns="http://www.w3.org/2000/svg"'): Uint8Array =>
  Buffer.from(`<svg ${attributes}>${inside}</svg>`);

test("images are known by their bytes", () => {
  const bytes = (...values: (number | string)[]) =>
    Buffer.concat(
      values.map((value) => (typeof value === "string" ? Buffer.from(value) : Buffer.of(value))),
    );
  expect(mediaTypeOf(bytes(0x89, "PNG\r\n", 0x1a, "\n…"))).toBe("image/png");
  expect(mediaTypeOf(bytes(0xff, 0xd8, 0xff, 0xe0))).toBe("image/jpeg");
  expect(mediaTypeOf(bytes("GIF89a"))).toBe("image/gif");
  expect(mediaTypeOf(bytes("RIFF", 1, 2, 3, 4, "WEBPVP8 "))).toBe("image/webp");
  expect(mediaTypeOf(bytes(0, 0, 1, 0, 1, 0))).toBe("image/x-icon");
  expect(mediaTypeOf(svg('<path d="M0 0h1v1z" fill="url(#a)"/>'))).toBe("image/svg+xml");
  expect(mediaTypeOf(bytes("<html><script>alert(1)</script></html>"))).toBeNull();
  expect(mediaTypeOf(new Uint8Array())).toBeNull();
});

test.each([
  ["a script", svg("<script>alert(1)</script>")],
  [
    "a script in a name space",
    svg('<x:script xmlns:x="http://www.w3.org/2000/svg">alert(1)</x:script>'),
  ],
  ["a handler", svg('<path d="M0 0" onload="alert(1)"/>')],
  ["a handler on the root", svg("", 'onload="alert(1)"')],
  ["a handler after a slash", svg('<path/onmouseover="alert(1)"/>')],
  ["a link", svg('<a href="javascript:alert(1)"><path d=""/></a>')],
  ["a foreign object", svg("<foreignObject><body/></foreignObject>")],
  ["an image from elsewhere", svg('<image href="https://evil.example/x.png"/>')],
  ["a use of elsewhere", svg('<use xlink:href="https://evil.example/#x"/>')],
  ["a style", svg("<style>@import url(https://evil.example)</style>")],
  ["a style attribute", svg('<path style="fill:url(https://evil.example)"/>')],
  ["a filter from elsewhere", svg('<path filter="url(https://evil.example#x)"/>')],
  ["an animation of a link", svg('<animate attributeName="href" to="javascript:alert(1)"/>')],
  ["a document type with entities", Buffer.from('<!DOCTYPE svg [<!ENTITY x "y">]><svg>&x;</svg>')],
  ["an unknown entity", svg("&x;")],
  ["a second document", Buffer.from("<svg></svg><script>alert(1)</script>")],
  ["a processing instruction", Buffer.from('<svg><?xml-stylesheet href="x"?></svg>')],
  ["a cut-off tag", svg('<path d="')],
])("an SVG with %s is refused", (_what, bytes) => {
  expect(mediaTypeOf(bytes)).toBeNull();
});
