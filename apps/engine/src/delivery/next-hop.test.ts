import { Settings } from "@sluice/settings";
import { expect, test } from "vitest";
import { nextHopName, outboundTransport } from "./next-hop.ts";

const settings = Settings.parse({
  transports: {
    inside: { destination: "192.0.2.1:25" },
    hub: { destination: "lookup-mx:hub.example" },
    mx: { destination: "lookup-mx:query=192.0.2.53" },
    relay: { destination: "relay.example:587" },
  },
  listeners: { outbound: { port: 2587, outboundTransport: "relay" }, plain: { port: 2525 } },
});
const name = (transport: string | null, recipient: string) =>
  nextHopName(settings, { transport, recipient });

test("mail for the same domain has one next hop, however it is written", () => {
  expect(name("mx", "a@Example.ORG")).toBe("mx/example.org");
  expect(name("mx", "b@example.org")).toBe("mx/example.org");
  expect(name("mx", "a@BÜCHER.example")).toBe("mx/xn--bcher-kva.example");
});

test("a transport that names its hosts is one next hop for every domain", () => {
  expect(name("inside", "a@example.org")).toBe("inside");
  expect(name("hub", "a@example.org")).toBe("hub");
  expect(name("gone", "a@example.org")).toBe("gone");
});

test("mail for others leaves by the listener's transport, else by the first that looks up MX", () => {
  expect(outboundTransport(settings, "outbound")).toBe("relay");
  expect(outboundTransport(settings, "plain")).toBe("mx");
  expect(outboundTransport(settings, null)).toBe("mx");
});
