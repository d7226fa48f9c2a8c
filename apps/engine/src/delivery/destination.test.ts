import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { parseDestination } from "./destination.ts";

const read = (text: string) => {
  const result = parseDestination(text);
  return result.ok ? result.destination : result.message;
};

test("a host has port 25 unless it says another", () => {
  expect(read("mail.example.org")).toEqual({
    kind: "hosts",
    hosts: [{ host: "mail.example.org", port: 25 }],
    query: [],
  });
  expect(read("192.0.2.10:2525")).toEqual({
    kind: "hosts",
    hosts: [{ host: "192.0.2.10", port: 2525 }],
    query: [],
  });
  expect(read("[2001:db8::1]:26")).toEqual({
    kind: "hosts",
    hosts: [{ host: "2001:db8::1", port: 26 }],
    query: [],
  });
});

test("several hosts stand in order of preference", () => {
  expect(read("a.example, b.example:26")).toMatchObject({
    hosts: [{ host: "a.example" }, { host: "b.example", port: 26 }],
  });
});

test("lookup-mx takes a name, a zone and servers of its own", () => {
  expect(read("lookup-mx")).toEqual({
    kind: "lookup-mx",
    name: null,
    zone: null,
    query: [],
    port: 25,
  });
  expect(read("lookup-mx:mx.example.org;zone=.internal;query=127.0.0.1:5353,192.0.2.53")).toEqual({
    kind: "lookup-mx",
    name: "mx.example.org",
    zone: "internal",
    query: ["127.0.0.1:5353", "192.0.2.53"],
    port: 25,
  });
});

test("options may follow lookup-mx with a colon", () => {
  expect(read("lookup-mx:zone=mail.example;query=[2001:db8::53]:53;port=2525")).toEqual({
    kind: "lookup-mx",
    name: null,
    zone: "mail.example",
    query: ["[2001:db8::53]:53"],
    port: 2525,
  });
});

test("names beyond ASCII become what DNS knows", () => {
  expect(read("bücher.example:26")).toMatchObject({
    hosts: [{ host: "xn--bcher-kva.example", port: 26 }],
  });
  expect(read("lookup-mx:bücher.example")).toMatchObject({ name: "xn--bcher-kva.example" });
});

test("an IPv6 address needs brackets only before a port", () => {
  expect(read("2001:db8::1")).toMatchObject({ hosts: [{ host: "2001:db8::1", port: 25 }] });
});

test("LMTP without a port means port 24", () => {
  const result = parseDestination("store.example", "lmtp");
  expect(result).toMatchObject({ destination: { hosts: [{ port: 24 }] } });
});

test("null discards", () => {
  expect(read("null")).toEqual({ kind: "discard" });
});

test.each([
  ["mail.example.org:99999", "“mail.example.org:99999” is no HOST:PORT."],
  ["a b", "“a b” is no HOST:PORT."],
  ["lookup-mx;colour=red", "“colour” is unknown: there are zone=, query= and port=."],
  ["lookup-mx;query=dns.example", "“dns.example” is no address of a DNS server."],
  ["lookup-mx;port=0", "“0” is no port."],
  ["[not-an-address]:25", "“[not-an-address]:25” is no HOST:PORT."],
  ["a.example,,b.example", "“” is no HOST:PORT."],
  ["", "“” is no HOST:PORT."],
  ["lookup-mx;zone=", "“zone=” has no value."],
  ["mail.example.org;zone=x", "zone= goes with lookup-mx."],
])("%j is refused with its reason", (text, message) => {
  expect(read(text)).toBe(message);
});

test("every destination of the guide can be read", () => {
  const guide = readFileSync(
    path.resolve(import.meta.dirname, "../../../../docs/guides/transports.md"),
    "utf8",
  );
  const written = [...guide.matchAll(/^\| `([^`]+)` \|/gm)].map(([, text = ""]) => text);
  expect(written.length).toBeGreaterThan(6);
  for (const text of written) expect(parseDestination(text)).toMatchObject({ ok: true });
});
