import { describe, expect, it } from "vitest";
import { domainOf, formatMailbox, parseMailbox } from "./mailbox.ts";

describe("parseMailbox", () => {
  it.each([
    ["joe@example.org", "joe", "example.org"],
    ["joe+tag@EXAMPLE.org", "joe+tag", "EXAMPLE.org"],
    ['"a b"@example.org', "a b", "example.org"],
    ['"a@b"@example.org', "a@b", "example.org"],
    ['"q\\"q"@example.org', 'q"q', "example.org"],
    ["joe%other.example@example.org", "joe%other.example", "example.org"],
    ["other!joe@example.org", "other!joe", "example.org"],
    ["joe@[192.0.2.1]", "joe", "[192.0.2.1]"],
    ["joe@[IPv6:2001:db8::1]", "joe", "[IPv6:2001:db8::1]"],
    ["joe@[IPv6:::ffff:192.0.2.1]", "joe", "[IPv6:::ffff:192.0.2.1]"],
    ["jöe@bücher.example", "jöe", "bücher.example"],
    ["joe@localhost", "joe", "localhost"],
  ])("reads %s", (text, localPart, domain) => {
    expect(parseMailbox(text)).toEqual({ localPart, domain });
  });

  it.each([
    "",
    "joe",
    "@example.org",
    "joe@",
    "a..b@example.org",
    ".a@example.org",
    "a.@example.org",
    "a b@example.org",
    '"a@example.org',
    '"a"b@example.org',
    "joe@example..org",
    "joe@-example.org",
    "joe@example.org.",
    "joe@exa_mple.org",
    "joe@@example.org",
    "joe@a@example.org",
    "joe@[192.0.2.256]",
    "joe@[IPv6:1::2::3]",
    "joe@[IPv6:1:2:3:4:5:6:7]",
    "joe@[]",
    "joe@example.org\r\nRCPT",
    '"a\0b"@example.org',
    `${"a".repeat(65)}@example.org`,
    `${"ö".repeat(33)}@example.org`,
    `joe@${"a".repeat(64)}.org`,
    `joe@${"a.".repeat(127)}org`,
    `${"a".repeat(64)}@${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}.example`,
  ])("refuses %j", (text) => {
    expect(parseMailbox(text)).toBeNull();
  });
});

describe("formatMailbox", () => {
  it.each(["joe@example.org", '"a b"@example.org', '"q\\"\\\\"@example.org', '""@example.org'])(
    "writes %s as it was",
    (text) => {
      const mailbox = parseMailbox(text);
      expect(mailbox && formatMailbox(mailbox)).toBe(text);
    },
  );

  it("drops quotes that nothing needs", () => {
    const mailbox = parseMailbox('"joe"@example.org');
    expect(mailbox && formatMailbox(mailbox)).toBe("joe@example.org");
  });
});

describe("domainOf", () => {
  it.each([
    ["EXAMPLE.org", "example.org"],
    ["Bücher.example", "xn--bcher-kva.example"],
    ["münchen。example", "xn--mnchen-3ya.example"],
    ["例え.テスト", "xn--r8jz45g.xn--zckzah"],
    ["[IPv6:2001:DB8::1]", "[ipv6:2001:db8::1]"],
  ])("compares %s as %s", (domain, ascii) => {
    expect(domainOf({ localPart: "joe", domain })).toBe(ascii);
  });
});
