import { Settings } from "@sluice/settings";
import { expect, test } from "vitest";
import { domainProblems } from "./domains.ts";

const found = (domains: object): string[] =>
  domainProblems(Settings.parse({ domains })).map(
    ({ id, rule, message }) => `${id} ${rule} ${message}`,
  );

test("one domain may stand on several listeners, and for each once", () => {
  expect(
    found({ a: { name: "example.org" }, b: { name: "example.org", listener: "inbound" } }),
  ).toEqual([]);
  expect(found({ a: { name: "example.org" }, b: { name: "Example.ORG." } })).toEqual([
    "b domain-twice “a” takes mail for Example.ORG. on the same listener.",
  ]);
});

test("a name in its own letters and in A-labels is one name", () => {
  expect(found({ a: { name: "bücher.example" }, "xn--bcher-kva.example": {} })).toHaveLength(1);
  expect(found({ a: { name: "Bücher.example", aliases: ["xn--bcher-kva.example"] } })).toEqual([
    "a domain-twice xn--bcher-kva.example stands here twice.",
  ]);
});

test("what is no domain name is said to be none; “any”, one label and a disabled domain are fine", () => {
  expect(
    found({ a: { name: "user@example.org", aliases: ["a b", "..", "-x.test", ""] } }),
  ).toHaveLength(5);
  expect(found({ any: {}, intranet: {}, c: { enabled: false, name: "x y" } })).toEqual([]);
  expect(found({ a: { name: "*.example.org" } })).toHaveLength(1);
});
