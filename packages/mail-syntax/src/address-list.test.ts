import { expect, it } from "vitest";
import { parseAddressList } from "./address-list.ts";
import { formatMailbox } from "./mailbox.ts";

const read = (value: string) =>
  parseAddressList(value).map(({ name, mailbox }) => [name, formatMailbox(mailbox)]);

it.each<[string, string[][]]>([
  ["joe@example.org", [["", "joe@example.org"]]],
  ["Joe <joe@example.org>", [["Joe", "joe@example.org"]]],
  [
    '"Doe, Joe" <joe@example.org>, a@b.example',
    [
      ["Doe, Joe", "joe@example.org"],
      ["", "a@b.example"],
    ],
  ],
  ["joe@example.org (Joe (the) Doe)", [["", "joe@example.org"]]],
  ["=?utf-8?Q?J=C3=B6?= <joe@example.org>", [["Jö", "joe@example.org"]]],
  ['"a b"@example.org', [["", '"a b"@example.org']]],
  ["Joe <joe@[IPv6:2001:db8::1]>", [["Joe", "joe@[IPv6:2001:db8::1]"]]],
  ["undisclosed-recipients:;", []],
  ["", []],
  ["broken, <, joe@example.org", []],
])("reads %s", (value, addresses) => {
  expect(read(value)).toEqual(addresses);
});

it("flattens groups and keeps their name", () => {
  expect(parseAddressList("Team: a@x.example, B <b@x.example>; c@x.example")).toMatchObject([
    { mailbox: { localPart: "a" }, group: "Team" },
    { mailbox: { localPart: "b" }, group: "Team", name: "B" },
    { mailbox: { localPart: "c" } },
  ]);
});
