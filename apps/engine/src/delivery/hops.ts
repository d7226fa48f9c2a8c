/**
 * All next hops of a worker, and what settings and pauses say about each: how much it
 * may have, how fast, and whether it is left alone.
 */
import type { Transport } from "@sluice/settings";
import type { Snapshot } from "../config/snapshot.ts";
import type { Pauses } from "../queue/pauses.ts";
import { createHopQueue, type HopQueue, isForgettable } from "./hop-queue.ts";
import { transportOfHop } from "./next-hop.ts";

/** Entries of one hop in memory. */
export const perHop = 200;
/** With fewer left than this, more are claimed. */
export const lowPerHop = 60;

export type Hops = {
  readonly all: () => readonly HopQueue[];
  readonly find: (name: string) => HopQueue | undefined;
  /** Made when it is not known. */
  readonly of: (name: string) => HopQueue;
  readonly transportOf: (name: string) => Transport | undefined;
  readonly maximumConnections: (name: string) => number;
  /** Of a limit for the hop as a whole, what is ours; 0: none. */
  readonly perMinute: (name: string) => number;
  /** Entries that may wait here. */
  readonly share: (name: string) => number;
  readonly isPaused: (name: string) => boolean;
  /** May it have more of what was just accepted? */
  readonly hasRoom: (name: string, now: number) => boolean;
  /** Of these nothing is claimed. */
  readonly stopped: (now: number) => {
    readonly stoppedHops: string[];
    readonly stoppedTransports: string[];
  };
  readonly setPauses: (pauses: Pauses) => void;
  /** Those of which nothing is known that is worth keeping. */
  readonly forgetIdle: (now: number) => void;
};

export const createHops = (snapshot: () => Snapshot): Hops => {
  const hops = new Map<string, HopQueue>();
  let pauses: Pauses | null = null; // not known yet: nothing is delivered

  const transportOf = (name: string): Transport | undefined =>
    snapshot().settings.transports[transportOfHop(name)];

  const isPaused = (name: string): boolean =>
    pauses === null ||
    pauses.all ||
    pauses.destinations.has(name) ||
    pauses.transports.has(transportOfHop(name)) ||
    transportOf(name)?.paused === true;

  const maximumConnections = (name: string): number => transportOf(name)?.maximumConnections ?? 20;

  const perMinute = (name: string): number =>
    (transportOf(name)?.messagesPerMinute ?? 0) / Math.max(1, pauses?.workers ?? 1);

  // with a rate limit no more than go out in a few seconds
  const share = (name: string): number => {
    const limit = perMinute(name);
    return limit > 0 ? Math.min(perHop, Math.max(1, Math.ceil(limit / 10))) : perHop;
  };

  return {
    all: () => [...hops.values()],
    find: (name) => hops.get(name),
    of: (name) => {
      const known = hops.get(name);
      if (known !== undefined) return known;
      const hop = createHopQueue(name, maximumConnections(name));
      hops.set(name, hop);
      return hop;
    },
    ...{ transportOf, maximumConnections, perMinute, share, isPaused },
    hasRoom: (name, now) => {
      if (isPaused(name)) return false;
      const hop = hops.get(name);
      return hop === undefined || (hop.blockedUntil <= now && hop.waiting() < share(name));
    },
    stopped: (now) => {
      const { transports } = snapshot().settings;
      const full = [...hops.values()].filter(
        (hop) => hop.blockedUntil > now || hop.waiting() >= Math.min(lowPerHop, share(hop.name)),
      );
      const paused = Object.keys(transports).filter((id) => transports[id]?.paused === true);
      return {
        stoppedHops: [...full.map(({ name }) => name), ...(pauses?.destinations ?? [])],
        stoppedTransports: [...paused, ...(pauses?.transports ?? [])],
      };
    },
    setPauses: (read) => {
      pauses = read;
    },
    forgetIdle: (now) => {
      for (const [name, hop] of hops) if (isForgettable(hop, now)) hops.delete(name);
    },
  };
};
