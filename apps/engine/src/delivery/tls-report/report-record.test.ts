import { expect, test } from "vitest";
import { reportTargets } from "./report-record.ts";

const mail = (address: string) => ({ kind: "mail", address });

test("a record names addresses and URLs", () => {
  expect(
    reportTargets(["v=TLSRPTv1; rua=mailto:a%2Bb@example.org,https://example.org/tls?x=1 ;"]),
  ).toEqual([mail("a+b@example.org"), { kind: "https", url: "https://example.org/tls?x=1" }]);
  expect(reportTargets(["v=TLSRPTv1;rua=mailto:a@example.org?subject=x", "unrelated"])).toEqual([
    mail("a@example.org"),
  ]);
});

test.each([
  [[]],
  [["v=TLSRPTv1"]],
  [["v=TLSRPTv1;"]],
  [["v=TLSRPTv2; rua=mailto:a@example.org"]],
  [["rua=mailto:a@example.org"]],
  [["v=TLSRPTv1; rua=mailto:a@example.org", "v=TLSRPTv1; rua=mailto:b@example.org"]],
  [["v=TLSRPTv1; rua=http://example.org/"]],
  [["v=TLSRPTv1; rua=mailto:%ff@example.org"]],
  [["v=TLSRPTv1; rua=mailto:a@example.org%0D%0ARCPT"]],
  [["v=TLSRPTv1; rua=file:///etc/passwd"]],
])("%j asks for none", (texts) => {
  expect(reportTargets(texts)).toEqual([]);
});

test("one record does not make us write to the world", () => {
  const many = Array.from({ length: 50 }, (_, index) => `mailto:u${index}@example.org`).join(",");
  expect(reportTargets([`v=TLSRPTv1; rua=${many}`])).toHaveLength(5);
});

test("blanks around the addresses are no part of them, however many", () => {
  const blanks = " ".repeat(60_000);
  expect(
    reportTargets([`v=TLSRPTv1;${blanks}rua${blanks}=${blanks}mailto:a@example.org${blanks}`]),
  ).toEqual([{ kind: "mail", address: "a@example.org" }]);
  expect(reportTargets([`v=TLSRPTv1; rua=${blanks}x`])).toEqual([]);
});
