/**
 * From a destination to addresses: MX records in order, their addresses, and every
 * trick a foreign zone may play (RFC 5321 §5.1, RFC 7505).
 *
 * "There is none" fails for good; "could not be asked" only for now.
 */
import { createHash } from "node:crypto";
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { addressOfLiteral } from "@sluice/mail-syntax";
import type { Dns, DnsResult } from "../flows/host/dns.ts";
import type { Destination } from "./destination.ts";
import { recipientDomain } from "./next-hop.ts";
import { isSpecialAddress } from "./special-address.ts";

export type MailHost = {
  readonly host: string;
  readonly port: number;
  readonly preference: number;
  /** The records that led here were validated by DNSSEC. */
  readonly authentic: boolean;
  /** Came out of a foreign zone: its addresses are looked at with suspicion. */
  readonly isForeign: boolean;
};

export type LookupFailure = {
  readonly kind: "failed";
  readonly isPermanent: boolean;
  readonly enhancedStatus: string;
  readonly text: string;
};

export type HostsFound =
  | { readonly kind: "hosts"; readonly hosts: readonly MailHost[] }
  | LookupFailure;
export type AddressesFound =
  | {
      readonly kind: "addresses";
      readonly addresses: readonly string[];
      readonly authentic: boolean;
    }
  | LookupFailure;

export type MxLookupOptions = {
  readonly dns: Dns;
  /** Host names that are this gateway. */
  readonly ownNames: () => readonly string[];
  /** Addresses of this machine. */
  readonly ownAddresses: () => readonly string[];
};

export type MxLookup = {
  readonly findHosts: (question: {
    readonly destination: Exclude<Destination, { kind: "discard" }>;
    readonly recipient: string;
    readonly messageId: string;
  }) => Promise<HostsFound>;
  readonly findAddresses: (
    host: MailHost,
    options: {
      readonly query: readonly string[];
      readonly allowPrivate: boolean;
      /** Only an answer of DNS will do; else the system's, with its own list of hosts. */
      readonly onlyDns: boolean;
    },
  ) => Promise<AddressesFound>;
};

const maximumHosts = 20;
const maximumAddresses = 5;
const lookupMilliseconds = 10_000;

const failed = (isPermanent: boolean, enhancedStatus: string, text: string): LookupFailure => ({
  kind: "failed",
  isPermanent,
  enhancedStatus,
  text,
});

export const createMxLookup = (options: MxLookupOptions): MxLookup => {
  const { dns, ownNames, ownAddresses } = options;

  const findByMx = async (
    destination: Extract<Destination, { kind: "lookup-mx" }>,
    recipient: string,
    messageId: string,
  ): Promise<HostsFound> => {
    const domain = destination.name ?? recipientDomain(recipient);
    const { port } = destination;
    if (domain === "") return failed(true, "5.1.2", "The recipient has no domain to look up");
    const literal = addressOfLiteral(domain);
    if (literal !== null) {
      const host = { host: literal, port, preference: 0, authentic: false, isForeign: true };
      return { kind: "hosts", hosts: [host] };
    }
    const name = destination.zone === null ? domain : `${domain}.${destination.zone}`;
    const result = await dns.query(name, "MX", { servers: destination.query });
    if (result.kind === "error") {
      return failed(false, "4.4.3", `MX of ${name} could not be looked up (${result.reason})`);
    }
    if (result.kind === "none") {
      if (result.reason === "NXDOMAIN") {
        return failed(true, "5.1.2", `Domain ${name} does not exist`);
      }
      const implicit = {
        host: name,
        port,
        preference: 0,
        authentic: result.authentic,
        isForeign: true,
      };
      return { kind: "hosts", hosts: [implicit] };
    }
    const records = result.records.filter((record) => record.type === "MX");
    const [only] = records;
    if (records.length === 1 && only?.exchange === "") {
      return failed(true, "5.1.10", `Domain ${name} accepts no mail (null MX)`);
    }
    const order = (host: string): string =>
      createHash("sha256").update(`${messageId} ${host}`).digest("hex");
    const hosts = records
      .filter(({ exchange }) => exchange !== "")
      .map(
        ({ exchange, preference }): MailHost => ({
          host: exchange,
          port,
          preference,
          authentic: result.authentic,
          isForeign: true,
        }),
      )
      .map((host) => ({ host, rank: order(host.host) }))
      .sort((a, b) => a.host.preference - b.host.preference || (a.rank < b.rank ? -1 : 1))
      .map(({ host }) => host);
    // RFC 5321 §5.1: when we are an exchanger ourselves, only better ones may get it
    const own = new Set(ownNames().map((one) => one.toLowerCase()));
    const ours = hosts.find(({ host }) => own.has(host));
    const better =
      ours === undefined ? hosts : hosts.filter(({ preference }) => preference < ours.preference);
    if (better.length === 0) {
      return ours === undefined
        ? failed(true, "5.1.2", `Domain ${name} has no usable MX`)
        : failed(true, "5.4.6", `Mail for ${name} loops back to this host`);
    }
    return { kind: "hosts", hosts: better.slice(0, maximumHosts) };
  };

  const askAddresses = async (
    name: string,
    servers: readonly string[],
  ): Promise<AddressesFound> => {
    const [v4, v6] = await Promise.all([
      dns.query(name, "A", { servers }),
      dns.query(name, "AAAA", { servers }),
    ]);
    const addresses = interleave(addressesOf(v6), addressesOf(v4));
    if (addresses.length > 0) {
      const isAuthentic = (result: DnsResult) => result.kind !== "error" && result.authentic;
      return { kind: "addresses", addresses, authentic: isAuthentic(v4) && isAuthentic(v6) };
    }
    if (v4.kind === "error" || v6.kind === "error") {
      const reason = v4.kind === "error" ? v4.reason : v6.kind === "error" ? v6.reason : "";
      return failed(false, "4.4.3", `Address of ${name} could not be looked up (${reason})`);
    }
    return failed(true, "5.1.2", `Host ${name} has no address`);
  };

  return {
    findHosts: async ({ destination, recipient, messageId }) => {
      if (destination.kind === "lookup-mx") return findByMx(destination, recipient, messageId);
      return {
        kind: "hosts",
        hosts: destination.hosts.map(({ host, port }, preference) => ({
          host,
          port,
          preference,
          authentic: true, // named by the administrator
          isForeign: false,
        })),
      };
    },

    findAddresses: async (host, { query, allowPrivate, onlyDns }) => {
      const found: AddressesFound =
        isIP(host.host) !== 0
          ? { kind: "addresses", addresses: [host.host], authentic: host.authentic }
          : onlyDns
            ? await askAddresses(host.host, query)
            : await askSystem(host.host);
      if (found.kind === "failed") return found;
      const own = new Set(ownAddresses());
      const usable =
        host.isForeign && !allowPrivate
          ? found.addresses.filter((address) => !isSpecialAddress(address) && !own.has(address))
          : found.addresses;
      if (usable.length === 0) {
        return failed(
          true,
          "5.4.4",
          `${host.host} leads to a private address or to this host (${found.addresses.slice(0, 3).join(", ")})`,
        );
      }
      return { ...found, addresses: usable.slice(0, maximumAddresses) };
    },
  };
};

/** Names an administrator wrote may stand in /etc/hosts. */
const askSystem = async (name: string): Promise<AddressesFound> => {
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("no answer in time")), lookupMilliseconds);
    });
    const found = await Promise.race([lookup(name, { all: true }), late]);
    return { kind: "addresses", addresses: found.map(({ address }) => address), authentic: false };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return failed(false, "4.4.3", `Address of ${name} could not be looked up (${reason})`);
  } finally {
    clearTimeout(timer);
  }
};

const addressesOf = (result: DnsResult): string[] =>
  result.kind !== "answers"
    ? []
    : result.records.flatMap((record) =>
        record.type === "A" || record.type === "AAAA" ? [record.address] : [],
      );

const interleave = (a: readonly string[], b: readonly string[]): string[] =>
  Array.from({ length: Math.max(a.length, b.length) }).flatMap((_, index) =>
    [a[index], b[index]].filter((one) => one !== undefined),
  );
