import { expect, test } from "vitest";
import { parseSenderList } from "./sender-lists.ts";

const list = parseSenderList(
  Buffer.from(
    [
      "// senders nobody wants",
      "spam@example.com",
      "bad.example",
      "%@worse.example",
      "# and what Bob does not want",
      "bob@example.org ann@example.com",
      "@quiet.example *",
      "eve@example.org <>",
      "",
    ].join("\r\n"),
  ),
);

test.each([
  ["spam@example.com", "anybody@example.org", true],
  ["SPAM@Example.com", "anybody@example.org", true],
  ["nospam@example.com", "anybody@example.org", false],
  ["x@bad.example", "anybody@example.org", true],
  ["x@sub.bad.example", "anybody@example.org", false],
  ["x@worse.example", "anybody@example.org", true],
  ["ann@example.com", "bob@example.org", true],
  ["ann@example.com", "eve@example.org", false],
  ["ann@example.com", "x@quiet.example", true],
  ["", "x@quiet.example", false],
  ["", "eve@example.org", true],
  ["", "bob@example.org", false],
])("%j to %s: %s", (sender, recipient, isListed) => {
  expect(list.has(sender, recipient)).toBe(isListed);
});
