/** How far a transport, a list of addresses or a flow reaches, for the proof of an open relay. Pure. */
import { parseNetwork } from "@sluice/hsl";
import type { Domain, Settings, Transport } from "@sluice/settings";

/** `lookup-mx` without a host follows the recipient's domain; a host that we sign in to sends on for us. */
const goesAnywhere = ({ destination, user }: Transport): boolean =>
  /^lookup-mx(?:;|$)/.test(destination.trim()) || (user !== "" && destination.trim() !== "null");

/** Whether mail to a stranger's stranger can leave by it, or by what it falls back to. */
export const leadsAnywhere = (transports: Settings["transports"], id: string): boolean => {
  const seen = new Set<string>();
  let next: string | undefined = id;
  while (next !== undefined && !seen.has(next)) {
    seen.add(next);
    const transport: Transport | undefined = transports[next];
    if (transport === undefined) return false;
    if (goesAnywhere(transport)) return true;
    next = transport.fallback;
  }
  return false;
};

/** Transports that the domain's content flow may choose instead. */
export const reroutesOf = (settings: Settings, { contentFlow }: Domain): readonly string[] => {
  const flow = contentFlow === undefined ? undefined : settings.flows[contentFlow];
  return Object.values(flow?.nodes ?? {}).flatMap(({ block, config, disabled }) => {
    const transport = config["transport"];
    const chooses = block === "set-transport" || (block === "deliver" && !config["recipient"]);
    return chooses && disabled !== true && typeof transport === "string" ? [transport] : [];
  });
};

/** Networks nobody reaches us from by the internet (RFC 6890). */
const ownNetworks = [
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "::1",
  "fc00::/7",
  "fe80::/10",
].flatMap((text) => parseNetwork(text) ?? []);

/** As many addresses as a /12 of IPv4, or a /28 of IPv6: more than anybody knows all of. */
const many = { 4: 1n << 20n, 6: 1n << 100n } as const;

/** Whether an address, network or range of a list holds a good part of the internet. */
export const namesManyStrangers = (text: string): boolean => {
  const network = parseNetwork(text.replace(/\/\/.*$/, ""));
  if (network === undefined) return false;
  const { family, first, last } = network;
  const isOwn = ownNetworks.some(
    (own) => own.family === family && own.first <= first && last <= own.last,
  );
  return !isOwn && last - first + 1n >= many[family];
};
