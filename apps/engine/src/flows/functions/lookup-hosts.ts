/** Addresses a transport's destination leads to, for a question that is not mail. */
import { isIP } from "node:net";
import type { Dns, DnsOptions } from "../host/dns.ts";
import { isAllowed } from "../host/http.ts";
import { domainPart } from "../values.ts";

export type LookupHost = {
  readonly name: string;
  readonly address: string;
  readonly port: number;
};

const maximumHosts = 5;

/** A string says why there is nobody to ask. */
export const lookupHosts = async (
  destination: string,
  recipient: string,
  dns: Dns,
  { resolvers, allowPrivate }: { resolvers: readonly string[]; allowPrivate: boolean },
): Promise<readonly LookupHost[] | string> => {
  const [head = "", ...options] = destination.split(";").map((part) => part.trim());
  const option = (name: string): string | undefined =>
    options.find((part) => part.startsWith(`${name}=`))?.slice(name.length + 1);
  const servers = option("query")?.split(",") ?? resolvers;
  const dnsOptions: DnsOptions = { servers };
  if (head === "null") return "This transport discards mail; there is nobody to ask.";
  const mx = /^lookup-mx(?::(.+))?$/i.exec(head);
  if (mx === null) {
    const hosts = head.split(",").flatMap((text) => hostOf(text.trim()) ?? []);
    return addressesOf(hosts, dns, dnsOptions, true);
  }
  const zone = option("zone");
  const domain = mx[1] ?? domainPart(recipient);
  if (domain === "") return "A transport that looks up MX cannot check passwords.";
  const name = zone === undefined ? domain : `${domain}.${zone}`;
  const found = await dns.query(name, "MX", dnsOptions);
  if (found.kind === "error") return `The MX of ${name} could not be looked up.`;
  const records =
    found.kind === "none"
      ? []
      : found.records.flatMap((record) => (record.type === "MX" ? [record] : []));
  if (records.some(({ exchange }) => exchange === "")) return `${name} takes no mail.`; // RFC 7505
  const hosts =
    records.length === 0
      ? [{ name, port: 25 }]
      : records
          .toSorted((a, b) => a.preference - b.preference)
          .map(({ exchange }) => ({ name: exchange, port: 25 }));
  return addressesOf(hosts, dns, dnsOptions, allowPrivate);
};

const hostOf = (text: string): { name: string; port: number } | null => {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:[\]]+))(?::(\d{1,5}))?$/.exec(text);
  if (match === null) return null;
  return { name: match[1] ?? match[2] ?? "", port: Number(match[3] ?? 25) };
};

const addressesOf = async (
  hosts: readonly { name: string; port: number }[],
  dns: Dns,
  options: DnsOptions,
  allowPrivate: boolean,
): Promise<readonly LookupHost[] | string> => {
  const found: LookupHost[] = [];
  let problem = "The destination has no address.";
  for (const { name, port } of hosts.slice(0, maximumHosts)) {
    const addresses = isIP(name) === 0 ? await resolve(name, dns, options) : [name];
    if (addresses === null) problem = `The name ${name} could not be looked up.`;
    for (const address of (addresses ?? []).slice(0, 2)) {
      if (allowPrivate || isAllowed(address, [])) found.push({ name, address, port });
      else problem = `The address ${address} of ${name} is not a public one.`;
    }
  }
  return found.length === 0 ? problem : found;
};

const resolve = async (
  name: string,
  dns: Dns,
  options: DnsOptions,
): Promise<readonly string[] | null> => {
  if (name === "localhost") return ["127.0.0.1", "::1"];
  const results = await Promise.all([
    dns.query(name, "A", options),
    dns.query(name, "AAAA", options),
  ]);
  const addresses = results.flatMap((result) =>
    result.kind === "answers"
      ? result.records.flatMap((record) => ("address" in record ? [record.address] : []))
      : [],
  );
  return addresses.length === 0 && results.some(({ kind }) => kind === "error") ? null : addresses;
};
