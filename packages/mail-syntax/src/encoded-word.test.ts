import { expect, it } from "vitest";
import { decodeWords, encodeWords } from "./encoded-word.ts";

// RFC 2047 §8 and what is seen in real mail.
it.each([
  ["=?ISO-8859-1?Q?a?=", "a"],
  ["=?ISO-8859-1?Q?a?= b", "a b"],
  ["=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=", "ab"],
  ["=?ISO-8859-1?Q?a_b?=", "a b"],
  ["=?utf-8?B?R3LDvMOfZQ==?=", "Grüße"],
  ["=?utf-8?B?R3LDvMOfZQ?=", "Grüße"],
  ["=?utf-8?Q?=C3?= =?utf-8?Q?=BC?=", "ü"],
  ["=?windows-1252?Q?=80?=", "€"],
  ["=?utf-8*de?Q?x?=", "x"],
  ["=?x-unknown?Q?a?= tail", "=?x-unknown?Q?a?= tail"],
  ["raw \xc3\xbc", "raw ü"],
  ["=?utf-8?B?!!?=", "=?utf-8?B?!!?="],
])("decodes %s", (value, text) => {
  expect(decodeWords(value)).toBe(text);
});

it("writes words that read back", () => {
  const text = `Grüße ${"😀".repeat(40)} Ende`;
  const words = encodeWords(text);
  for (const word of words.split(" ")) expect(word.length).toBeLessThanOrEqual(75);
  expect(decodeWords(words)).toBe(text);
});

it("leaves ASCII alone, unless it looks encoded", () => {
  expect(encodeWords("Hello")).toBe("Hello");
  expect(decodeWords(encodeWords("=?utf-8?Q?x?="))).toBe("=?utf-8?Q?x?=");
});

it("reads a word of nothing but padding, and one with padding in its middle", () => {
  const padding = "=".repeat(1_000_000);
  expect(decodeWords(`=?utf-8?B?YQ${padding}?=`)).toBe("a");
  expect(decodeWords(`=?utf-8?B?${padding}x?=`)).toBe(`=?utf-8?B?${padding}x?=`);
});
