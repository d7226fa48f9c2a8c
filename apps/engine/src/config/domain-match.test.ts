import { Settings } from "@sluice/settings";
import { expect, test } from "vitest";
import { explainMatch, matchDomain } from "./domain-match.ts";

const settings = Settings.parse({
  listeners: {
    inbound: { address: "any", port: 25 },
    special: { address: "192.0.2.1", port: 25 },
    submission: { address: "any", port: 587 },
  },
  domains: {
    "example.org": { listener: "inbound", aliases: ["example.net", "bücher.example"] },
    "org-special": { name: "example.org", listener: "special" },
    everywhere: { name: "shared.example" },
    "off.example": { enabled: false, listener: "inbound" },
    rest: { name: "any", listener: "submission" },
  },
});
const at = (listener: string, domain: string): string | null =>
  matchDomain(settings, listener, domain)?.id ?? null;

test("a domain is found without regard to case and final dot", () => {
  expect(at("inbound", "EXAMPLE.org.")).toBe("example.org");
});

test("an alias takes everything from its parent, in either spelling of its name", () => {
  expect(at("inbound", "example.net")).toBe("example.org");
  expect(at("inbound", "xn--bcher-kva.example")).toBe("example.org");
  expect(at("inbound", "bücher.example")).toBe("example.org");
});

test("a listener with a defined address beats “any”, and falls back to it", () => {
  expect(at("special", "example.org")).toBe("org-special");
  expect(at("special", "example.net")).toBe("example.org");
});

test("another port is another place", () => {
  expect(at("submission", "example.org")).toBe("rest");
  expect(at("inbound", "unknown.example")).toBeNull();
});

test("a domain without a listener stands on all of them", () => {
  expect(at("inbound", "shared.example")).toBe("everywhere");
  expect(at("special", "shared.example")).toBe("everywhere");
});

test("a disabled domain is nobody's", () => {
  expect(at("inbound", "off.example")).toBeNull();
});

test("a subdomain is another domain", () => {
  expect(at("inbound", "sub.example.org")).toBeNull();
});

test("the explanation lists each match tried, most specific first", () => {
  expect(explainMatch(settings, "special", "example.net").steps).toEqual([
    { listener: "special", domain: "example.net", matched: false, why: "no such domain here" },
    { listener: "special", domain: "any", matched: false, why: "no such domain here" },
    { listener: "inbound", domain: "example.net", matched: true, why: "alias of example.org" },
  ]);
  expect(explainMatch(settings, "inbound", "off.example").steps[0]?.why).toBe(
    "domain off.example is disabled",
  );
});

test("the same domain on two listeners has the settings of each; the defined one beats “any” on its own listener", () => {
  const both = Settings.parse({
    listeners: { a: { port: 25 }, b: { port: 26 } },
    domains: {
      "on-a": { name: "example.org", listener: "a" },
      "on-b": { name: "example.org", listener: "b" },
      "rest-of-b": { name: "any", listener: "b" },
      rest: { name: "any" },
    },
  });
  const at = (listener: string, domain: string) => matchDomain(both, listener, domain)?.id;
  expect(at("a", "example.org")).toBe("on-a");
  expect(at("b", "example.org")).toBe("on-b");
  expect(at("b", "other.example")).toBe("rest-of-b");
  expect(at("a", "other.example")).toBe("rest");
});

test("“any” of a listener with an address of its own beats a defined domain of the wide one", () => {
  const wide = Settings.parse({
    listeners: { all: { address: "any", port: 25 }, one: { address: "192.0.2.1", port: 25 } },
    domains: {
      "example.org": { listener: "all" },
      "rest-of-one": { name: "any", listener: "one" },
    },
  });
  expect(matchDomain(wide, "one", "example.org")?.id).toBe("rest-of-one");
  expect(matchDomain(wide, "all", "example.org")?.id).toBe("example.org");
});
