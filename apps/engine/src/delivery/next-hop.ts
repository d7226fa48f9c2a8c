/** Where a copy goes: its next hop's name for counting, and the addresses behind it. */
import { createHash } from "node:crypto";
import { isIP } from "node:net";
import { domainOf, parseMailbox } from "@sluice/mail-syntax";
import type { Settings, Transport } from "@sluice/settings";
import type { Dns, DnsOptions } from "../flows/host/dns.ts";
import { type HostPort, parseDestination } from "./destination.ts";
import { isSpecialAddress } from "./special-address.ts";

export type NextHop =
  | { readonly kind: "hosts"; readonly hosts: readonly ResolvedHost[] }
  | { readonly kind: "discard" }
  /** `code` as a server would have said it. */
  | {
      readonly kind: "failed";
      readonly code: number;
      readonly status: string;
      readonly text: string;
    };

export type ResolvedHost = {
  readonly name: string;
  readonly address: string;
  readonly port: number;
};

const maximumExchanges = 20;
const maximumAddresses = 5;

export const recipientDomain = (recipient: string): string => {
  const mailbox = parseMailbox(recipient);
  return mailbox === null ? "" : domainOf(mailbox);
};

/** What concurrency, back-off, pause and grouping are counted by: the transport, and the domain where MX decides. */
export const nextHopName = (
  settings: Settings,
  entry: { readonly transport: string | null; readonly recipient: string },
): string => {
  if (entry.transport === null) return "";
  const transport = settings.transports[entry.transport];
  if (transport === undefined) return entry.transport;
  return /^\s*lookup-mx\s*(;|$)/i.test(transport.destination)
    ? `${entry.transport}/${recipientDomain(entry.recipient)}`
    : entry.transport;
};

const failed = (code: number, status: string, text: string): NextHop => ({
  kind: "failed",
  code,
  status,
  text,
});

/** The order among equals is shuffled, but stays the same for one message. */
const stableOrder = (seed: string, name: string): string =>
  createHash("sha256").update(`${seed} ${name}`).digest("hex");

export const resolveNextHop = async (
  transport: Transport,
  recipient: string,
  options: {
    readonly dns: Dns;
    readonly resolvers: readonly string[];
    readonly seed: string;
    readonly ownNames: readonly string[];
  },
): Promise<NextHop> => {
  const parsed = parseDestination(transport.destination);
  if (!parsed.ok)
    return failed(451, "4.3.5", `The transport's destination is wrong: ${parsed.message}`);
  const { destination } = parsed;
  if (destination.kind === "discard") return { kind: "discard" };
  const servers = destination.query.length > 0 ? destination.query : options.resolvers;
  const dnsOptions: DnsOptions = servers.length > 0 ? { servers } : {};
  if (destination.kind === "hosts") {
    return addressesOf(destination.hosts, options.dns, dnsOptions, { allowSpecial: true });
  }

  const domain = destination.name ?? recipientDomain(recipient);
  if (domain === "") return failed(550, "5.1.2", "The recipient has no domain to look up.");
  const literal = /^\[(?:ipv6:)?([0-9a-f.:]+)\]$/i.exec(domain)?.[1];
  if (literal !== undefined) {
    return addressesOf([{ host: literal, port: 25 }], options.dns, dnsOptions, {
      allowSpecial: transport.allowPrivateAddresses,
    });
  }
  const name = destination.zone === null ? domain : `${domain}.${destination.zone}`;
  const answer = await options.dns.query(name, "MX", dnsOptions);
  if (answer.kind === "error")
    return failed(451, "4.4.3", `MX of ${name} could not be looked up (${answer.reason}).`);
  let exchanges: HostPort[] = [];
  if (answer.kind === "none") {
    if (answer.reason === "NXDOMAIN")
      return failed(550, "5.1.2", `The domain ${name} does not exist.`);
    exchanges = [{ host: name, port: 25 }]; // RFC 5321 §5.1: the domain itself
  } else {
    const records = answer.records
      .flatMap((record) => (record.type === "MX" ? [record] : []))
      .sort(
        (a, b) =>
          a.preference - b.preference ||
          (stableOrder(options.seed, a.exchange) < stableOrder(options.seed, b.exchange) ? -1 : 1),
      );
    if (records.some((record) => record.exchange === "" || record.exchange === ".")) {
      return failed(556, "5.1.10", `The domain ${name} takes no mail (null MX, RFC 7505).`);
    }
    const own = records.findIndex((record) =>
      options.ownNames.includes(record.exchange.toLowerCase()),
    );
    if (own === 0)
      return failed(554, "5.4.6", `The best MX of ${name} is this gateway: the mail would loop.`);
    const better = own < 0 ? records : records.slice(0, own); // those behind us would send it back to us
    exchanges = better
      .slice(0, maximumExchanges)
      .map((record) => ({ host: record.exchange.toLowerCase(), port: 25 }));
  }
  const result = await addressesOf(exchanges, options.dns, dnsOptions, {
    allowSpecial: transport.allowPrivateAddresses,
  });
  if (result.kind === "failed" && result.code === 550 && answer.kind === "none") {
    return failed(550, "5.1.2", `The domain ${name} has neither MX nor address.`);
  }
  return result;
};

const addressesOf = async (
  hosts: readonly HostPort[],
  dns: Dns,
  options: DnsOptions,
  { allowSpecial }: { allowSpecial: boolean },
): Promise<NextHop> => {
  const found: ResolvedHost[] = [];
  let unsure: string | null = null;
  let refused: string | null = null;
  for (const { host, port } of hosts) {
    const addresses: string[] = [];
    if (isIP(host) !== 0) addresses.push(host);
    else if (host === "localhost") addresses.push("127.0.0.1");
    else {
      for (const type of ["A", "AAAA"] as const) {
        const answer = await dns.query(host, type, options);
        if (answer.kind === "error")
          unsure = `The address of ${host} could not be looked up (${answer.reason}).`;
        if (answer.kind !== "answers") continue;
        for (const record of answer.records) {
          if (record.type === "A" || record.type === "AAAA") addresses.push(record.address);
        }
      }
    }
    for (const address of addresses.slice(0, maximumAddresses)) {
      if (!allowSpecial && isSpecialAddress(address)) {
        refused = `${host} leads to ${address}, which is no public address.`;
      } else found.push({ name: host, address, port });
    }
  }
  if (found.length > 0) return { kind: "hosts", hosts: found };
  if (unsure !== null) return failed(451, "4.4.3", unsure);
  if (refused !== null) return failed(550, "5.4.4", refused);
  return failed(
    550,
    "5.4.4",
    `No address was found for ${hosts.map(({ host }) => host).join(", ")}.`,
  );
};
