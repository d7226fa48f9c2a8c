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

/** Every open relay of these settings, one proof for each domain. */
export const findRelays = (settings: Settings, blocks: BlockRegistry): SettingsProblem[] =>
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
  const steps = proof.path.map(({ node, outcome }) =>
    outcome === null ? node : `${node} (${outcome})`,
  );
  const through =
    steps.length === 0 ? "no recipient flow asks anything" : `it passes ${steps.join(" → ")}`;
  return `A client at ${proof.clientAddress} that has not signed in says, on listener “${proof.listener}”, MAIL FROM:<${proof.sender}> RCPT TO:<${proof.recipient}>; domain “${proof.domain}” takes it, ${through}, and it leaves through ${proof.transport === null ? "the recipient's own mail exchanger" : `transport “${proof.transport}”`}.`;
};

type Finding = { readonly kind: "relay" | "unknown"; readonly relay: RelayProof };

const proveRelay = (
  settings: Settings,
  blocks: BlockRegistry,
  id: string,
  domain: Domain,
): Finding | null => {
  const names = [domain.name ?? id, ...domain.aliases];
  if (!domain.enabled || !names.some((name) => name.toLowerCase() === "any" || name === "*"))
    return null;
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

/**
 * Outcomes that only a recipient or a sender we know can take, by block. Every
 * other outcome is open to a stranger: who controls a domain passes SPF for it.
 */
const proven: Readonly<Record<string, readonly string[]>> = {
  "ldap-recipient": ["found"],
  "smtp-lookup": ["accepted", "exists", "found", "accept"],
  "in-file": ["found", "yes", "match", "listed"],
  authenticated: ["yes", "authenticated", "signed-in", "match"],
  "signed-in": ["yes", "authenticated", "signed-in", "match"],
  "known-recipient": ["found", "yes", "known"],
  network: ["yes", "match", "inside", "listed"],
  "client-address": ["yes", "match", "inside", "listed"],
};

const strangersWay = (
  settings: Settings,
  blocks: BlockRegistry,
  domain: Domain,
): { path: RelayProof["path"]; certain: boolean } | null => {
  if (domain.recipientFlow === undefined) return { path: [], certain: true };
  const flow = settings.flows[domain.recipientFlow];
  if (flow === undefined) return null;
  return wayToAccept(flow, blocks);
};

/** The shortest way from the entry to an Accept that a stranger can go. */
const wayToAccept = (
  flow: Flow,
  blocks: BlockRegistry,
): { path: RelayProof["path"]; certain: boolean } | null => {
  if (flow.entry === undefined) return null;
  let doubtful: RelayProof["path"] | null = null;
  const seen = new Set([flow.entry]);
  const waiting: { node: string; path: RelayProof["path"] }[] = [{ node: flow.entry, path: [] }];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const node = flow.nodes[next.node];
    if (node === undefined) continue;
    if (node.block === "accept" && node.disabled !== true) {
      return { path: [...next.path, { node: next.node, outcome: null }], certain: true };
    }
    if (blocks.get(node.block)?.category === "script" && node.disabled !== true) {
      doubtful ??= [...next.path, { node: next.node, outcome: null }];
    }
    for (const [outcome, target] of Object.entries(node.outcomes)) {
      if (seen.has(target) || (proven[node.block] ?? []).includes(outcome)) continue;
      seen.add(target);
      waiting.push({ node: target, path: [...next.path, { node: next.node, outcome }] });
    }
  }
  return doubtful === null ? null : { path: doubtful, certain: false };
};
