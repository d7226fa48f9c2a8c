import { expect, it } from "vitest";
import { formatPath, parsePath } from "./path.ts";

const joe = { localPart: "joe", domain: "example.org" };

it("reads a path with parameters", () => {
  const path = parsePath("<joe@example.org> SIZE=1000 body=8BITMIME SMTPUTF8");
  expect(path?.mailbox).toEqual(joe);
  expect(path && [...path.parameters]).toEqual([
    ["SIZE", "1000"],
    ["BODY", "8BITMIME"],
    ["SMTPUTF8", null],
  ]);
});

it("reads the null reverse-path, for MAIL only", () => {
  expect(parsePath("<>")?.mailbox).toBeNull();
  expect(parsePath("<>", { kind: "forward" })).toBeNull();
});

it("reads the bare postmaster, for RCPT only", () => {
  expect(parsePath("<PostMaster>")?.mailbox).toEqual({ localPart: "PostMaster", domain: "" });
  expect(parsePath("<postmaster>", { kind: "reverse" })).toBeNull();
  expect(parsePath("<joe>")).toBeNull();
});

it("takes blanks before the path, and no other white space", () => {
  expect(parsePath(" \t<joe@example.org>")?.mailbox).toEqual(joe);
  for (const white of ["\u00a0", "\u2003", "\v", "\ufeff"])
    expect(parsePath(`${white}<joe@example.org>`)).toBeNull();
});

it("says that a source route was there", () => {
  const path = parsePath("<@a.example,@b.example:joe@example.org>");
  expect(path).toMatchObject({ mailbox: joe, hasSourceRoute: true });
});

it("keeps > and @ inside quotes", () => {
  expect(parsePath('<"a>b@c"@example.org>')?.mailbox?.localPart).toBe("a>b@c");
});

it("reads text beyond ASCII only where it is allowed", () => {
  expect(parsePath("<jöe@example.org>")?.mailbox?.localPart).toBe("jöe");
  expect(parsePath("<jöe@example.org>", { smtpUtf8: false })).toBeNull();
});

it.each([
  "",
  "joe@example.org",
  "<joe@example.org",
  "<joe@example.org>SIZE=1",
  "<joe@example.org> SIZE=1 size=2",
  "<joe@example.org> SIZE=",
  "<joe@example.org> =1",
  "<joe@example.org> A=b=c",
  "<joe@example.org\r\n>",
  "< joe@example.org>",
  "<joe@example.org >",
  "<@a.example:>",
])("refuses %j", (text) => {
  expect(parsePath(text)).toBeNull();
});

it("writes paths", () => {
  expect(formatPath(null)).toBe("<>");
  expect(formatPath(joe)).toBe("<joe@example.org>");
});
