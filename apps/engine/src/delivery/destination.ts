/**
 * What a transport's destination says: hosts with ports in order of preference,
 * `lookup-mx`, `lookup-mx:HOST`, or `null`; after them `;zone=ZONE` (appended to
 * the name that is looked up), `;query=SERVER[:PORT],…` (DNS servers of its own)
 * and `;port=PORT` (instead of 25, or 24 for LMTP).
 */
import { isIP } from "node:net";
import { domainToAscii } from "@sluice/mail-syntax";
import type { Transport } from "@sluice/settings";
import { parseNameServer } from "../flows/host/dns-exchange.ts";

export type Destination =
  | {
      readonly kind: "hosts";
      readonly hosts: readonly HostPort[];
      /** DNS servers to ask; empty: the gateway's. */
      readonly query: readonly string[];
    }
  | {
      readonly kind: "lookup-mx";
      /** MX of this name; null: of the recipient's domain. */
      readonly name: string | null;
      readonly zone: string | null;
      readonly query: readonly string[];
      readonly port: number;
    }
  | { readonly kind: "discard" };

export type HostPort = { readonly host: string; readonly port: number };

export type DestinationResult =
  | { readonly ok: true; readonly destination: Destination }
  | { readonly ok: false; readonly message: string };

const wrong = (message: string): DestinationResult => ({ ok: false, message });
const defaultPorts = { smtp: 25, lmtp: 24 } as const;

/** Reads a destination; the message of a refusal names the part that is wrong. */
export const parseDestination = (
  text: string,
  protocol: Transport["protocol"] = "smtp",
): DestinationResult => {
  const [start = "", ...rest] = text.split(";").map((part) => part.trim());
  // lookup-mx:zone=… is the same as lookup-mx;zone=…
  const direct = /^lookup-mx:\s*([a-z]+=.*)$/i.exec(start);
  const head = direct === null ? start : "lookup-mx";
  const options = readOptions(direct === null ? rest : [direct[1] ?? "", ...rest]);
  if (typeof options === "string") return wrong(options);
  const port = options.port ?? defaultPorts[protocol];
  const { zone, query } = options;

  if (head.toLowerCase() === "null") return { ok: true, destination: { kind: "discard" } };
  const mx = /^lookup-mx(?::(.*))?$/is.exec(head);
  if (mx !== null) {
    const given = mx[1]?.trim();
    const name = given === undefined ? null : domainToAscii(given);
    if (given !== undefined && name === null) return wrong(`“${given}” is no host name.`);
    return {
      ok: true,
      destination: { kind: "lookup-mx", name: name?.toLowerCase() ?? null, zone, query, port },
    };
  }
  if (zone !== null) return wrong("zone= goes with lookup-mx.");
  const hosts: HostPort[] = [];
  for (const part of head.split(",")) {
    const host = parseHost(part.trim(), port);
    if (host === null) return wrong(`“${part.trim()}” is no HOST:PORT.`);
    hosts.push(host);
  }
  return { ok: true, destination: { kind: "hosts", hosts, query } };
};

type Options = { zone: string | null; query: string[]; port: number | null };

const readOptions = (pieces: readonly string[]): Options | string => {
  const options: Options = { zone: null, query: [], port: null };
  for (const piece of pieces) {
    if (piece === "") continue;
    const [name = "", value = ""] = piece.split(/=(.*)/s, 2).map((part) => part.trim());
    if (value === "") return `“${piece}” has no value.`;
    switch (name) {
      case "zone":
        options.zone = value.replace(/^\.|\.$/g, "").toLowerCase();
        break;
      case "query": {
        const servers = value.split(",").map((server) => server.trim());
        const bad = servers.find((server) => parseNameServer(server) === null);
        if (bad !== undefined) return `“${bad}” is no address of a DNS server.`;
        options.query.push(...servers);
        break;
      }
      case "port":
        if (!isPort(value)) return `“${value}” is no port.`;
        options.port = Number(value);
        break;
      default:
        return `“${name}” is unknown: there are zone=, query= and port=.`;
    }
  }
  return options;
};

const isPort = (text: string): boolean =>
  /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;

const parseHost = (text: string, defaultPort: number): HostPort | null => {
  if (isIP(text) === 6) return { host: text, port: defaultPort };
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]+))(?::(\d+))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] ?? String(defaultPort);
  if (host === undefined || !isPort(port)) return null;
  if (match?.[1] !== undefined && isIP(host) === 0) return null;
  const name = isIP(host) === 0 ? domainToAscii(host) : host;
  return name === null ? null : { host: name.toLowerCase(), port: Number(port) };
};

const known = new WeakMap<object, DestinationResult>();

/** The destination of a transport, read once for each revision. */
export const destinationOf = (
  transport: Pick<Transport, "destination" | "protocol">,
): DestinationResult => {
  const read = known.get(transport) ?? parseDestination(transport.destination, transport.protocol);
  known.set(transport, read);
  return read;
};
