/** Names and addresses that are ourselves: mail sent to them would loop. */
import { networkInterfaces } from "node:os";
import type { Snapshot } from "../config/snapshot.ts";

export const ownNamesOf = (snapshot: Snapshot, hostName: string): string[] =>
  [
    hostName,
    snapshot.settings.gateway.hostName,
    ...Object.values(snapshot.settings.listeners).map(({ hostName: name }) => name),
  ]
    .filter((name) => name !== "")
    .map((name) => name.toLowerCase());

const ownMilliseconds = 60_000;

/** Addresses of this machine, asked for once a minute. */
export const createOwnAddresses = (): (() => readonly string[]) => {
  let known: readonly string[] = [];
  let until = 0;
  return () => {
    const now = performance.now();
    if (now < until) return known;
    known = Object.values(networkInterfaces()).flatMap((list) =>
      (list ?? []).map(({ address }) => address),
    );
    until = now + ownMilliseconds;
    return known;
  };
};
