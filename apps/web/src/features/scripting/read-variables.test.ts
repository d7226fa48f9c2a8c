import { expect, test } from "vitest";
import { readVariables } from "./read-variables.ts";

test("a line is a name and a value, with or without the dollar sign", () => {
  expect(readVariables("senderip = 192.0.2.1\n$recipient=anna@example.org\n\n# a remark")).toEqual({
    ok: true,
    variables: { senderip: "192.0.2.1", recipient: "anna@example.org" },
  });
});

test("numbers, lists and quoted text are taken as such", () => {
  expect(readVariables('size = 12\nnames = ["a", "b"]\ntext = "12"')).toEqual({
    ok: true,
    variables: { size: 12, names: ["a", "b"], text: "12" },
  });
});

test("a line that is none of it is named", () => {
  expect(readVariables("size = 1\nhello")).toEqual({
    ok: false,
    message: "Line 2: write “name = value”.",
  });
});
