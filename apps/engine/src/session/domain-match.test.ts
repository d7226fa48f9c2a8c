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
