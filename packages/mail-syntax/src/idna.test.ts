import { expect, it } from "vitest";
import { domainToAscii, domainToUnicode } from "./idna.ts";

// RFC 3492 §7.1 and other names.
it.each([
  ["ليهمابتكلموشعربي؟", "xn--egbpdaj6bu4bxfgehfvwxn"],
  ["他们为什么不说中文", "xn--ihqwcrb4cv8a8dqg056pqjye"],
  ["Pročprostěnemluvíčesky", "xn--proprostnemluvesky-uyb24dma41a"],
  ["straße.example", "xn--strae-oqa.example"],
  ["plain.example", "plain.example"],
])("maps %s to %s and back", (unicode, ascii) => {
  expect(domainToAscii(unicode)).toBe(ascii);
  expect(domainToUnicode(ascii)).toBe(unicode.toLowerCase());
});

it("refuses a label that grows past 63 octets", () => {
  expect(domainToAscii(`${"ü".repeat(60)}.example`)).toBeNull();
});

it("leaves a broken A-label as it is", () => {
  expect(domainToUnicode("xn--!!.example")).toBe("xn--!!.example");
});
