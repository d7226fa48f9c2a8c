/**
 * Which domain takes a recipient, as a routing table does: a domain tied to this
 * listener beats one tied to none or to a listener with address "any"; a defined
 * domain beats "any"; an alias takes everything from its parent.
 */
import { domainToAscii } from "@sluice/mail-syntax";
import type { Domain, Settings } from "@sluice/settings";
import { byNaturalOrder } from "./natural-order.ts";

export type DomainMatch = {
  readonly id: string;
  readonly domain: Domain;
  /** It is "any" that matched, as name or as alias: the recipient's domain is nobody's in particular. */
  readonly byAny: boolean;
};

export type MatchStep = {
  readonly listener: string;
  readonly domain: string;
  readonly matched: boolean;
  readonly why: string;
};

/** The name as it is compared: lower case, A-labels. */
export const canonicalDomain = (name: string): string => {
  const small = name.trim().toLowerCase().replace(/\.$/, "");
  return small === "any" ? small : (domainToAscii(small) ?? small);
};

type Candidate = Omit<DomainMatch, "byAny"> & { readonly names: readonly string[] };

const candidatesOf = (settings: Settings): Candidate[] =>
  Object.entries(settings.domains).map(([id, domain]) => ({
    id,
    domain,
    names: [domain.name ?? id, ...domain.aliases].map(canonicalDomain),
  }));

/** Whether the object stands for every domain. */
export const isAnyDomain = (domain: Domain, id: string): boolean =>
  (domain.name ?? id).trim().toLowerCase() === "any";

/** Listeners whose domains count here, most specific first: itself, then those that stand for "any", then no listener. */
const listenerLevels = (settings: Settings, listenerId: string): (string | null)[] => {
  const own = settings.listeners[listenerId];
  const anyOnSamePort = Object.entries(settings.listeners)
    .filter(
      ([id, listener]) =>
        id !== listenerId &&
        listener.enabled &&
        listener.address.trim().toLowerCase() === "any" &&
        listener.port === own?.port,
    )
    .map(([id]) => id);
  return [listenerId, ...anyOnSamePort, null];
};

type Table = {
  readonly matches: Map<string, DomainMatch>;
  readonly levels: Map<string, readonly (string | null)[]>;
};
const tables = new WeakMap<Settings, Table>();

const keyOf = (listener: string | null, name: string): string => `${listener ?? ""}\n${name}`;

const tableFor = (settings: Settings): Table => {
  const known = tables.get(settings);
  if (known !== undefined) return known;
  const table: Table = { matches: new Map(), levels: new Map() };
  for (const { id, domain, names } of candidatesOf(settings)) {
    if (!domain.enabled) continue;
    for (const name of names) {
      const key = keyOf(domain.listener ?? null, name);
      if (!table.matches.has(key)) table.matches.set(key, { id, domain, byAny: name === "any" });
    }
  }
  tables.set(settings, table);
  return table;
};

/** The domain object that takes mail for `name` at this listener; null: nobody does. */
export const matchDomain = (
  settings: Settings,
  listenerId: string,
  name: string,
): DomainMatch | null => {
  const table = tableFor(settings);
  const wanted = canonicalDomain(name);
  let levels = table.levels.get(listenerId);
  if (levels === undefined) {
    levels = listenerLevels(settings, listenerId);
    table.levels.set(listenerId, levels);
  }
  for (const level of levels) {
    const match = table.matches.get(keyOf(level, wanted)) ?? table.matches.get(keyOf(level, "any"));
    if (match !== undefined) return match;
  }
  return null;
};

/** The first domain of this listener, as lists show them, that is one in particular: what is for the gateway itself goes to it. */
export const firstDomain = (settings: Settings, listenerId: string): DomainMatch | null => {
  const here = Object.entries(settings.domains).filter(
    ([, { enabled, listener }]) => enabled && (listener === undefined || listener === listenerId),
  );
  const first = here
    .filter(([id, domain]) => !isAnyDomain(domain, id))
    .sort(([a], [b]) => byNaturalOrder(a, b))[0];
  return first === undefined ? null : { id: first[0], domain: first[1], byAny: false };
};

/** The matches that are tried, from most to least specific, up to the one that holds. */
export const explainMatch = (
  settings: Settings,
  listenerId: string,
  name: string,
): { readonly match: DomainMatch | null; readonly steps: readonly MatchStep[] } => {
  const table = tableFor(settings);
  const wanted = canonicalDomain(name);
  const disabled = candidatesOf(settings).filter(
    ({ domain, names }) => !domain.enabled && names.includes(wanted),
  );
  const steps: MatchStep[] = [];
  for (const level of listenerLevels(settings, listenerId)) {
    for (const domain of wanted === "any" ? ["any"] : [wanted, "any"]) {
      const match = table.matches.get(keyOf(level, domain));
      const off = disabled.find((candidate) => (candidate.domain.listener ?? null) === level);
      const isAlias =
        match !== undefined && canonicalDomain(match.domain.name ?? match.id) !== domain;
      steps.push({
        listener: level ?? "every listener",
        domain,
        matched: match !== undefined,
        why:
          match !== undefined
            ? isAlias
              ? `alias of ${match.id}`
              : `domain ${match.id}`
            : off !== undefined && domain === wanted
              ? `domain ${off.id} is disabled`
              : "no such domain here",
      });
      if (match !== undefined) return { match, steps };
    }
  }
  return { match: null, steps };
};
