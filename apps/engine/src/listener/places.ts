/**
 * Which sockets the listeners need, and whose connection comes in where. A socket
 * on all addresses and one on a single address of the same port cannot be open at
 * once, so the wide one takes every connection and the local address tells whose it is.
 */
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import type { Settings } from "@sluice/settings";
import { plainAddress } from "../session/plain-address.ts";

export type Place = {
  readonly listener: string;
  /** As written in the settings. */
  readonly shown: string;
  readonly address: string;
  readonly port: number;
  /** `address port` of the socket that takes its connections. */
  readonly socket: string;
  /** Why it cannot work, known before trying. */
  readonly problem: string | null;
};

const wide = { both: "::", ipv4: "0.0.0.0" } as const;

export const keyOf = (address: string, port: number): string => `${address} ${port}`;

/** "any" is both families where the machine has both. */
const addressesOf = (text: string): { shown: string; address: string }[] =>
  text
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "")
    .map((shown) =>
      shown.toLowerCase() === "any"
        ? { shown: "any", address: wide.both }
        : { shown, address: plainAddress(shown) },
    );

const isLocal = (address: string): boolean =>
  address.startsWith("127.") ||
  Object.values(networkInterfaces()).some((list) =>
    list?.some((one) => plainAddress(one.address) === address),
  );

export const placesOf = (settings: Settings): readonly Place[] => {
  const asked: Omit<Place, "socket" | "problem">[] = [];
  for (const [listener, { enabled, address, port }] of Object.entries(settings.listeners)) {
    if (!enabled) continue;
    for (const one of addressesOf(address)) asked.push({ listener, ...one, port });
  }
  const keys = new Set(asked.map(({ address, port }) => keyOf(address, port)));
  const taken = new Map<string, string>();
  return asked.map((place): Place => {
    const { address, port, listener } = place;
    const own = keyOf(address, port);
    const covering =
      [wide.both, ...(isIP(address) === 4 ? [wide.ipv4] : [])]
        .map((one) => keyOf(one, port))
        .find((key) => keys.has(key)) ?? own;
    const owner = taken.get(own);
    taken.set(own, owner ?? listener);
    const problem =
      isIP(address) === 0
        ? `${place.shown} is no IP address. Write IPv4 or IPv6 addresses, or “any”.`
        : owner !== undefined && owner !== listener
          ? `The listener ${owner} has this address and port. Choose another port.`
          : covering !== own && address !== wide.ipv4 && !isLocal(address)
            ? "This machine does not have the address."
            : null;
    return { ...place, socket: covering, problem };
  });
};

/** Whose connection it is that came to `address`. */
export const listenerAt = (
  places: readonly Place[],
  address: string,
  port: number,
): string | null => {
  const local = plainAddress(address);
  const at = (wanted: string): string | null =>
    places.find(
      (place) => place.problem === null && place.port === port && place.address === wanted,
    )?.listener ?? null;
  return at(local) ?? (isIP(local) === 4 ? at(wide.ipv4) : null) ?? at(wide.both);
};
