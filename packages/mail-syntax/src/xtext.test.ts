import { expect, it } from "vitest";
import { decodeXtext, encodeXtext } from "./xtext.ts";

it("escapes plus, equals, blanks and what is no ASCII", () => {
  expect(encodeXtext("a+b=c d\xff~")).toBe("a+2Bb+3Dc+20d+FF~");
  expect(decodeXtext("a+2Bb+3Dc+20d+FF~")).toBe("a+b=c d\xff~");
});

it.each(["a b", "a=b", "+2b", "+2", "é"])("refuses %j", (text) => {
  expect(decodeXtext(text)).toBeNull();
});
