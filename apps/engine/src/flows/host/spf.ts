/** SPF (RFC 7208) through our own resolver: a temporary error is never "no policy". */
import { LRUCache } from "lru-cache";
import type { MaybeLater } from "../flow-input.ts";
import type { Dns, DnsOptions } from "./dns.ts";
import { loadMailauth } from "./libraries.ts";
import { mailauthResolver } from "./mailauth-resolver.ts";

export type SpfResult = {
  readonly result: "pass" | "fail" | "softfail" | "neutral" | "none" | "temperror" | "permerror";
  readonly domain: string;
  readonly explanation: string;
};

export type Spf = {
  readonly check: (
    question: {
      readonly address: string;
      readonly helo: string;
      /** "" checks the HELO name (RFC 7208 §2.4). */
      readonly sender: string;
      readonly receiver: string;
    },
    options?: DnsOptions,
  ) => MaybeLater<SpfResult>;
};

/** The number that `spf` and `ScanSPF` give: 50 for everything that is no verdict. */
export const spfScore = (result: SpfResult["result"]): number =>
  result === "pass" ? 0 : result === "softfail" ? 20 : result === "fail" ? 100 : 50;

const wholeCheckMilliseconds = 20_000;
const results = ["pass", "fail", "softfail", "neutral", "none", "temperror", "permerror"] as const;

/** Recipients of one message, and messages of one connection, share an answer; DNS is asked again soon. */
const keptMilliseconds = 5000;

export const createSpf = ({ dns }: { dns: Dns }): Spf => {
  // the clock is read each time: to remember it for a millisecond would take a timer
  const kept = new LRUCache<string, SpfResult>({
    ...{ max: 5000, ttl: keptMilliseconds, ttlResolution: 0 },
  });
  const ask = async (
    { address, helo, sender, receiver }: Parameters<Spf["check"]>[0],
    options: DnsOptions,
  ): Promise<SpfResult> => {
    const domain = sender === "" ? helo : sender.slice(sender.lastIndexOf("@") + 1);
    try {
      const { spf } = await loadMailauth();
      const found = await spf({
        ip: address,
        helo,
        ...(sender === "" ? {} : { sender }),
        mta: receiver,
        strict: true,
        maxElapsedTime: wholeCheckMilliseconds,
        resolver: mailauthResolver(dns, options),
      });
      const result = results.find((one) => one === found.status.result) ?? "temperror";
      return { result, domain: found.domain ?? domain, explanation: found.explanation ?? "" };
    } catch {
      return { result: "temperror", domain, explanation: "" };
    }
  };
  return {
    check: (question, options = {}) => {
      const { address, helo, sender, receiver } = question;
      const key = [address, helo, sender, receiver, ...(options.servers ?? [])].join("\n");
      const known = kept.get(key);
      if (known !== undefined) return known;
      return ask(question, options).then((found) => {
        if (found.result !== "temperror") kept.set(key, found); // "could not check" is asked again
        return found;
      });
    },
  };
};
