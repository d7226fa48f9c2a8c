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
import type { Domain, Listener, Settings } from "@sluice/settings";
import type { SettingsProblem } from "./problems/problem.ts";
import { leadsAnywhere, namesManyStrangers, reroutesOf } from "./relay-reach.ts";

export type RelayProof = {
  readonly listener: string;
  readonly domain: string;
  readonly clientAddress: string;
  readonly sender: string;
  readonly recipient: string;
  /** Blocks the recipient passes, in order. */
  readonly path: readonly { readonly node: string; readonly outcome: string | null }[];
  /** null: the recipient's own mail exchanger; undefined: a fixed server. */
  readonly transport: string | null | undefined;
};

const stranger = {
  clientAddress: "203.0.113.66", // RFC 5737
  sender: "stranger@sender.example",
  recipient: "victim@elsewhere.example",
} as const;

/** What a listener believes of everybody who connects. */
type Powers = {
  /** Strangers may say which address they come from (PROXY, XCLIENT). */
  readonly claimAddress: boolean;
  /** Strangers may say who has signed in (XCLIENT LOGIN). */
  readonly claimUser: boolean;
  /** Whether a server that is asked by this transport may be anybody's; none: the domain's transport. */
  readonly asksAnywhere: (transport: unknown) => boolean;
};

const powersAt = (
  { proxyPeers, xclientPeers }: Listener,
  transports: Settings["transports"],
  ofDomain?: string,
): Powers => {
  const claimUser = xclientPeers.some(namesManyStrangers);
  return {
    claimAddress: claimUser || proxyPeers.some(namesManyStrangers),
    claimUser,
    asksAnywhere: (transport) => {
      const id = typeof transport === "string" && transport !== "" ? transport : ofDomain;
      return id === undefined || leadsAnywhere(transports, id);
    },
  };
};

/** Every open relay of these settings, one proof for each domain and each listener. */
export const findRelays = (settings: Settings, blocks: BlockRegistry): SettingsProblem[] => [
  ...relaysOfDomains(settings, blocks),
  ...relaysOfSignIn(settings, blocks),
  ...relaysOfPeers(settings),
];

/** A listener that lets strangers say who they are. */
const relaysOfPeers = ({ listeners, transports }: Settings): SettingsProblem[] =>
  Object.entries(listeners).flatMap(([id, listener]): SettingsProblem[] => {
    const { claimAddress, claimUser } = powersAt(listener, transports);
    if (!listener.enabled || !claimAddress) return [];
    const field = [claimUser ? "xclientPeers" : "proxyPeers"];
    const cure = "Name the addresses of your own proxies only.";
    const leaves =
      listener.outboundTransport !== undefined &&
      leadsAnywhere(transports, listener.outboundTransport);
    if (!claimUser || !leaves) {
      return [
        {
          kind: "listener",
          id,
          severity: "warning",
          rule: "peers-too-wide",
          message: `Strangers may say which address they come from: “${field[0]}” names a large part of the internet.`,
          cure,
          field,
        },
      ];
    }
    return [
      {
        kind: "listener",
        id,
        severity: "error",
        rule: "open-relay",
        message: `This is an open relay: a client at ${stranger.clientAddress} says XCLIENT LOGIN=anybody on listener “${id}” and counts as signed in; then MAIL FROM:<${stranger.sender}> RCPT TO:<${stranger.recipient}> leaves through transport “${listener.outboundTransport}”.`,
        cure,
        field,
      },
    ];
  });

/** A sign-in that everybody passes makes strangers into users, and users may send anywhere. */
const relaysOfSignIn = (settings: Settings, blocks: BlockRegistry): SettingsProblem[] =>
  Object.entries(settings.listeners).flatMap(([id, listener]): SettingsProblem[] => {
    const { enabled, authenticationFlow, outboundTransport } = listener;
    if (!enabled || authenticationFlow === undefined || outboundTransport === undefined) return [];
    const flow = settings.flows[authenticationFlow];
    if (flow === undefined || !leadsAnywhere(settings.transports, outboundTransport)) return [];
    const powers = powersAt(listener, settings.transports);
    const way = wayToAccept(flow, blocks, powers, false) ?? wayToAccept(flow, blocks, powers, true);
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
    switch (kind) {
      case "closed":
        return [
          {
            ...place,
            severity: relay.transport === undefined ? "warning" : "error",
            rule: "any-without-flow",
            message:
              "Without a recipient flow “any” would be an open relay, so it takes no mail from strangers: only users who have signed in may send through it.",
            cure: "Choose a recipient flow that looks the recipient up, or name the domains you take mail for.",
            field: ["recipientFlow"],
          },
        ];
      case "lenient":
        return [
          {
            ...place,
            severity: "warning",
            rule: "any-lenient",
            message: `Strangers may send to every domain of the world here. ${describeProof(relay)} If the server behind it sends on, this is an open relay.`,
            cure: "Name the domains you take mail for, or let the recipient flow accept only after a sign-in or a look-up of the recipient. Passing SPF is not enough: every sender passes it for a domain of its own.",
            field: ["recipientFlow"],
          },
        ];
      case "unknown":
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
      case "relay":
        return [
          {
            ...place,
            severity: "error",
            rule: "open-relay",
            message: `This is an open relay. ${describeProof(relay)}`,
            cure: "Name the domains you take mail for, or let the recipient flow accept only after a sign-in or a look-up of the recipient.",
            field: ["transport"],
          },
        ];
      default:
        return kind satisfies never;
    }
  });

export const describeProof = (proof: RelayProof): string => {
  const steps = proof.path.map(stepWords);
  const through = `it passes ${steps.join(" → ")}`;
  return `A client at ${proof.clientAddress} that has not signed in says, on listener “${proof.listener}”, MAIL FROM:<${proof.sender}> RCPT TO:<${proof.recipient}>; domain “${proof.domain}” takes it, ${through}, and it leaves through ${proof.transport === undefined || proof.transport === null ? "the recipient's own mail exchanger" : `transport “${proof.transport}”`}.`;
};

const stepWords = ({ node, outcome }: RelayProof["path"][number]): string =>
  outcome === null ? node : `${node} (${outcome})`;

type Finding = {
  readonly kind: "relay" | "unknown" | "lenient" | "closed";
  readonly relay: RelayProof;
};

/** The worst that strangers find at any listener. */
const proveRelay = (
  settings: Settings,
  blocks: BlockRegistry,
  id: string,
  domain: Domain,
): Finding | null => {
  const names = [domain.name ?? id, ...domain.aliases];
  if (!domain.enabled || !names.some((name) => name.trim().toLowerCase() === "any")) return null;
  const findings = reachableListeners(settings, domain).flatMap(([listener, powers]): Finding[] => {
    const transport = foreignTransport(settings, domain);
    const proof = { ...stranger, listener, domain: id, transport };
    if (domain.recipientFlow === undefined) {
      return [{ kind: "closed", relay: { ...proof, path: [] } }];
    }
    const flow = settings.flows[domain.recipientFlow];
    if (flow === undefined) return []; // told as a missing reference
    const way = wayToAccept(flow, blocks, powers, false) ?? wayToAccept(flow, blocks, powers, true);
    if (way === null) return [];
    const relay = { ...proof, path: way.path };
    if (transport === undefined) {
      const fixed = domain.transport === undefined ? null : domain.transport;
      return way.certain ? [{ kind: "lenient", relay: { ...relay, transport: fixed } }] : [];
    }
    return [{ kind: way.certain ? "relay" : "unknown", relay }];
  });
  return (
    (["relay", "unknown", "lenient", "closed"] as const)
      .map((kind) => findings.find((finding) => finding.kind === kind))
      .find((finding) => finding !== undefined) ?? null
  );
};

const reachableListeners = (
  { listeners, transports }: Settings,
  { listener, transport }: Domain,
): (readonly [string, Powers])[] =>
  Object.entries(listeners).flatMap(([id, one]) =>
    one.enabled && (listener === undefined || listener === id)
      ? [[id, powersAt(one, transports, transport)] as const]
      : [],
  );

/** null: no transport is set, so MX of the recipient decides; undefined: mail stays with hosts we know. */
const foreignTransport = (settings: Settings, domain: Domain): string | null | undefined => {
  if (domain.transport === undefined) return null;
  const ways = [domain.transport, ...reroutesOf(settings, domain)];
  return ways.find((transport) => leadsAnywhere(settings.transports, transport));
};

type Subject = { readonly block: string; readonly config: Readonly<Record<string, unknown>> };

/**
 * May a stranger take this outcome? `no`: only a recipient or a sender we know
 * does. `unknown`: an administrator's own words decide. Who controls a domain
 * passes SPF for it, so checks of the sender are open to strangers.
 */
const openToStrangers = (
  { block, config }: Subject,
  outcome: string,
  { claimAddress, claimUser, asksAnywhere }: Powers,
): "yes" | "no" | "unknown" => {
  switch (block) {
    case "authenticated":
      return outcome === "yes" && !claimUser ? "no" : "yes";
    case "ldap-recipient":
      return outcome === "found" ? "no" : "yes";
    case "smtp-callahead":
      // whoever finds the recipient's own exchanger finds that it takes the recipient
      return outcome === "accepted" && !asksAnywhere(config["transport"]) ? "no" : "yes";
    case "ldap-bind":
    case "smtp-bind":
    case "file-login":
      return outcome === "accepted" ? "no" : "yes";
    case "srs-restore":
      return outcome === "restored" ? "no" : "yes";
    case "ip-list": {
      const networks = Array.isArray(config["networks"]) ? config["networks"] : [];
      const isWide = networks.some((network) => namesManyStrangers(String(network)));
      return outcome === "listed" && !isWide && !claimAddress ? "no" : "yes";
    }
    case "file-lookup":
    case "ldap-lookup": {
      const subject = config["subject"] ?? (block === "file-lookup" ? "recipient" : "sender");
      const known = ["recipient", "recipient-domain"];
      if (!claimAddress) known.push("client");
      if (!claimUser) known.push("user");
      const ours = known.includes(String(subject));
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

/** The shortest way from the entry to an Accept that a stranger can go; `doubtful` ways count only when asked for. */
const wayToAccept = (
  flow: Flow,
  blocks: BlockRegistry,
  powers: Powers,
  doubtful: boolean,
): Way | null => {
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
      const open = off ? "yes" : openToStrangers(node, outcome, powers);
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
