import { Settings } from "@sluice/settings";
import { expect, test } from "vitest";
import { postmasterProblems } from "./postmaster.ts";

const found = (settings: object): string[] =>
  postmasterProblems(
    Settings.parse({ listeners: { mx: {}, off: { enabled: false } }, ...settings }),
  ).map(({ severity, message }) => `${severity}: ${message}`);

test("before there is a domain nobody is asked for a postmaster", () => {
  expect(found({})).toEqual([]);
  expect(found({ domains: { "example.org": { enabled: false } } })).toEqual([]);
});

test("without a name the first domain has one, and where there is none it is told", () => {
  expect(found({ domains: { "a.example": {}, "b.example": {} } })).toEqual([]);
  expect(found({ domains: { any: {} } })).toEqual([
    expect.stringMatching(/^warning: .*refused at listener “mx”/),
  ]);
  expect(found({ domains: { "a.example": { listener: "off" } } })).toEqual([
    expect.stringMatching(/^warning: .*refused at listener “mx”/),
  ]);
});

test("a named one of our own domains is right; another domain's may not be reached", () => {
  const domains = { "a.example": {} };
  expect(found({ gateway: { postmaster: "anna@A.example" }, domains })).toEqual([]);
  expect(found({ gateway: { postmaster: "anna@else.example" }, domains })).toEqual([
    expect.stringMatching(/^warning: .*else\.example is none of the domains of listener “mx”/),
  ]);
});
