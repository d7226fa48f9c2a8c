import { expect, test } from "vitest";
import { recognise } from "./recognise.ts";

const hrefs = (text: string): readonly string[] => recognise(text).map(({ href }) => href);

test.each([
  ["0D6C1D4E-5a2b-4a57-9d5f-2f6d3c1b7a90:17", ["/mail/m/0d6c1d4e-5a2b-4a57-9d5f-2f6d3c1b7a90"]],
  ["198.51.100.7", ["/mail/history?q=ip%3A198.51.100.7"]],
  ["2001:db8::/32", ["/mail/history?q=ip%3A2001%3Adb8%3A%3A%2F32"]],
  ["4711", ["/logs?q=%224711%22"]],
  [
    "bob@example.org",
    ["/mail/history?q=from%3Abob%40example.org", "/mail/history?q=to%3Abob%40example.org"],
  ],
  ["example.org", ["/mail/history?q=from%3A%40example.org", "/mail/history?q=to%3A%40example.org"]],
  ["quarantine", []],
])("%s leads to %j", (text, expected) => {
  expect(hrefs(text)).toEqual(expected);
});
