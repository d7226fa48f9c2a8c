/**
 * How many connections a listener holds at once, in all and from one client's network,
 * and how many a client may begin in a minute. Counts of one process; the ledger of
 * the supervisor keeps the same for the whole gateway.
 */
import { LRUCache } from "lru-cache";
import type { MaybeLater } from "../flows/flow-input.ts";
import { networkOf } from "../session/sign-in-guard.ts";

export type Admission = "admitted" | "too-many" | "too-fast";

export type Limits = {
  readonly total: number;
  readonly perClient: number;
  /** 0: no limit. */
  readonly perMinute: number;
};

/** Where a listener asks whether a connection may begin. */
export type ConnectionLimit = {
  readonly admit: (address: string, limits: Limits, now: number) => MaybeLater<Admission>;
  readonly release: (address: string) => void;
  /** Connections that this process holds. */
  readonly count: () => number;
};

export type ConnectionCounts = Omit<ConnectionLimit, "admit"> & {
  readonly admit: (address: string, limits: Limits, now: number) => Admission;
  /** As if the last one admitted from there had never come. */
  readonly undo: (address: string) => void;
};

/** More clients than this in one minute: the ones not seen for longest are forgotten. */
const maximumClients = 100_000;
const minute = 60_000;

export const clientOf = (address: string): string =>
  address.includes(":") ? `${networkOf(address)}::/64` : address;

export const createConnectionLimit = (): ConnectionCounts => {
  const open = new Map<string, number>();
  const begun = new LRUCache<string, { times: number[]; first: number }>({ max: maximumClients });
  let total = 0;

  /** The beginnings of the last minute; old ones are let go. */
  const recentOf = (client: string, now: number): { times: number[]; first: number } => {
    const recent = begun.get(client) ?? { times: [], first: 0 };
    while (recent.first < recent.times.length && now - (recent.times[recent.first] ?? 0) >= minute)
      recent.first += 1;
    if (recent.first > 1000 && recent.first * 2 > recent.times.length) {
      recent.times.splice(0, recent.first);
      recent.first = 0;
    }
    return recent;
  };

  const leave = (client: string): void => {
    const mine = open.get(client);
    if (mine === undefined) return;
    if (mine <= 1) open.delete(client);
    else open.set(client, mine - 1);
    total -= 1;
  };

  return {
    count: () => total,
    admit: (address, limits, now) => {
      const client = clientOf(address);
      const mine = open.get(client) ?? 0;
      if (total >= limits.total || mine >= limits.perClient) return "too-many";
      if (limits.perMinute > 0) {
        const recent = recentOf(client, now);
        if (recent.times.length - recent.first >= limits.perMinute) return "too-fast";
        recent.times.push(now);
        begun.set(client, recent);
      }
      open.set(client, mine + 1);
      total += 1;
      return "admitted";
    },
    release: (address) => leave(clientOf(address)),
    undo: (address) => {
      const client = clientOf(address);
      leave(client);
      begun.get(client)?.times.pop();
    },
  };
};
