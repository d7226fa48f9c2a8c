/**
 * Who takes mail where: for each listener and each domain, the domain object that
 * matches and the five flows in force, with the place each of them is set. Pure.
 */
import type { FlowKind } from "@sluice/flow-schema";
import type { Settings } from "@sluice/settings";
import { canonicalDomain, type DomainMatch, matchDomain } from "../config/domain-match.ts";
import { byNaturalOrder } from "../config/natural-order.ts";

/** Where a flow in force is set: here, or in an object that stands for more than this cell. */
export type FlowInForce = {
  readonly id: string | null;
  readonly from:
    | "listener"
    | "domain"
    | "every-listener"
    | "other-listener"
    | "any"
    | "alias"
    | "transport";
};

export type MapCell = {
  readonly listener: string;
  /** The domain object that takes the mail; null: it is refused. */
  readonly domain: string | null;
  /** In words, when the object is not this very domain on this very listener. */
  readonly why: string | null;
  readonly flows: Readonly<Record<FlowKind, FlowInForce>>;
  readonly transport: string | null;
};

export type AssignmentMap = {
  /** Those with an address of their own first, “any” last. */
  readonly listeners: readonly {
    readonly id: string;
    readonly address: string;
    readonly port: number;
    readonly enabled: boolean;
  }[];
  /** One for each name that has a domain object, “any” last; each with a cell for each listener. */
  readonly columns: readonly { readonly name: string; readonly cells: readonly MapCell[] }[];
  /** Names that the filter leaves out of `columns`, for there are too many. */
  readonly more: number;
};

const isAny = (address: string): boolean => address.trim().toLowerCase() === "any";

export const assignmentMap = (
  settings: Settings,
  { filter, limit }: { readonly filter: string; readonly limit: number },
): AssignmentMap => {
  const listeners = Object.entries(settings.listeners)
    .map(([id, { address, port, enabled }]) => ({ id, address, port, enabled }))
    .toSorted(
      (a, b) => Number(isAny(a.address)) - Number(isAny(b.address)) || byNaturalOrder(a.id, b.id),
    );
  const wanted = canonicalDomain(filter);
  const names = [
    ...new Set(
      Object.entries(settings.domains).flatMap(([id, { name, aliases }]) =>
        [name ?? id, ...aliases].map(canonicalDomain),
      ),
    ),
  ]
    .filter((name) => name.includes(wanted))
    .toSorted((a, b) => Number(a === "any") - Number(b === "any") || byNaturalOrder(a, b));
  return {
    listeners,
    columns: names.slice(0, limit).map((name) => ({
      name,
      cells: listeners.map(({ id }) => cellOf(settings, id, name)),
    })),
    more: Math.max(0, names.length - limit),
  };
};

const cellOf = (settings: Settings, listener: string, name: string): MapCell => {
  const { ipPolicyFlow, authenticationFlow } = settings.listeners[listener] ?? {};
  const match = matchDomain(settings, listener, name);
  const inherited = match === null ? null : inheritance(match, listener, name);
  const here = (id: string | undefined): FlowInForce => ({ id: id ?? null, from: "listener" });
  const ofDomain = (id: string | undefined): FlowInForce => ({
    id: id ?? null,
    from: inherited?.from ?? "domain",
  });
  return {
    listener,
    domain: match?.id ?? null,
    why: inherited?.why ?? null,
    flows: {
      "ip-policy": here(ipPolicyFlow),
      authentication: here(authenticationFlow),
      recipient: ofDomain(match?.domain.recipientFlow),
      content: ofDomain(match?.domain.contentFlow),
      delivery: deliveryOf(settings, match, ofDomain),
    },
    transport: match?.domain.transport ?? null,
  };
};

/** The domain's delivery flow, else that of its transport. */
const deliveryOf = (
  { transports }: Settings,
  match: DomainMatch | null,
  ofDomain: (id: string | undefined) => FlowInForce,
): FlowInForce => {
  const { deliveryFlow, transport } = match?.domain ?? {};
  const ofTransport = transport === undefined ? undefined : transports[transport]?.deliveryFlow;
  return deliveryFlow === undefined && ofTransport !== undefined
    ? { id: ofTransport, from: "transport" }
    : ofDomain(deliveryFlow);
};

/** null: the object is this domain, on this listener. */
const inheritance = (
  { id, domain, byAny }: DomainMatch,
  listener: string,
  name: string,
): (Pick<FlowInForce, "from"> & { readonly why: string }) | null => {
  if (byAny && name !== "any") return { from: "any", why: `by “any” (${id})` };
  if (canonicalDomain(domain.name ?? id) !== name) return { from: "alias", why: `alias of ${id}` };
  if (domain.listener === undefined)
    return { from: "every-listener", why: "set for every listener" };
  if (domain.listener !== listener) {
    return { from: "other-listener", why: `set at listener ${domain.listener}` };
  }
  return null;
};
