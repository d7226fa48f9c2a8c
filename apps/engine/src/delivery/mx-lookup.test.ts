import { expect, test } from "vitest";
import type { Dns, DnsRecord, DnsResult } from "../flows/host/dns.ts";
import { type Destination, parseDestination } from "./destination.ts";
import { createMxLookup } from "./mx-lookup.ts";

const mx = (preference: number, exchange: string): DnsRecord => ({
  type: "MX",
  exchange,
  preference,
});
const none = (reason: "NXDOMAIN" | "NODATA"): DnsResult => ({
  kind: "none",
  reason,
  authentic: false,
});

const zone: Record<string, readonly DnsRecord[] | DnsResult> = {
  "MX two.example": [mx(20, "b.two.example"), mx(10, "a.two.example")],
  "MX null.example": [mx(0, "")],
  "MX plain.example": none("NODATA"),
  "MX gone.example": none("NXDOMAIN"),
  "MX broken.example": { kind: "error", reason: "SERVFAIL" },
  "MX ours.example": [mx(10, "better.example"), mx(20, "gateway.example"), mx(30, "worse.example")],
  "MX loop.example": [mx(10, "gateway.example"), mx(20, "worse.example")],
  "MX many.example": Array.from({ length: 60 }, (_, index) => mx(10, `mx${index}.example`)),
  "A plain.example": [{ type: "A", address: "198.51.100.7" }],
  "A inside.example": [
    { type: "A", address: "127.0.0.1" },
    { type: "A", address: "10.1.2.3" },
  ],
  "AAAA mapped.example": [{ type: "AAAA", address: "::ffff:127.0.0.1" }],
  "A own.example": [{ type: "A", address: "203.0.113.9" }],
  "A wide.example": Array.from(
    { length: 9 },
    (_, index): DnsRecord => ({ type: "A", address: `8.8.8.${index}` }),
  ),
  "A flaky.example": { kind: "error", reason: "TIMEOUT" },
};
const dns: Dns = {
  query: async (name, type) => {
    const found = zone[`${type} ${name}`];
    if (found === undefined) return none("NODATA");
    return "kind" in found ? found : { kind: "answers", records: found, authentic: false };
  },
  clear: () => {},
};
const lookup = createMxLookup({
  dns,
  ownNames: () => ["Gateway.example"],
  ownAddresses: () => ["203.0.113.9"],
});

const { destination } = parseDestination("lookup-mx") as { destination: Destination };
const hosts = async (domain: string, messageId = "1") => {
  if (destination.kind === "discard") throw new Error("not MX");
  return lookup.findHosts({ destination, recipient: `user@${domain}`, messageId });
};
const names = async (domain: string, messageId = "1") => {
  const found = await hosts(domain, messageId);
  return found.kind === "hosts" ? found.hosts.map(({ host }) => host) : found;
};
const addresses = (host: string, allowPrivate = false) =>
  lookup.findAddresses(
    { host, port: 25, preference: 0, authentic: false, isForeign: true },
    { query: [], allowPrivate, onlyDns: true },
  );

test("hosts come in the order of their preference", async () => {
  expect(await names("two.example")).toEqual(["a.two.example", "b.two.example"]);
});

test("a domain without MX is its own host", async () => {
  expect(await names("plain.example")).toEqual(["plain.example"]);
});

test("a null MX fails for good", async () => {
  expect(await hosts("null.example")).toMatchObject({
    isPermanent: true,
    enhancedStatus: "5.1.10",
  });
});

test("a domain that does not exist fails for good", async () => {
  expect(await hosts("gone.example")).toMatchObject({ isPermanent: true, enhancedStatus: "5.1.2" });
});

test("a name server that fails is asked again later", async () => {
  expect(await hosts("broken.example")).toMatchObject({
    isPermanent: false,
    enhancedStatus: "4.4.3",
  });
});

test("where we are an exchanger ourselves, only better ones are asked", async () => {
  expect(await names("ours.example")).toEqual(["better.example"]);
  expect(await hosts("loop.example")).toMatchObject({ isPermanent: true, enhancedStatus: "5.4.6" });
});

test("at most twenty hosts, in an order that stays the same for a message", async () => {
  const first = await names("many.example", "m1");
  expect(first).toHaveLength(20);
  expect(await names("many.example", "m1")).toEqual(first);
  expect(await names("many.example", "m2")).not.toEqual(first);
});

test("addresses that are private, mapped loopback or our own are refused", async () => {
  for (const host of ["inside.example", "mapped.example", "own.example"]) {
    expect(await addresses(host)).toMatchObject({ isPermanent: true, enhancedStatus: "5.4.4" });
  }
  expect(await addresses("inside.example", true)).toMatchObject({
    addresses: ["127.0.0.1", "10.1.2.3"],
  });
});

test("an address literal is looked at like any other address", async () => {
  expect(await names("[127.0.0.1]")).toEqual(["127.0.0.1"]);
  expect(await addresses("127.0.0.1")).toMatchObject({ isPermanent: true });
});

test("at most five addresses of a host", async () => {
  expect(await addresses("wide.example")).toMatchObject({ addresses: { length: 5 } });
});

test("no address at all fails for good, no answer does not", async () => {
  expect(await addresses("nothing.example")).toMatchObject({ isPermanent: true });
  expect(await addresses("flaky.example")).toMatchObject({ isPermanent: false });
});
