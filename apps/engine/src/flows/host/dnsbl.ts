/**
 * DNS lists (RFC 5782). An answer counts only inside 127.0.0.0/8; the list's refusals
 * (127.255.255.0/24) and answers of a lapsed domain are errors. A list that lists
 * everything is taken out of service until it has come to its senses, with an
 * alarm: reading it as an answer would refuse the world's mail.
 */
import { parseAddress, reversedAddress } from "@sluice/hsl";
import { LRUCache } from "lru-cache";
import type { Dns, DnsOptions } from "./dns.ts";

export type ListAnswer = {
  readonly answers: readonly string[];
  /** Why the list gave no answer; null: it did. */
  readonly error: string | null;
};

export type Dnsbl = {
  readonly ask: (address: string, zone: string, options?: DnsOptions) => Promise<ListAnswer>;
};

const controlMilliseconds = 3_600_000;

export const createDnsbl = ({
  dns,
  alarm,
}: {
  dns: Dns;
  /** Told once for each time a list is found to list everything. */
  alarm: (text: string) => void;
}): Dnsbl => {
  /** zone → whether it lists what no list may list (RFC 5782 §5). */
  const controls = new LRUCache<string, boolean>({ max: 1000, ttl: controlMilliseconds });

  const listsEverything = async (
    zone: string,
    family: 4 | 6,
    options: DnsOptions,
  ): Promise<boolean> => {
    const key = `${family} ${zone}`;
    const known = controls.get(key);
    if (known !== undefined) return known;
    const never = reversed(family === 4 ? "127.0.0.1" : "::ffff:7f00:1");
    const result = await dns.query(`${never}.${zone}`, "A", options);
    if (result.kind === "error") return false; // nothing is known; asked again next time
    const isBroken = result.kind === "answers";
    controls.set(key, isBroken);
    if (isBroken) alarm(`The DNS list ${zone} lists every address; it is not used until it stops.`);
    return isBroken;
  };

  return {
    ask: async (address, zone, options = {}) => {
      const name = zone.replace(/\.$/, "").toLowerCase();
      const parsed = parseAddress(address);
      if (parsed === undefined) return { answers: [], error: "BADADDRESS" };
      const result = await dns.query(`${reversed(address)}.${name}`, "A", options);
      if (result.kind === "error") return { answers: [], error: result.reason };
      if (result.kind === "none") return { answers: [], error: null };
      if (await listsEverything(name, address.includes(":") ? 6 : 4, options)) {
        return { answers: [], error: "LISTSALL" };
      }
      const answers = result.records.flatMap((record) =>
        record.type === "A" ? [record.address] : [],
      );
      const good = answers.filter(
        (one) => one.startsWith("127.") && !one.startsWith("127.255.255."),
      );
      return { answers: good, error: good.length < answers.length ? "REFUSED" : null };
    },
  };
};

const reversed = (address: string): string => {
  const parsed = parseAddress(address);
  return parsed === undefined ? "" : reversedAddress(parsed);
};
