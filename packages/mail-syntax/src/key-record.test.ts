import { expect, test } from "vitest";
import { comparePublishedKey, keyRecord, textStrings, zoneLine } from "./key-record.ts";

const long = "A".repeat(392);
const ed25519 = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="; // RFC 8463 §A.2

test("a long record is cut into strings of at most 255 bytes, and none is lost", () => {
  const text = keyRecord("rsa", long);
  const strings = textStrings(text);
  expect(strings.map(({ length }) => length)).toEqual([255, text.length - 255]);
  expect(strings.join("")).toBe(text);
  expect(zoneLine("s1._domainkey.example.org", text)).toBe(
    `s1._domainkey.example.org. IN TXT ( "${strings[0]}" "${strings[1]}" )`,
  );
});

test("a short record is one string", () => {
  expect(zoneLine("s2._domainkey.example.org", keyRecord("ed25519", ed25519))).toBe(
    `s2._domainkey.example.org. IN TXT "v=DKIM1; k=ed25519; p=${ed25519}"`,
  );
});

test.each([
  [`v=DKIM1; k=ed25519; p=${ed25519}`, { kind: "matches" }],
  [`k=ed25519;p=11qYAYKxCrfVS/7TyWQH Og7hcvPapiMlrwIaaPcHURo=; t=s`, { kind: "matches" }],
  [`v=DKIM1; k=ed25519; h=sha256:sha1; s=email; p=${ed25519}`, { kind: "matches" }],
  ["v=DKIM1; k=ed25519; p=", { kind: "revoked" }],
  [`v=DKIM1; p=${ed25519}`, { kind: "differs", why: "It says k=rsa; this key is ed25519." }],
  [`v=DKIM2; k=ed25519; p=${ed25519}`, { kind: "differs" }],
  [`v=DKIM1; k=ed25519; h=sha1; p=${ed25519}`, { kind: "differs" }],
  [`v=DKIM1; k=ed25519; s=other; p=${ed25519}`, { kind: "differs" }],
  ["v=DKIM1; k=ed25519; p=AAAA", { kind: "differs", why: "It has another key." }],
  ["v=DKIM1; k=ed25519", { kind: "differs", why: "It has no p=." }],
  ["hello", { kind: "differs", why: "It is no list of tags." }],
])("a published %s", (published, result) => {
  expect(comparePublishedKey("ed25519", ed25519, published)).toMatchObject(result);
});

test("a record that lost its second string is called cut off", () => {
  const [first = ""] = textStrings(keyRecord("rsa", long));
  expect(comparePublishedKey("rsa", long, first)).toEqual({
    kind: "differs",
    why: "Its key is cut off: the strings after the first are missing.",
  });
});
