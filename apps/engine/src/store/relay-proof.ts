/**
 * Would this configuration pass on mail of strangers to strangers? The answer
 * is a proof: which client, on which listener, sender and recipient, through
 * which blocks, to which transport. Pure.
 *
 * A recipient is relayed when a domain "any" takes it, its recipient flow can
 * accept it although nobody has signed in and nothing was looked up about it,
 * and it leaves through a transport that goes wherever the recipient's domain
 * points, or through a host that we sign in to.
 */
import type { BlockRegistry, Flow } from "@sluice/flow-schema";
import type { Domain, Listener, Settings, Transport } from "@sluice/settings";
import type { SettingsProblem } from "./problems.ts";

export type RelayProof = {
  readonly listener: string;
  readonly domain: string;
  readonly clientAddress: string;
  readonly sender: string;
  readonly recipient: string;
  /** Blocks the recipient passes, in order; empty: there is no recipient flow. */
  readonly path: readonly { readonly node: string; readonly outcome: string | null }[];
  readonly transport: string | null;
};

const stranger = {
  clientAddress: "203.0.113.66", // RFC 5737
  sender: "stranger@sender.example",
  recipient: "victim@elsewhere.example",
} as const;

/** Every open relay of these settings, one proof for each domain and each listener. */
export const findRelays = (settings: Settings, blocks: BlockRegistry): SettingsProblem[] => [
  ...relaysOfDomains(settings, blocks),
  ...relaysOfSignIn(settings, blocks),
];

/** A sign-in that everybody passes makes strangers into users, and users may send anywhere. */
const relaysOfSignIn = (settings: Settings, blocks: BlockRegistry): SettingsProblem[] =>
  Object.entries(settings.listeners).flatMap(([id, listener]): SettingsProblem[] => {
    const { enabled, authenticationFlow, outboundTransport } = listener;
    if (!enabled || authenticationFlow === undefined || outboundTransport === undefined) return [];
    const transport = settings.transports[outboundTransport];
    const flow = settings.flows[authenticationFlow];
    if (transport === undefined || flow === undefined || !leadsAnywhere(transport)) return [];
    const way = wayToAccept(flow, blocks, false) ?? wayToAccept(flow, blocks, true);
    if (way === null) return [];
    const steps = way.path.map(stepWords).join(" → ");
    const words = `a client at ${stranger.clientAddress} signs in on listener “${id}” with any name and password: flow “${authenticationFlow}” goes ${steps}; then MAIL FROM:<${stranger.sender}> RCPT TO:<${stranger.recipient}> leaves through transport “${outboundTransport}”.`;
    return [
      {
        kind: "listener",
        id,
        severity: way.certain ? "error" : "warning",
        rule: "open-relay",
        message: way.certain
          ? `This is an open relay: ${words}`
          : `Whether strangers can sign in depends on a script: if it lets them, ${words}`,
        cure: "Let the authentication flow accept only after a look-up of name and password.",
        field: ["authenticationFlow"],
      },
    ];
  });

const relaysOfDomains = (settings: Settings, blocks: BlockRegistry): SettingsProblem[] =>
  Object.entries(settings.domains).flatMap(([id, domain]): SettingsProblem[] => {
    const proof = proveRelay(settings, blocks, id, domain);
    if (proof === null) return [];
    const { kind, relay } = proof;
    const place = { kind: "domain" as const, id };
    if (kind === "unknown") {
      return [
        {
          ...place,
          severity: "warning",
          rule: "open-relay",
          message: `Whether strangers can relay through the domain “any” depends on a script: ${describeProof(relay)}`,
          cure: "Read the script: it must accept only senders it knows, or recipients it has looked up.",
          field: ["recipientFlow"],
        },
      ];
    }
    return [
      {
        ...place,
        severity: "error",
        rule: "open-relay",
        message: `This is an open relay. ${describeProof(relay)}`,
        cure: "Name the domains you take mail for, or let the recipient flow accept only after a sign-in or a look-up of the recipient.",
        field: relay.path.length === 0 ? ["recipientFlow"] : ["transport"],
      },
    ];
  });

export const describeProof = (proof: RelayProof): string => {
  const steps = proof.path.map(stepWords);
  const through =
    steps.length === 0 ? "no recipient flow asks anything" : `it passes ${steps.join(" → ")}`;
  return `A client at ${proof.clientAddress} that has not signed in says, on listener “${proof.listener}”, MAIL FROM:<${proof.sender}> RCPT TO:<${proof.recipient}>; domain “${proof.domain}” takes it, ${through}, and it leaves through ${proof.transport === null ? "the recipient's own mail exchanger" : `transport “${proof.transport}”`}.`;
};

const stepWords = ({ node, outcome }: RelayProof["path"][number]): string =>
  outcome === null ? node : `${node} (${outcome})`;

type Finding = { readonly kind: "relay" | "unknown"; readonly relay: RelayProof };

const proveRelay = (
  settings: Settings,
  blocks: BlockRegistry,
  id: string,
  domain: Domain,
): Finding | null => {
  const names = [domain.name ?? id, ...domain.aliases];
  if (!domain.enabled || !names.some((name) => name.toLowerCase() === "any")) return null;
  const listener = reachableListener(settings, domain);
  if (listener === null) return null;
  const transport = foreignTransport(settings, domain);
  if (transport === undefined) return null;
  const accepted = strangersWay(settings, blocks, domain);
  if (accepted === null) return null;
  const relay = { ...stranger, listener, domain: id, path: accepted.path, transport };
  return { kind: accepted.certain ? "relay" : "unknown", relay };
};

const reachableListener = ({ listeners }: Settings, { listener }: Domain): string | null => {
  const candidates = listener === undefined ? Object.keys(listeners) : [listener];
  const open = (candidate: Listener | undefined): boolean => candidate?.enabled === true;
  return candidates.find((candidate) => open(listeners[candidate])) ?? null;
};

/** null: no transport is set, so MX of the recipient decides; undefined: mail stays with hosts we know. */
const foreignTransport = (settings: Settings, domain: Domain): string | null | undefined => {
  if (domain.transport === undefined) return null;
  const transport = settings.transports[domain.transport];
  return transport !== undefined && leadsAnywhere(transport) ? domain.transport : undefined;
};

/** `lookup-mx` without a host follows the recipient's domain; a host that we sign in to sends on for us. */
const leadsAnywhere = ({ destination, user }: Transport): boolean =>
  /^lookup-mx(?:;|$)/.test(destination.trim()) || (user !== "" && destination.trim() !== "null");

type Subject = { readonly block: string; readonly config: Readonly<Record<string, unknown>> };

/**
 * May a stranger take this outcome? `no`: only a recipient or a sender we know
 * does. `unknown`: an administrator's own words decide. Who controls a domain
 * passes SPF for it, so checks of the sender are open to strangers.
 */
const openToStrangers = ({ block, config }: Subject, outcome: string): "yes" | "no" | "unknown" => {
  switch (block) {
    case "authenticated":
      return outcome === "yes" ? "no" : "yes";
    case "ldap-recipient":
      return outcome === "found" ? "no" : "yes";
    case "smtp-callahead":
      return outcome === "accepted" ? "no" : "yes";
    case "ldap-bind":
    case "smtp-bind":
    case "file-login":
      return outcome === "accepted" ? "no" : "yes";
    case "srs-restore":
      return outcome === "restored" ? "no" : "yes";
    case "ip-list":
      return outcome === "listed" ? "no" : "yes";
    case "file-lookup":
    case "ldap-lookup": {
      const subject = config["subject"] ?? (block === "file-lookup" ? "recipient" : "sender");
      const ours = ["recipient", "recipient-domain", "client", "user"].includes(String(subject));
      return outcome === "found" && ours ? "no" : outcome === "found" ? "unknown" : "yes";
    }
    case "branch":
    case "script":
    case "http-lookup":
      return "unknown";
    default:
      return "yes";
  }
};

type Way = { readonly path: RelayProof["path"]; readonly certain: boolean };

const strangersWay = (settings: Settings, blocks: BlockRegistry, domain: Domain): Way | null => {
  if (domain.recipientFlow === undefined) return { path: [], certain: true };
  const flow = settings.flows[domain.recipientFlow];
  if (flow === undefined) return null;
  return wayToAccept(flow, blocks, false) ?? wayToAccept(flow, blocks, true);
};

/** The shortest way from the entry to an Accept that a stranger can go; `doubtful` ways count only when asked for. */
const wayToAccept = (flow: Flow, blocks: BlockRegistry, doubtful: boolean): Way | null => {
  if (flow.entry === undefined) return null;
  const seen = new Set([flow.entry]);
  const waiting: { id: string; path: RelayProof["path"] }[] = [{ id: flow.entry, path: [] }];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { id, path } = next;
    const node = flow.nodes[id];
    if (node === undefined) continue;
    const here = (outcome: string | null): RelayProof["path"] => [...path, { node: id, outcome }];
    const off = node.disabled === true;
    if (!off && node.block === "accept") return { path: here(null), certain: !doubtful };
    if (!off && node.block === "script" && doubtful && acceptsItself(node.config)) {
      return { path: here(null), certain: false };
    }
    const passing = off ? passThroughOf(blocks, node.block, Object.keys(node.outcomes)) : null;
    for (const [outcome, target] of Object.entries(node.outcomes)) {
      if (seen.has(target) || (passing !== null && passing !== outcome)) continue;
      const open = off ? "yes" : openToStrangers(node, outcome);
      if (open === "no" || (open === "unknown" && !doubtful)) continue;
      seen.add(target);
      waiting.push({ id: target, path: here(outcome) });
    }
  }
  return null;
};

const acceptsItself = (config: Readonly<Record<string, unknown>>): boolean =>
  /\bAccept\s*\(/.test(String(config["source"] ?? ""));

/** What a switched-off node takes. */
const passThroughOf = (
  blocks: BlockRegistry,
  block: string,
  wired: readonly string[],
): string | null => {
  const definition = blocks.get(block);
  return definition?.passThrough ?? wired.find((outcome) => outcome !== "error") ?? null;
};
