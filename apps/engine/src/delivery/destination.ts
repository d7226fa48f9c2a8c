/**
 * What a transport's destination says: hosts with ports, `lookup-mx`,
 * `lookup-mx:HOST`, with `;zone=` and `;query=`, or `null`.
 */
export type Destination =
  | {
      readonly kind: "hosts";
      readonly hosts: readonly HostPort[];
      readonly query: readonly string[];
    }
  | {
      readonly kind: "lookup-mx";
      /** MX of this name instead of the recipient's domain. */
      readonly name: string | null;
      /** Appended to the name that is looked up. */
      readonly zone: string | null;
      /** DNS servers to ask; empty: the gateway's. */
      readonly query: readonly string[];
    }
  | { readonly kind: "discard" };

export type HostPort = { readonly host: string; readonly port: number };

export type DestinationResult =
  | { readonly ok: true; readonly destination: Destination }
  | { readonly ok: false; readonly message: string };

const wrong = (message: string): DestinationResult => ({ ok: false, message });

const parseHost = (text: string): HostPort | null => {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^\s:[\]]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? 25);
  if (host === undefined || port < 1 || port > 65_535) return null;
  return { host: host.toLowerCase(), port };
};

/** Reads a destination; the message of a refusal names the part that is wrong. */
export const parseDestination = (text: string): DestinationResult => {
  const [head = "", ...options] = text.split(";").map((part) => part.trim());
  let zone: string | null = null;
  const query: string[] = [];
  for (const option of options) {
    if (option === "") continue;
    const [name = "", value = ""] = option.split("=", 2).map((part) => part.trim());
    if (value === "") return wrong(`“${option}” has no value.`);
    if (name === "zone") zone = value.replace(/^\./, "").toLowerCase();
    else if (name === "query") query.push(...value.split(",").map((server) => server.trim()));
    else return wrong(`“${name}” is unknown: there are zone= and query=.`);
  }
  if (head.toLowerCase() === "null") return { ok: true, destination: { kind: "discard" } };
  const mx = /^lookup-mx(?::(.+))?$/i.exec(head);
  if (mx !== null) {
    const name = mx[1]?.trim().toLowerCase() ?? null;
    return { ok: true, destination: { kind: "lookup-mx", name, zone, query } };
  }
  if (zone !== null) return wrong("zone= goes with lookup-mx.");
  const hosts: HostPort[] = [];
  for (const part of head.split(",")) {
    const host = parseHost(part.trim());
    if (host === null) return wrong(`“${part.trim()}” is no HOST:PORT.`);
    hosts.push(host);
  }
  return { ok: true, destination: { kind: "hosts", hosts, query } };
};
